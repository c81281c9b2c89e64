"""Standardised predictors of trials that share rows, turned to as few columns as there are different rows.

Ridge regression depends on its predictors only through their inner products: a rotation of the columns
changes no prediction. r different rows lie in r dimensions, so that r columns say the same as p. The 59,136
features of 9,000 pictures become 9,000 columns, and a fit to 27,000 single trials decomposes a matrix of
9,000 x 9,000 instead of one of 27,000 x 27,000.
"""

import numpy as np

from cortex2image.ridge.repeats import PerTrial

# Values that are converted to double precision at once.
VALUES_AT_ONCE = 2**24


def standardised_axes(training: PerTrial, new: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Standardise by mean and standard deviation over training trials; turn the columns if that saves some.

    Parameters
    ----------
    training : PerTrial, (rows, p), of n trials
    new : (m, p) array

    Returns
    -------
    (n, k) and (m, k) arrays, in the precision of `training`
        With k = p, or k <= rows < p. New rows lose what is orthogonal to all training rows, which no
        prediction depends on.

    Notes
    -----
    Constant columns become 0 in training rows, and are not divided in new ones.
    """
    weights = np.bincount(training.row, minlength=len(training.matrix)).astype(np.float64)
    dtype, (rows, columns) = training.matrix.dtype, training.matrix.shape
    step = max(1, VALUES_AT_ONCE // (rows + len(new)))
    parts = [slice(first, first + step) for first in range(0, columns, step)]
    blocks = (_standardised(training.matrix[:, part], new[:, part], weights) for part in parts)
    if columns <= rows or len(training.row) == rows:
        both = np.empty((len(training.row), columns), dtype), np.empty((len(new), columns), dtype)
        for part, (a, b) in zip(parts, blocks, strict=True):
            both[0][:, part], both[1][:, part] = a[training.row], b
        return both
    gram, products = np.zeros((rows, rows)), np.zeros((len(new), rows))
    for a, b in blocks:
        gram += a @ a.T
        products += b @ a.T
    axes, onto = _axes(gram, columns)
    return axes.astype(dtype)[training.row], (products @ onto).astype(dtype)


def _standardised(rows: np.ndarray, new: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return rows and new rows standardised by the weighted moments of `rows`, float64."""
    a = rows.astype(np.float64)
    constant = (a == a[0]).all(axis=0)
    centre = np.where(constant, a[0], weights @ a / weights.sum())
    a -= centre
    scale = np.sqrt(weights @ a**2 / weights.sum())
    scale = np.where(constant | (scale == 0), 1, scale)
    return a / scale, (new - centre) / scale


def _axes(gram: np.ndarray, columns: int) -> tuple[np.ndarray, np.ndarray]:
    """Return coordinates (r, k) of rows with these inner products, and the (r, k) map that finds them."""
    values, vectors = np.linalg.eigh(gram)
    kept = values > np.finfo(np.float64).eps * columns * values[-1].clip(0)
    roots = np.sqrt(values[kept])
    return vectors[:, kept] * roots, vectors[:, kept] / roots
