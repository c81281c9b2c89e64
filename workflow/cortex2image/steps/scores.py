"""Join the evaluations of all subjects and methods into one score table, and compare the methods.

Reads {subject}/evaluation/{method}.parquet and {method}-nulls.parquet, of every subject and method.
Computes value, interval, null and p of each metric, by subject and over all subjects, between the values of
the method's floor and ceiling; and the paired difference of every two methods.
Writes scores.parquet, with what each metric depends on in its metadata, scores.csv and comparisons.parquet.
"""

from collections.abc import Sequence

import pandas as pd
from pyarrow import csv

from cortex2image.errors import run_step
from cortex2image.files import atomic
from cortex2image.metrics.comparison_rows import comparison_rows
from cortex2image.metrics.evaluated import Evaluated, Frames, rate
from cortex2image.metrics.score_rows import score_rows
from cortex2image.metrics.versions import joined_versions
from cortex2image.study.command import Command
from cortex2image.study.settings import Study
from cortex2image.tables.columns import as_columns
from cortex2image.tables.contract import Contract
from cortex2image.tables.origin import origin
from cortex2image.tables.results import EVALUATION, NULLS
from cortex2image.tables.scores import COMPARISONS, SCORES

READS = ("reconstruct/external",)
COMMAND = Command(
    __doc__, Study, READS, lists=("evaluation", "nulls"), outputs=("scores", "csv", "comparisons")
)


def read_all(contract: Contract, paths: Sequence[str], column: str, of: Sequence[str]) -> list[Frames]:
    """Read tables into frames per (method, metric): a row per subject, a column per value of `column`.

    Parameters
    ----------
    contract : Contract
    paths : of tables whose metadata name subject and method
    column : str
    of : names of columns of numbers
        Of each, the mean over samples; a metric that has none is left out of the frames of that column.

    Returns
    -------
    For each of `of`, frames sorted by method, metric and subject
    """
    rows: list[dict[tuple[str, str], dict[str, pd.Series]]] = [{} for _ in of]
    for path in paths:
        table = contract.read(path)
        subject, method = origin(table, path)
        for metric, part in table.to_pandas().groupby("metric"):
            means = part.groupby(column)[list(of)].mean()
            for name, found in zip(of, rows, strict=True):
                if means[name].notna().any():
                    found.setdefault((method, str(metric)), {})[subject] = means[name]
    return [{key: _frame(by_subject) for key, by_subject in sorted(found.items())} for found in rows]


def _frame(by_subject: dict[str, pd.Series]) -> pd.DataFrame:
    return pd.DataFrame(by_subject).T.sort_index().sort_index(axis=1)


def main(argv: Sequence[str] | None = None) -> None:
    """Run the step."""
    args, study = COMMAND.parse(argv)
    values, rivals = read_all(EVALUATION, args.evaluation, "stimulus_id", ("value", "as_rival"))
    (nulls,) = read_all(NULLS, args.nulls, "draw", ("value",))
    ratings = rate(Evaluated(values, rivals, nulls))
    rows = score_rows(ratings, study.reconstruct.external)
    versions = joined_versions({path: EVALUATION.read_schema(path).metadata for path in args.evaluation})
    SCORES.write(as_columns(SCORES.columns, rows), args.scores, **versions)
    COMPARISONS.write(as_columns(COMPARISONS.columns, comparison_rows(ratings)), args.comparisons)
    with atomic(args.csv) as temporary:
        csv.write_csv(SCORES.read(args.scores), temporary)


if __name__ == "__main__":
    run_step(main)
