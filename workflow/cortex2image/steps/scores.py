"""Join the evaluations of all subjects and methods into one score table.

Reads {subject}/evaluation/{method}.parquet and {method}-nulls.parquet, of every subject and method.
Computes value, interval, null and p of each metric, by subject and over all subjects, beside the
value of the method's ceiling: pictures from true features, of the same spaces where these were drawn.
Writes scores.parquet and scores.csv.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass

import pandas as pd
import pyarrow as pa
from pyarrow import csv

from cortex2image.errors import DataError, run_step
from cortex2image.files import atomic
from cortex2image.metrics.registry import metric_facts
from cortex2image.progress import say
from cortex2image.stats.crossed_intervals import Scores
from cortex2image.stats.summary import summarise
from cortex2image.study.command import Command
from cortex2image.study.methods import CEILINGS, described, external
from cortex2image.study.settings import Study
from cortex2image.tables.contract import Contract
from cortex2image.tables.results import EVALUATION, NULLS, SCORES

READS = ("reconstruct/external",)
COMMAND = Command(__doc__, Study, READS, lists=("evaluation", "nulls"), outputs=("scores", "csv"))

POOLED = "all"
FEWEST = 3
# Metrics whose values fill the range between their bounds, which intervals must not leave.
BOUNDED = ("identification", "category")
# The method whose pictures are made from true features of all spaces, see cortex2image.study.methods.
CEILING = "ceiling"
Frames = dict[tuple[str, str], pd.DataFrame]


@dataclass(frozen=True)
class Evaluated:
    """Values of every method and metric, credit against rivals where a metric is an identification, nulls."""

    values: Frames
    rivals: Frames
    nulls: Frames


def read_all(contract: Contract, paths: Sequence[str], column: str, of: str = "value") -> Frames:
    """Read tables into one frame per (method, metric): a row per subject, a column per value of `column`.

    Numbers in the column `of` are averaged over samples. Subject and method stand in the metadata of each
    table.
    """
    frames = []
    for path in paths:
        table = contract.read(path)
        frames.append(table.to_pandas().assign(**origin(table, path)))
    wide = pd.concat(frames).pivot_table(of, ["method", "metric", "subject"], column)
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


def score_rows(evaluated: Evaluated) -> Iterator[dict[str, object]]:
    """Yield rows of scores.parquet without the column `ceiling`: each subject, then all subjects pooled.

    Metrics that some subjects need not have are left out for these and for all, see :func:`scored_subjects`.
    """
    subjects = sorted({subject for frame in evaluated.values.values() for subject in frame.index})
    for method, metric in evaluated.values:
        key = method, metric
        scored = scored_subjects(evaluated.values, key, subjects)
        frame = complete_rows(evaluated.values, key, scored, "evaluation")
        null = complete_rows(evaluated.nulls, key, scored, "nulls")
        rivals = complete_rows(evaluated.rivals, key, scored, "rivals") if key in evaluated.rivals else None
        pooled = [(POOLED, scored)] if scored == subjects else []
        for subject, chosen in [*((s, [s]) for s in scored), *pooled]:
            labels = {"subject": subject, "method": method, "metric": metric}
            of_rivals = None if rivals is None else rivals.loc[chosen]
            yield labels | score(method, metric, frame.loc[chosen], of_rivals, null.loc[chosen])


def scored_subjects(frames: Frames, key: tuple[str, str], subjects: Sequence[str]) -> list[str]:
    """Return the subjects who must have a metric: all, or those whose stimuli offer what it needs.

    Some metrics need stimuli that a subject may not have, such as two of one category. There is then no score
    over all subjects, which a line says.
    """
    method, metric = key
    have = [subject for subject in subjects if subject in frames[key].index]
    if have == subjects or metric_facts(metric).needs is None:
        return list(subjects)
    say(f"warning: {metric} of {method} has no score over all subjects: {', '.join(have)} alone have it")
    return have


def score(
    method: str, metric: str, values: pd.DataFrame, rivals: pd.DataFrame | None, null: pd.DataFrame
) -> dict[str, object]:
    """Return the columns of one row of scores from one row per subject of values, rivals and null draws.

    Raises
    ------
    DataError
        A subject has fewer than three stimuli, of which no interval can be made, or an identification does
        not say how stimuli fare as rivals.
    """
    facts = metric_facts(metric)
    values, null = values.dropna(axis=1, how="all"), null.dropna(axis=1)
    where, fewest = f"evaluation of {method}, {metric}", int(values.notna().sum(axis=1).min())
    if fewest < FEWEST:
        fix = "score at least three test stimuli: no interval can be made of fewer"
        raise DataError(where, f"{FEWEST} stimuli of every subject", f"{fewest}", fix)
    if facts.kind == "identification" and rivals is None:
        fix = "delete the evaluation and run the workflow again"
        raise DataError(where, "the column as_rival of an identification", "nulls alone", fix)
    matched = None if rivals is None else rivals[values.columns].to_numpy()
    bounds = facts.bounds if facts.kind in BOUNDED else None
    scores = Scores(values.to_numpy(), matched)
    summary = summarise(scores, null.to_numpy(), facts.higher_is_better, bounds)
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
    rivals = read_all(EVALUATION, args.evaluation, "stimulus_id", of="as_rival")
    nulls = read_all(NULLS, args.nulls, "draw")
    rows = list(score_rows(Evaluated(values, rivals, nulls)))
    rows = with_ceilings(rows, study.reconstruct.external)
    SCORES.write(pa.Table.from_pylist(rows), args.scores)
    with atomic(args.csv) as temporary:
        csv.write_csv(SCORES.read(args.scores), temporary)


if __name__ == "__main__":
    run_step(main)
