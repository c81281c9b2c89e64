"""What a study does not show, as data: when a limit holds, and what it says."""

from collections.abc import Callable
from dataclasses import dataclass

from cortex2image.report.few import FEW_STIMULI, FEW_SUBJECTS
from cortex2image.report.methods.facts import Facts
from cortex2image.report.methods.wording import counted
from cortex2image.study.methods import CONTROL_FITS, MEAN, SHUFFLED
from cortex2image.study.readers import READERS
from cortex2image.study.run_methods import run_methods
from cortex2image.study.settings import Study

ONE_POOL = ("simulated", "nsd", "bold5000")
"""Readers of data sets whose test stimuli were drawn from the pool of the training stimuli."""


@dataclass(frozen=True)
class Limit:
    """A limit: whether it holds for a study, and its words."""

    holds: Callable[[Study, Facts], bool]
    words: Callable[[Study, Facts], str]


def _reader(study: Study) -> str:
    return study.dataset.reader


def _given_split(study: Study) -> bool:
    return study.dataset.split.kind == "given" and study.dataset.cross_validate == "none"


def _floors(study: Study) -> bool:
    blind = {SHUFFLED, MEAN, *CONTROL_FITS}
    return any(blind & set(method.inputs.values()) for method in run_methods(study.reconstruct))


def _ceilings(study: Study) -> bool:
    return any(method.name.startswith("ceiling") for method in run_methods(study.reconstruct))


def _names(study: Study) -> set[str]:
    return {method.name for method in run_methods(study.reconstruct)}


def _fewest(facts: Facts) -> int:
    return min((c.test for c in facts.counts), default=FEW_STIMULI)


LIMITS = (
    Limit(
        lambda study, facts: READERS[_reader(study)].made_by_workflow is not None,
        lambda study, facts: (
            "The brains are simulated. Scores test the method, and say nothing about real brains, "
            "which respond in ways that nobody has written down."
        ),
    ),
    Limit(
        lambda study, facts: len(study.subjects) == 1,
        lambda study, facts: "There is one subject. Nothing here says how other people would differ.",
    ),
    Limit(
        lambda study, facts: 1 < len(study.subjects) < FEW_SUBJECTS,
        lambda study, facts: (
            f"There are {counted(len(study.subjects), 'subject')}. Intervals over subjects are wide, "
            "and statements on people in general are weak."
        ),
    ),
    Limit(
        lambda study, facts: not READERS[_reader(study)].image_identity,
        lambda study, facts: (
            "It is not known which picture was shown, only its category. No picture was "
            "reconstructed in the sense of the word: what is drawn stands for a category."
        ),
    ),
    Limit(
        lambda study, facts: study.dataset.cross_validate != "none",
        lambda study, facts: (
            f"There is no test set that stayed closed: every {study.dataset.cross_validate} was held "
            "out in turn, and the models that are averaged over share most of their training trials."
        ),
    ),
    Limit(
        lambda study, facts: _fewest(facts) < FEW_STIMULI,
        lambda study, facts: (
            f"A subject has {_fewest(facts)} test stimuli only: single odd pictures move the scores."
        ),
    ),
    Limit(
        lambda study, facts: study.models.set == "miniature",
        lambda study, facts: (
            "Pictures come from a miniature model that has seen rendered scenes of 16 things only. "
            "Its scores cannot be compared with those of Stable Diffusion."
        ),
    ),
    Limit(
        lambda study, facts: study.models.set != "miniature",
        lambda study, facts: (
            "The generator has seen millions of photographs. Detail in a picture that is not in the "
            "decoded features is its own, however right it looks."
        ),
    ),
    Limit(
        lambda study, facts: not _floors(study),
        lambda study, facts: (
            "No control without information from the brain was run (such as shuffled or no brain): it is "
            "not known how much of a score any plausible picture would get [@shirakawa2025]."
        ),
    ),
    Limit(
        lambda study, facts: not _ceilings(study),
        lambda study, facts: "No ceiling was run: it is not known what perfect decoding would score.",
    ),
    Limit(
        lambda study, facts: READERS[_reader(study)].image_identity and "nearest_train" not in _names(study),
        lambda study, facts: (
            "The control that shows the nearest training picture was not run: a method that only "
            "recalls training pictures is not told from one that reconstructs."
        ),
    ),
    Limit(
        lambda study, facts: not facts.ceilings,
        lambda study, facts: (
            "No voxel has a noise ceiling: a low accuracy may be that of the model or of the data."
        ),
    ),
    Limit(
        lambda study, facts: _given_split(study) and _reader(study) in ONE_POOL,
        lambda study, facts: (
            "The test stimuli were taken from the same pool as the training stimuli: how far "
            "decoding carries to new kinds of pictures takes a split by clusters."
        ),
    ),
    Limit(
        lambda study, facts: _given_split(study) and _reader(study) not in ONE_POOL,
        lambda study, facts: (
            "The split is that of the data set, which says how unlike the training stimuli the test stimuli "
            "are: scores hold for stimuli as unlike as these."
        ),
    ),
    Limit(
        lambda study, facts: study.ridge.selection == "as_released",
        lambda study, facts: (
            "Penalties are those of the released code of 2023, known to be too small and chosen on "
            "folds that part the trials of a stimulus: for reproduction only."
        ),
    ),
    Limit(
        lambda study, facts: True,
        lambda study, facts: (
            "That features predict a voxel, or are decoded from a region, shows shared information. "
            "It does not show that the region computes these features."
        ),
    ),
    Limit(
        lambda study, facts: READERS[_reader(study)].made_by_workflow is None,
        lambda study, facts: (
            "Subjects looked at pictures and knew it. Nothing here reads imagery, dreams or thoughts."
        ),
    ),
)


def limits(study: Study, facts: Facts) -> list[str]:
    """Return what a study does not show, a statement each."""
    return [limit.words(study, facts) for limit in LIMITS if limit.holds(study, facts)]
