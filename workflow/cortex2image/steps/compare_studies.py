"""Put the scores of several studies side by side.

Reads scores.parquet, stimuli.parquet and the trials of every subject of each study. Writes
studies.parquet and studies.csv: every score beside its study, the split of its stimuli and the amount
of its training data; and a figure, a panel per metric. Studies are compared by the same definition of a
metric, or not at all.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd
import pyarrow as pa
from pyarrow import csv

from cortex2image.errors import DataError, run_step
from cortex2image.files import atomic
from cortex2image.metrics.versions import differing, recorded_versions
from cortex2image.plots.comparison import draw_comparison
from cortex2image.plots.style import svg
from cortex2image.study.command import Command
from cortex2image.study.settings import Study
from cortex2image.tables.recordings import STIMULI, TRIALS
from cortex2image.tables.scores import POOLED, SCORES
from cortex2image.tables.studies import STUDIES

SAME = (
    "run `snakemake evaluate` again where the version is the older one; where weights or sizes differ, score "
    "both studies with one model set, or leave the metric out of evaluate/metrics"
)
READS = ("studies",)
COMMAND = Command(
    __doc__,
    Study,
    READS,
    # Scores and stimuli in the order of `studies`; trials of all subjects, in any order.
    lists=("scores", "stimuli", "trials"),
    outputs=("comparison", "csv", "figure"),
)


def main(argv: Sequence[str] | None = None) -> None:
    """Write the table and the figure."""
    args, study = COMMAND.parse(argv)
    of_study: dict[Path, list[str]] = {Path(path).parent: [] for path in args.scores}
    for path in args.trials:
        of_study[Path(path).parents[1]].append(path)
    files = zip(study.studies, args.scores, args.stimuli, of_study.values(), strict=True)
    parts = [study_rows(*of_one) for of_one in files]
    rows = pd.concat(parts, ignore_index=True)
    check_definitions(
        {name: definitions(path) for name, path in zip(study.studies, args.scores, strict=True)}
    )
    table = pa.Table.from_pandas(rows, preserve_index=False).replace_schema_metadata(None)
    STUDIES.write(table, args.comparison)
    with atomic(args.csv) as temporary:
        csv.write_csv(STUDIES.read(args.comparison), temporary)
    with atomic(args.figure) as temporary:
        temporary.write_bytes(svg(draw_comparison(rows)))


def study_rows(name: str, scores: str, stimuli: str, trials: Sequence[str]) -> pd.DataFrame:
    """Return the rows of one study.

    Parameters
    ----------
    name : str
    scores, stimuli : paths of scores.parquet and stimuli.parquet
    trials : paths of trials.parquet, one of each subject

    Raises
    ------
    DataError
        A subject that was scored has no trials.
    """
    facts = STIMULI.read_schema(stimuli).metadata
    amounts = dict(map(amount, trials))
    rows = SCORES.read(scores).to_pandas()
    missing = sorted(set(rows["subject"]) - set(amounts) - {POOLED})
    if missing:
        fix = f"run `snakemake evaluate` with the config of {name} again"
        raise DataError(scores, "trials of every subject that was scored", f"none of {missing[0]}", fix)
    of_scored = [amounts[subject] for subject in set(rows["subject"]) - {POOLED}]
    amounts[POOLED] = pd.DataFrame(of_scored).mean().to_dict()
    beside = pd.DataFrame([amounts[subject] for subject in rows["subject"]], index=rows.index)
    nearest = float(json.loads(facts.get(b"facts", b"{}")).get("nearest_training", "nan"))
    beside = beside.assign(study=name, split=facts.get(b"split", b"given").decode(), nearest_training=nearest)
    joined = pd.concat([beside, rows], axis=1)
    return joined[[column.name for column in STUDIES.columns]]


def amount(path: str) -> tuple[str, dict[str, float]]:
    """Return a subject and the amount of its data; NaN if cross-validated, where it differs by fold."""
    table = TRIALS.read(path)
    trials, subject = table.to_pandas(), table.schema.metadata[b"subject"].decode()
    if trials["fold"].notna().any():
        return subject, dict.fromkeys(("training_stimuli", "training_trials", "test_trials"), float("nan"))
    training, test = (trials.loc[trials["split"] == side, "stimulus_id"] for side in ("train", "test"))
    return subject, {
        "training_stimuli": float(training.nunique()),
        "training_trials": float(len(training)),
        "test_trials": len(test) / test.nunique(),
    }


def definitions(path: str) -> dict[str, dict[str, object]]:
    """Return what each metric of scores.parquet depends on: version, weights, preparation of pictures."""
    table = SCORES.read(path)
    versions = dict(zip(table["metric"].to_pylist(), table["metric_version"].to_pylist(), strict=True))
    recorded = recorded_versions(table.schema.metadata)
    return {name: {"version": number, **recorded.get(name, {})} for name, number in versions.items()}


def check_definitions(studies: Mapping[str, Mapping[str, Mapping[str, object]]]) -> None:
    """Test that a metric has one definition in all studies.

    Parameters
    ----------
    studies : by the name of each study, its :func:`definitions`

    Raises
    ------
    DataError
        Two studies have scores of different versions of a metric, of other weights of its network, or of
        pictures of another size.
    """
    first: dict[str, tuple[str, Mapping[str, object]]] = {}
    for study, metrics in studies.items():
        for metric, facts in metrics.items():
            other, expected = first.setdefault(metric, (study, facts))
            if differ := differing(facts, expected):
                found = f"{_said(other, expected, differ)}; {_said(study, facts, differ)}"
                raise DataError(f"metric {metric}", "one definition in all studies", found, SAME)


def _said(study: str, facts: Mapping[str, object], names: Sequence[str]) -> str:
    return f"{study}: " + ", ".join(f"{name} {facts.get(name)}" for name in names)


if __name__ == "__main__":
    run_step(main)
