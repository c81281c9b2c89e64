"""Join the evaluations of all subjects and methods into one score table.

Reads {subject}/evaluation/{method}.parquet and {method}-nulls.parquet, of every subject and method.
Computes value, bootstrap interval, null and p of each metric, by subject and over all subjects, beside the
value of the method's ceiling: pictures from true features, of the same spaces where these were drawn.
Writes scores.parquet and scores.csv.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict

import pandas as pd
import pyarrow as pa
from pyarrow import csv

from cortex2image.errors import DataError, run_step
from cortex2image.files import atomic
from cortex2image.metrics.registry import metric_facts
from cortex2image.seeds import rng_for
from cortex2image.stats.summary import summarise
from cortex2image.study.command import Command
from cortex2image.study.methods import CEILINGS, described, external
from cortex2image.study.settings import Study
from cortex2image.tables.contract import Contract
from cortex2image.tables.results import EVALUATION, NULLS, SCORES

READS = ("evaluate/bootstraps", "seed", "reconstruct/external")
COMMAND = Command(__doc__, Study, READS, lists=("evaluation", "nulls"), outputs=("scores", "csv"))

POOLED = "all"
# The method whose pictures are made from true features of all spaces, see cortex2image.study.methods.
CEILING = "ceiling"
Frames = dict[tuple[str, str], pd.DataFrame]


def read_all(contract: Contract, paths: Sequence[str], column: str) -> Frames:
    """Read tables into one frame per (method, metric): a row per subject, a column per value of `column`.

    Values of several samples are averaged. Subject and method stand in the metadata of each table.
    """
    frames = []
    for path in paths:
        table = contract.read(path)
        frames.append(table.to_pandas().assign(**origin(table, path)))
    wide = pd.concat(frames).pivot_table("value", ["method", "metric", "subject"], column)
    return {key: frame.droplevel([0, 1]) for key, frame in wide.groupby(["method", "metric"])}


def origin(table: pa.Table, path: str) -> dict[str, str]:
    """Return the subject and the method that the metadata of an evaluation name.

    Raises
    ------
    DataError
        The metadata lack the subject or the method.
    """
    facts = {key.decode(): value.decode() for key, value in table.schema.metadata.items()}
    if not {"subject", "method"} <= set(facts):
        fix = "delete the table and run the workflow again"
        raise DataError(path, "subject and method in the metadata", "no such entries", fix)
    return {"subject": facts["subject"], "method": facts["method"]}


def complete_rows(frames: Frames, key: tuple[str, str], subjects: Sequence[str], kind: str) -> pd.DataFrame:
    """Return the frame of one (method, metric) with a row of every subject, in their order.

    Raises
    ------
    DataError
        A subject lacks the metric: a mean over the others would pass for a mean over all.
    """
    frame = frames.get(key, pd.DataFrame())
    missing = [subject for subject in subjects if subject not in frame.index]
    if missing:
        method, metric = key
        fix = "delete this evaluation and run the workflow again"
        raise DataError(f"{kind} of {method}, {metric}", "rows of every subject", f"none of {missing}", fix)
    return frame.loc[list(subjects)]


def score_rows(values: Frames, nulls: Frames, bootstraps: int, seed: int) -> Iterator[dict[str, object]]:
    """Yield rows of scores.parquet without the column `ceiling`: each subject, then all subjects pooled."""
    subjects = sorted({subject for frame in values.values() for subject in frame.index})
    for method, metric in values:
        frame = complete_rows(values, (method, metric), subjects, "evaluation")
        null = complete_rows(nulls, (method, metric), subjects, "nulls")
        for subject, chosen in [*((s, [s]) for s in subjects), (POOLED, subjects)]:
            labels = {"subject": subject, "method": method, "metric": metric}
            yield labels | score(metric, frame.loc[chosen], null.loc[chosen], bootstraps, seed)


def score(
    metric: str, values: pd.DataFrame, null: pd.DataFrame, bootstraps: int, seed: int
) -> dict[str, object]:
    """Return the columns of one row of scores from one row per subject of values and null draws."""
    facts = metric_facts(metric)
    values, null = values.dropna(axis=1, how="all"), null.dropna(axis=1)
    # The same stimuli are resampled alike for every method and metric, so that intervals can be compared.
    rng = rng_for(seed, "bootstrap", *values.columns)
    summary = summarise(values.to_numpy(), null.to_numpy(), facts.higher_is_better, bootstraps, rng)
    return asdict(summary) | {
        "higher_is_better": facts.higher_is_better,
        "metric_version": facts.version,
    }


def with_ceilings(
    rows: Sequence[dict[str, object]], decoders: Mapping[str, Mapping[str, str]]
) -> list[dict[str, object]]:
    """Return rows of scores with the column `ceiling`: what pictures of true features score.

    It is the value of the method's own ceiling, see :class:`~cortex2image.study.methods.Method`, for the same
    subject and metric; that of method ceiling, which has true z and c and is no bound for methods of other
    features, where the own one was not evaluated. It is null in rows of ceilings, and if neither was
    evaluated.

    Parameters
    ----------
    rows : from :func:`score_rows`
    decoders : `reconstruct/external` of the config, whose features say which ceiling is theirs
    """
    others = [external(name, files) for name, files in decoders.items()]
    own = {method.name: method.ceiling for method in others}
    values = {(row["method"], row["subject"], row["metric"]): row["value"] for row in rows}

    def ceiling(row: dict[str, object]) -> object:
        name, subject, metric = str(row["method"]), row["subject"], row["metric"]
        if name in CEILINGS:
            return None
        method = described(name)
        best = own.get(name, method.ceiling if method else CEILING)
        return values.get((best, subject, metric), values.get((CEILING, subject, metric)))

    return [row | {"ceiling": ceiling(row)} for row in rows]


def main(argv: Sequence[str] | None = None) -> None:
    """Run the step."""
    args, study = COMMAND.parse(argv)
    values = read_all(EVALUATION, args.evaluation, "stimulus_id")
    nulls = read_all(NULLS, args.nulls, "draw")
    rows = list(score_rows(values, nulls, study.evaluate.bootstraps, study.seed))
    rows = with_ceilings(rows, study.reconstruct.external)
    SCORES.write(pa.Table.from_pylist(rows), args.scores)
    with atomic(args.csv) as temporary:
        csv.write_csv(SCORES.read(args.scores), temporary)


if __name__ == "__main__":
    run_step(main)
