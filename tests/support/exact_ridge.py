"""Ridge regression with hundreds of digits, for tiny problems: predictions, and scores from refits."""

import mpmath
import numpy as np

DIGITS = 650


def left_out_scores(
    X: np.ndarray, Y: np.ndarray, alphas: np.ndarray, groups: np.ndarray, intercept: bool
) -> np.ndarray:
    """Return R^2 of every penalty and target, (a, t), from a refit without each group."""
    with mpmath.workdps(DIGITS):
        errors = np.full((len(alphas), Y.shape[1]), mpmath.mpf(0))
        total = np.full(Y.shape[1], mpmath.mpf(0))
        for group in np.unique(groups):
            out = groups == group
            x, y, new, true = (_exact(values) for values in (X[~out], Y[~out], X[out], Y[out]))
            if intercept:
                new, true = new - x.mean(axis=0), true - y.mean(axis=0)
                x, y = x - x.mean(axis=0), y - y.mean(axis=0)
            total += (true**2).sum(axis=0)
            inner, cross = x @ x.T, new @ x.T
            for error, alpha in zip(errors, alphas, strict=True):
                error += ((true - cross @ _solved(inner, alpha, y)) ** 2).sum(axis=0)
        return (1 - errors / total).astype(float)


def generalised_scores(X: np.ndarray, Y: np.ndarray, alphas: np.ndarray, intercept: bool) -> np.ndarray:
    """Return 1 - GCV(alpha) / GCV(infinity) of every penalty and target, (a, t)."""
    with mpmath.workdps(DIGITS):
        x, y, free = _exact(X), _exact(Y), len(X) - intercept
        if intercept:
            x, y = x - x.mean(axis=0), y - y.mean(axis=0)
        inner, unit = x @ x.T, _exact(np.eye(len(X)))
        found = []
        for alpha in alphas:
            # I - H is alpha (XX' + alpha)^-1, which also leaves the mean.
            left = mpmath.mpf(float(alpha)) * _solved(inner, alpha, unit)
            spare = (left.trace() - intercept) / free
            found.append((((left @ y) / spare) ** 2).sum(axis=0) / (y**2).sum(axis=0))
        return 1 - np.array(found).astype(float)


def predictions(X: np.ndarray, Y: np.ndarray, new: np.ndarray, alpha: float) -> np.ndarray:
    """Return the predictions, (m, t), of ridge regression with an intercept for new rows, (m, p)."""
    with mpmath.workdps(100):
        x, y, rows = _exact(X), _exact(Y), _exact(new)
        centre, mean = x.mean(axis=0), y.mean(axis=0)
        x, y, rows = x - centre, y - mean, rows - centre
        found: np.ndarray = (rows @ x.T @ _solved(x @ x.T, alpha, y) + mean).astype(float)
        return found


def _exact(values: np.ndarray) -> np.ndarray:
    """Return values as an array of mpmath numbers."""
    exact: np.ndarray = np.vectorize(lambda v: mpmath.mpf(float(v)), otypes=[object])(values)
    return exact


def _solved(inner: np.ndarray, alpha: float, right: np.ndarray) -> np.ndarray:
    """Return (inner + alpha)^-1 right by Gaussian elimination, which needs no pivots here."""
    n = len(inner)
    system = np.concatenate([inner + mpmath.mpf(float(alpha)) * _exact(np.eye(n)), right], axis=1)
    for row in range(n):
        system[row, row:] /= system[row, row]
        for other in range(n):
            if other != row:
                system[other, row:] -= system[other, row] * system[row, row:]
    return system[:, n:]
