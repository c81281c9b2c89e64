"""Correlations of many columns and their significance."""

from dataclasses import dataclass

import numpy as np
from scipy import stats

from cortex2image.errors import DataError


@dataclass(frozen=True)
class Correlations:
    """Pearson r of each column and its one-sided p, both (columns,) arrays; r 0 and p 1 where constant."""

    r: np.ndarray
    p: np.ndarray


def correlate(predicted: np.ndarray, measured: np.ndarray) -> Correlations:
    """Correlate two (n, columns) matrices column by column.

    p is the probability that two independent Gaussian vectors of length n correlate at least as much, the
    null of Takagi and Nishimoto (2023): (r + 1) / 2 then follows Beta(n/2 - 1, n/2 - 1). A column that is
    constant on either side carries no information about the other: r = 0, p = 1.

    Raises
    ------
    DataError
        Fewer than 3 rows, for which r has no distribution.
    """
    n = len(measured)
    if n < 3:
        raise DataError("correlation", "at least 3 test stimuli", f"{n}", "choose a larger test set")
    constant = is_constant(predicted) | is_constant(measured)
    a, b = _normalised(predicted), _normalised(measured)
    r = np.where(constant, 0.0, np.clip(np.einsum("nc,nc->c", a, b), -1, 1))
    p = stats.beta(n / 2 - 1, n / 2 - 1, loc=-1, scale=2).sf(r)
    return Correlations(r, np.where(constant, 1.0, p))


def is_constant(rows: np.ndarray) -> np.ndarray:
    """Return for each column whether all its values are the same, exactly; (columns,) bool."""
    return np.ptp(rows, axis=0) == 0


def _normalised(rows: np.ndarray) -> np.ndarray:
    """Return the columns centred and of length 1, as float64; a constant column is all 0."""
    centred = rows - rows.mean(axis=0, dtype=np.float64)
    length = np.linalg.norm(centred, axis=0)
    return centred / np.where(length > 0, length, 1)
