"""Scores of reconstructions made elsewhere, with the nulls and intervals that a study's own have.

``score_folder("my-pictures", "stimuli")`` scores a folder; the target of the same name does so through the
workflow. docs/score-folder.md explains both.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow import csv

from cortex2image.errors import DataError
from cortex2image.files import atomic
from cortex2image.judges.finite import FiniteJudge
from cortex2image.judges.judge import Distance, Judge
from cortex2image.metrics.choice import chosen_metrics, serving
from cortex2image.metrics.chosen_rules import StimulusSet, open_rules, stated_groups
from cortex2image.metrics.evaluated import Evaluated, rate
from cortex2image.metrics.judged import open_distances, open_judges
from cortex2image.metrics.pictures import read_originals, read_pictures
from cortex2image.metrics.reconstruction import score_reconstructions
from cortex2image.metrics.registry import METRICS, metric_facts
from cortex2image.metrics.score_rows import score_rows
from cortex2image.metrics.scored import Scored, evaluation_columns, null_columns
from cortex2image.metrics.versions import version_facts
from cortex2image.networks.checksums import model_hash
from cortex2image.networks.registry import ModelSet, model_set
from cortex2image.progress import say, track
from cortex2image.scoring.matching import Matched, match
from cortex2image.scoring.page import TEMPLATES, Facts, folder_page
from cortex2image.study.config import read_slice
from cortex2image.study.scored import require_scored, scored_name
from cortex2image.study.settings import Study
from cortex2image.tables.contract import Contract
from cortex2image.tables.paths import path_in_study
from cortex2image.tables.results import EVALUATION, NULLS
from cortex2image.tables.scores import SCORES

READS = (
    "pictures",
    "stimuli",
    "scored_as",
    "models/set",
    "models/folder",
    "evaluate/metrics",
    "evaluate/permutations",
    "seed",
)
"""The settings that decide the scores of pictures made elsewhere."""
SUBJECT = "folder"
"""What stands for the subject in the tables: whose brain the pictures were made from is not known."""
_ONE_SIZE = "save all reconstructions as squares of one size; stimuli of other shapes are cut to their centre"
OpenJudges = Callable[[ModelSet, str], list[Judge]]
OpenDistances = Callable[[ModelSet, str], list[Distance]]


@dataclass(frozen=True)
class FolderScores:
    """Scores of pictures made elsewhere.

    Attributes
    ----------
    name : str
        The method in the tables.
    matched : Matched
    scores, evaluation, nulls : DataFrame
        Tables of these contracts, see docs/tables.md.
    warnings : list of str
        What makes the scores doubtful.
    facts : Facts
    """

    name: str
    matched: Matched
    scores: pd.DataFrame
    evaluation: pd.DataFrame
    nulls: pd.DataFrame
    facts: Facts
    warnings: list[str] = field(default_factory=list)

    def write(self, folder: str | Path) -> None:
        """Write the three tables as Parquet, scores.csv and index.html into a folder."""
        names = ("folder_evaluation", "folder_nulls", "folder_scores", "folder_csv", "folder_page")
        files = [Path(folder, Path(path_in_study(name)).name) for name in names]
        self.write_tables(*files[:4])
        self.write_page(files[4])

    def write_tables(
        self, evaluation: str | Path, nulls: str | Path, scores: str | Path, table: str | Path
    ) -> None:
        """Write the three tables as Parquet, and the scores as CSV, too."""
        facts = {"subject": SUBJECT, "method": self.name, **self.facts.as_metadata()}
        for contract, frame, path in (
            (EVALUATION, self.evaluation, evaluation),
            (NULLS, self.nulls, nulls),
            (SCORES, self.scores, scores),
        ):
            contract.write(_columns(frame), path, **facts)
        with atomic(table) as temporary:
            csv.write_csv(SCORES.read(scores), temporary)

    def write_page(self, path: str | Path, templates: str | Path = TEMPLATES) -> None:
        """Write one page with the scores and the pictures, which needs no other file."""
        page = folder_page(self.name, self.matched, self.scores, self.facts, self.warnings, templates)
        with atomic(path) as temporary:
            temporary.write_text(page, encoding="utf-8")


def score_folder(
    pictures: str | Path,
    stimuli: str | Path,
    name: str | None = None,
    settings: Mapping[str, object] | None = None,
    device: str = "auto",
    judges: OpenJudges = open_judges,
    distances: OpenDistances = open_distances,
) -> FolderScores:
    """Score reconstructions made elsewhere against the stimuli that they reconstruct.

    Parameters
    ----------
    pictures, stimuli : path
        Folders of pictures or tables of them; docs/score-folder.md says how they are matched.
    name : str, optional
        The method in the tables; by default the name of `pictures`.
    settings : mapping, optional
        Keys of a study's config that differ from their defaults, nested as there: models/set, models/folder,
        evaluate/metrics, evaluate/permutations and seed.
    device : str
        See :func:`cortex2image.device.choose_device`.
    judges, distances : functions of a model set and a device
        Open the networks that judge the pictures.

    Raises
    ------
    DataError
        The pictures and the stimuli do not match, a picture cannot be read, reconstructions differ in size or
        are not square, or a judge gives no finite numbers.
    ConfigError
        A setting is unknown or out of bounds.
    ModelSetError
        The model set is incomplete or altered.
    """
    given = {"pictures": str(pictures), "stimuli": str(stimuli), "scored_as": name}
    study = read_slice(Study, json.dumps({**(settings or {}), **given}), READS, "settings")
    return scored_folder(study, device, judges, distances)


def scored_folder(
    study: Study,
    device: str = "auto",
    judges: OpenJudges = open_judges,
    distances: OpenDistances = open_distances,
) -> FolderScores:
    """Return the scores of the pictures that the settings of a study name; see :func:`score_folder`."""
    name, matched = scored_name(study), match(*require_scored(study))
    models = model_set(study.models.set, study.models.folder)
    size = len(read_pictures([matched.reconstructions[0][0]], fix=_ONE_SIZE)[0])
    originals = read_originals(matched.originals, size)
    identical = np.zeros(len(matched.stimuli), dtype=bool)
    chosen, stimuli = chosen_metrics(study.evaluate.metrics, models), _stimulus_set(study, matched)
    networks = serving(models, chosen)
    scored = score_reconstructions(
        originals,
        _compared(_samples(matched, size), originals, identical),
        [FiniteJudge(judge) for judge in judges(networks, device)],
        stimuli.order(),
        open_rules(chosen, stimuli),
        [distance for distance in distances(networks, device) if distance.name in chosen],
        device,
        order_of_pairs=stimuli.order_of_pairs(),
        pixels=[metric for metric in chosen if METRICS[metric].kind == "pixels"],
    )
    _require_some(scored, chosen, matched)
    _require_finite(scored, matched.stimuli)
    facts = Facts(
        model_set=models.name,
        model_hash=model_hash(models),
        versions=version_facts(scored, models, size),
        metrics=study.evaluate.metrics,
        permutations=study.evaluate.permutations,
        seed=study.seed,
        size=size,
    )
    warnings = _warnings(identical, matched)
    return FolderScores(
        name=name,
        matched=matched,
        scores=_frame(SCORES, _rows(name, scored, matched.stimuli)),
        evaluation=_frame(EVALUATION, evaluation_columns(scored, matched.stimuli, matched.samples)),
        nulls=_frame(NULLS, null_columns(scored)),
        facts=facts,
        warnings=warnings,
    )


def _stimulus_set(study: Study, matched: Matched) -> StimulusSet:
    """Return the stimuli as those of one subject, who saw them all."""
    columns: dict[str, Sequence[str | None]] = {
        "stimulus_id": matched.stimuli,
        "category": matched.categories,
        "setting": matched.settings,
    }
    return StimulusSet(
        matched.stimuli,
        np.zeros(len(matched.stimuli), np.intp),
        stated_groups(columns, matched.stimuli),
        study.seed,
        study.evaluate.permutations,
    )


def _samples(matched: Matched, size: int) -> Iterator[np.ndarray]:
    """Yield the pictures of one sample of every stimulus after the other."""
    for column in track(range(len(matched.samples)), "score_folder: samples"):
        yield read_pictures((row[column] for row in matched.reconstructions), size, _ONE_SIZE)


def _compared(
    samples: Iterable[np.ndarray], originals: np.ndarray, identical: np.ndarray
) -> Iterator[np.ndarray]:
    """Yield samples as they come, and mark the stimuli of which one is the original itself."""
    for pictures in samples:
        same = (np.array_equal(a, b) for a, b in zip(pictures, originals, strict=True))
        identical |= np.fromiter(same, bool, len(originals))
        yield pictures


def _warnings(identical: np.ndarray, matched: Matched) -> list[str]:
    """Return a warning about reconstructions that are no reconstructions, after printing it."""
    if not identical.any():
        return []
    which = "All reconstructions" if identical.all() else f"Reconstructions of {identical.sum()} stimuli"
    first = matched.stimuli[int(identical.argmax())]
    warning = (
        f"{which} are pixel for pixel what was seen (first: {first}). No decoder does that: is `pictures` "
        "the folder of the stimuli, or a copy of it?"
    )
    say(f"WARNING: {warning}")
    return [warning]


def _require_some(scored: Mapping[str, Scored], chosen: Sequence[str], matched: Matched) -> None:
    """Refuse stimuli that allow none of the metrics that were chosen."""
    if not scored:
        expected = f"stimuli that allow one of {', '.join(chosen)}"
        fix = "choose others in evaluate/metrics; the lines above say what these need"
        raise DataError(matched.sources[1], expected, "none", fix)


def _require_finite(scored: Mapping[str, Scored], stimuli: Sequence[str]) -> None:
    """Refuse values that are no numbers, of which a mean over the others would pass for a score.

    A metric may need what a stimulus lacks, such as another one of its category, and then has no score of it.
    """
    for metric, one in scored.items():
        finite = np.isfinite(one.values).all(axis=1)
        if metric_facts(metric).needs is not None:
            finite |= np.isnan(one.values).all(axis=1)
        bad = [name for name, is_finite in zip(stimuli, finite, strict=True) if not is_finite]
        if bad or not np.isfinite(one.null).all():
            where = f"for {len(bad)} of {len(stimuli)} stimuli, first '{bad[0]}'" if bad else "in the null"
            fix = "look at these pictures, and at the model set that judges them"
            raise DataError(f"metric {metric}", "finite values", f"NaN or infinity {where}", fix)


def _rows(method: str, scored: Mapping[str, Scored], stimuli: Sequence[str]) -> list[dict[str, Any]]:
    """Return the rows of scores; columns that compare with the controls of a study are null."""

    def frame(values: np.ndarray) -> pd.DataFrame:
        return pd.DataFrame(values.mean(axis=1)[None], [SUBJECT], list(stimuli))

    evaluated = Evaluated(
        {(method, metric): frame(one.values) for metric, one in scored.items()},
        {(method, metric): frame(one.rivals) for metric, one in scored.items() if one.rivals is not None},
        {(method, metric): pd.DataFrame(one.null[None], [SUBJECT]) for metric, one in scored.items()},
    )
    return [row for row in score_rows(rate(evaluated), {}) if row["subject"] == SUBJECT]


def _frame(contract: Contract, rows: Sequence[Mapping[str, object]] | Mapping[str, object]) -> pd.DataFrame:
    """Return rows or columns as a DataFrame, after the check of their contract."""
    table = pa.table(dict(rows)) if isinstance(rows, Mapping) else pa.Table.from_pylist(list(rows))
    frame: pd.DataFrame = contract.check(table, "score_folder").to_pandas()
    return frame


def _columns(frame: pd.DataFrame) -> pa.Table:
    return pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata(None)
