"""Test rows that are held out, and a finished fit that opens them."""

import numpy as np

from cortex2image.leakage import FinishedFit, HeldOut, TrainingRows
from cortex2image.ridge.repeats import PerTrial

FINISHED = FinishedFit()


def held_out(rows: np.ndarray) -> HeldOut[np.ndarray]:
    return HeldOut(rows, len(rows), "new rows")


def training(source: PerTrial, train: np.ndarray) -> TrainingRows:
    """Return the rows of some trials; all others are held out."""
    test = np.setdiff1d(np.arange(len(source.row)), train)
    return TrainingRows(source.matrix, source.row[train], source.row[test])
