"""Draw the learning curves of all subjects.

Reads learning_curve.parquet of every subject. Writes an SVG file: a row of panels per metric, a column per
decoded space, scores with intervals and nulls against hours of scanning.
"""

from collections.abc import Sequence

import pandas as pd

from cortex2image.errors import run_step
from cortex2image.files import atomic
from cortex2image.plots.learning_curve import draw_learning_curves
from cortex2image.plots.style import svg
from cortex2image.study.command import Command
from cortex2image.study.settings import Study
from cortex2image.tables.learning_curve import LEARNING_CURVE

COMMAND = Command(__doc__, Study, lists=("curves",), outputs=("figure",))


def main(argv: Sequence[str] | None = None) -> None:
    """Write the figure."""
    args, _ = COMMAND.parse(argv)
    rows = pd.concat([LEARNING_CURVE.read(path).to_pandas() for path in args.curves], ignore_index=True)
    with atomic(args.figure) as temporary:
        temporary.write_bytes(svg(draw_learning_curves(rows)))


if __name__ == "__main__":
    run_step(main)
