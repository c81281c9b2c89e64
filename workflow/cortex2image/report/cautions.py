"""What a reader must know before any number: warnings in plain words, each by a rule."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from cortex2image.metrics.registry import metric_facts
from cortex2image.report.few import FEW_STIMULI, FEW_SUBJECTS
from cortex2image.report.headlines import headline_metrics, is_control
from cortex2image.report.score_section import methods_of, pooled_rows
from cortex2image.report.study import Recordings, StudyResults
from cortex2image.report.words import DECODED, MINIATURE, method_word
from cortex2image.study.methods import described

CHANCE = 0.05
"""p from which on a score is not told from that of shuffled pictures."""


@dataclass(frozen=True)
class Caution:
    """A warning: a sentence that stands alone, what follows from it, cases, and names for the config."""

    title: str
    text: str
    lines: Sequence[str] = ()
    names: Sequence[str] = ()


@dataclass(frozen=True)
class Facts:
    """What the rules look at.

    Attributes
    ----------
    scores : rows of the table `scores` of all subjects together, of pictures and headline metrics alone
    methods : methods with pictures, in order
    cross_validated : whether every stimulus trains some fold, so that no method may read true features
    """

    subjects: Sequence[str]
    simulated: bool
    with_images: bool
    model_set: str
    recordings: Mapping[str, Recordings]
    duplicates: Sequence[str]
    scores: pd.DataFrame
    methods: Sequence[str]
    cross_validated: bool = False


def facts_of(study: StudyResults) -> Facts:
    """Return what the rules look at in a study."""
    methods = picture_methods(study)
    pooled = pooled_rows(study.scores)
    pooled = pooled[pooled["method"].isin(methods)]
    metrics = headline_metrics(set(pooled["metric"]), study.decoded_from)
    return Facts(
        study.subjects,
        study.simulated,
        study.with_images,
        study.settings.models.set,
        study.recordings,
        study.novelty.problems if study.novelty else (),
        pooled[pooled["metric"].isin(metrics)],
        methods,
        study.settings.dataset.cross_validate != "none",
    )


def picture_methods(study: StudyResults) -> list[str]:
    """Return the methods with scores that make pictures, in order, without decoded features."""
    return [name for name in methods_of(study.scores, study.methods) if not name.startswith(DECODED)]


def cautions(facts: Facts) -> list[Caution]:
    """Return the warnings of a study, in the order of :data:`RULES`."""
    found = (rule(facts) for rule in RULES.values())
    return [caution for caution in found if caution is not None]


def _simulated(facts: Facts) -> Caution | None:
    if not facts.simulated:
        return None
    return Caution(
        "These brains are simulated.",
        "Every voxel here follows a known formula. The numbers show that the method and the software recover "
        "what was put in; they say nothing about real brains.",
    )


def _incomplete(facts: Facts) -> Caution | None:
    lines = [
        f"{subject} ({own.runs} run{'s' if own.runs != 1 else ''} used): {problem}"
        for subject, own in facts.recordings.items()
        for problem in own.left_out
    ]
    text = "What was missing or surplus, and how many runs were used nevertheless:"
    return Caution("Some recordings are incomplete.", text, lines) if lines else None


def _duplicates(facts: Facts) -> Caution | None:
    if not facts.duplicates:
        return None
    text = "A decoder may have learned them by heart:"
    return Caution("Test pictures were also training pictures.", text, facts.duplicates)


def _few_subjects(facts: Facts) -> Caution | None:
    count = len(facts.subjects)
    if count == 1:
        text = "Intervals are about other stimuli and the same person. They say nothing about other people."
        return Caution("There is one subject only.", text)
    if count < FEW_SUBJECTS:
        text = (
            "Intervals over subjects are wide, and rightly so: only effects that are large in every subject "
            "can be clear. The page of subjects shows each of them."
        )
        return Caution(f"There are {count} subjects only.", text)
    return None


def _few_stimuli(facts: Facts) -> Caution | None:
    if facts.scores.empty or (count := int(facts.scores["n"].max())) >= FEW_STIMULI:
        return None
    text = "Means over so few vary much by chance, and identification among few rivals is easy."
    return Caution(f"There are {count} test stimuli only.", text)


def _categories(facts: Facts) -> Caution | None:
    if facts.with_images:
        return None
    text = (
        "Pictures cannot be compared with what was seen. They are judged by whether they show its category."
    )
    return Caution("The data set says which category was seen, not which picture.", text)


def _miniature(facts: Facts) -> Caution | None:
    if facts.simulated or facts.model_set != MINIATURE:
        return None
    text = (
        "It knows rendered scenes of few objects and settings, no photographs. Choose a full-size model set "
        "(models/set) for reconstructions worth showing."
    )
    return Caution("The pictures are drawn by a miniature diffusion model.", text)


def _chance(facts: Facts) -> Caution | None:
    rows = _competing(facts)
    rows = rows[rows["p"] >= CHANCE]
    text = f"In at least {100 * CHANCE:.0f} % of permutations, shuffled pictures score as well:"
    return _listing("Some scores are not above chance.", text, rows, facts)


def _below_floor(facts: Facts) -> Caution | None:
    rows = _competing(facts)
    sign = rows["higher_is_better"].map({True: 1, False: -1})
    rows = rows[sign * rows["value"] < sign * rows["floor"].astype(float)]
    text = "Controls that know nothing of the picture score better:"
    return _listing("Some methods score below their floor.", text, rows, facts)


def _no_room(facts: Facts) -> Caution | None:
    rows = _competing(facts)
    rows = rows[rows["floor"].notna() & rows["ceiling"].notna() & rows["share"].isna()]
    # Metrics of the brain have no share by definition: true features do not bound them.
    rows = rows[np.array([metric_facts(name).kind != "brain" for name in rows["metric"]], bool)]
    text = (
        "There, perfect decoding would not do clearly better than no information, so that the score says "
        "nothing about decoding, and no share is given:"
    )
    return _listing("Some ceilings are not clearly above their floor.", text, rows, facts)


def _controls(facts: Facts) -> Caution | None:
    lines: list[str] = []
    names: list[str] = []
    for name in facts.methods:
        method = described(name)
        if method is None or method.control:
            continue
        ceiling, floors = (_allowed(controls, facts) for controls in ((method.ceiling,), method.floors))
        missing = {} if method.ceiling in facts.methods or not ceiling else {"no ceiling": ceiling[0]}
        if floors and not set(method.floors) & set(facts.methods):
            missing["no floor"] = floors[0]
        if missing:
            lines.append(f"{method_word(name).title}: {', '.join(missing)}")
            names += missing.values()
    text = (
        "Without a ceiling and a floor nobody can tell a good score from one that the generator gives by "
        "itself. Add the controls to reconstruct/methods and run the workflow again."
    )
    title = "Some methods have nothing to be measured by."
    return Caution(title, text, lines, tuple(dict.fromkeys(names))) if lines else None


def _allowed(controls: Sequence[str], facts: Facts) -> list[str]:
    """Return the controls that the study may run; under cross-validation none reads true features."""
    known = {name: described(name) for name in controls}
    return [
        name
        for name, control in known.items()
        if not (facts.cross_validated and control and control.features)
    ]


def _competing(facts: Facts) -> pd.DataFrame:
    """Return the scores of methods that are no controls."""
    return facts.scores[np.array([not is_control(name) for name in facts.scores["method"]], bool)]


def _listing(title: str, text: str, rows: pd.DataFrame, facts: Facts) -> Caution | None:
    """Return a warning with a line per method that names its metrics, None without rows."""
    lines = []
    for name in facts.methods:
        metrics = rows.loc[rows["method"] == name, "metric"]
        if len(metrics):
            lines.append(f"{method_word(name).title}: {'; '.join(metric_facts(m).title for m in metrics)}")
    return Caution(title, text, lines) if lines else None


RULES: Mapping[str, Callable[[Facts], Caution | None]] = {
    "simulated": _simulated,
    "duplicates": _duplicates,
    "incomplete": _incomplete,
    "chance": _chance,
    "below floor": _below_floor,
    "no room": _no_room,
    "controls": _controls,
    "categories": _categories,
    "miniature": _miniature,
    "few subjects": _few_subjects,
    "few stimuli": _few_stimuli,
}
"""Rules in the order of the page: first what makes every number doubtful, then what limits it."""
