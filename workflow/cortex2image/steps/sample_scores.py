"""Say what the scores owe to the number of samples of a stimulus, and to who chooses one of them.

Reads every table {subject}/evaluation/{method}.parquet, and those of brain consistency where they were made.
Computes the score of one sample, of the best of all as the brain or the truth chooses it, and the spread.
Writes sample_scores.parquet.
"""

from collections.abc import Sequence

import pandas as pd

from cortex2image.errors import run_step
from cortex2image.metrics.sample_rows import sample_rows
from cortex2image.study.command import Command
from cortex2image.study.settings import Study
from cortex2image.tables.columns import as_columns
from cortex2image.tables.origin import origin
from cortex2image.tables.results import EVALUATION
from cortex2image.tables.scores import SAMPLE_SCORES

COMMAND = Command(__doc__, Study, lists=("evaluation",), outputs=("sample_scores",))


def read_evaluations(paths: Sequence[str]) -> dict[tuple[str, str], pd.DataFrame]:
    """Return the rows of all evaluations by subject and method, whatever tables they stand in."""
    tables: dict[tuple[str, str], list[pd.DataFrame]] = {}
    for path in paths:
        table = EVALUATION.read(path)
        tables.setdefault(origin(table, path), []).append(table.to_pandas())
    return {key: pd.concat(parts) for key, parts in tables.items()}


def main(argv: Sequence[str] | None = None) -> None:
    """Run the step."""
    args, _ = COMMAND.parse(argv)
    rows = sample_rows(read_evaluations(args.evaluation))
    SAMPLE_SCORES.write(as_columns(SAMPLE_SCORES.columns, rows), args.sample_scores)


if __name__ == "__main__":
    run_step(main)
