"""Trials that share rows of a matrix: the repeats of a picture share its features."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class PerTrial:
    """A matrix and the row of each trial in it; trials of a stimulus may share a row.

    Attributes
    ----------
    matrix : (rows, width) array
    row : (n,) array of int
        Row of each trial.
    """

    matrix: np.ndarray
    row: np.ndarray

    def each(self) -> np.ndarray:
        """Return the rows of all trials, (n, width)."""
        rows: np.ndarray = self.matrix[self.row]
        return rows


@dataclass(frozen=True)
class Averaged:
    """Targets of trials, averaged over the trials that share a row of predictors.

    Attributes
    ----------
    means : (r, t) array
        For each of the r rows of the predictors that occur, in the order of the matrix of predictors, the
        mean target over its trials.
    within : (t,) array, float64
        Sum over all trials of the squared difference from the mean of their row.
    """

    means: np.ndarray
    within: np.ndarray
