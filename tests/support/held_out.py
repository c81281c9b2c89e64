"""Test rows that are held out, and a finished fit that opens them."""

from typing import TypeVar

import numpy as np

from cortex2image.leakage import FinishedFit, HeldOut, TrainingRows
from cortex2image.ridge.kernels import Kernel
from cortex2image.ridge.repeats import PerTrial

FINISHED = FinishedFit()
Rows = TypeVar("Rows", np.ndarray, Kernel)


def held_out(rows: Rows) -> HeldOut[Rows]:
    count = len(rows.products if isinstance(rows, Kernel) else rows)
    return HeldOut(rows, count, "new rows")


def training(source: PerTrial, train: np.ndarray) -> TrainingRows:
    """Return the rows of some trials; all others are held out."""
    test = np.setdiff1d(np.arange(len(source.row)), train)
    return TrainingRows(source.matrix, source.row[train], source.row[test])
