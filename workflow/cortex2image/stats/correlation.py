"""Correlations of many columns and their significance."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import betaincc, ndtr

from cortex2image.errors import DataError

# Values that are converted to double precision at once.
VALUES_AT_ONCE = 2**22
NULL_VARIANCE_OF_FOLDS = 2
"""Variance over the null of a sum over cross-validated folds, relative to that over permutations of the test
rows of given predictions; see the notes of :func:`correlate`."""


@dataclass(frozen=True)
class Correlations:
    """Pearson r and one-sided p of each column, (columns,) arrays; r = 0 and p = 1 for constant columns."""

    r: np.ndarray
    p: np.ndarray


def correlate(predicted: np.ndarray, measured: np.ndarray, folds: np.ndarray | None = None) -> Correlations:
    """Correlate two (n, columns) matrices column by column.

    p is the probability that two independent Gaussian vectors of length n correlate at least as much, the
    null of Takagi and Nishimoto (2023): (r + 1) / 2 then follows Beta(n/2 - 1, n/2 - 1). A column that is
    constant on either side carries no information about the other: r = 0, p = 1.

    Parameters
    ----------
    predicted, measured : (n, columns) arrays
    folds : (n,) array, optional
        For a cross-validated study, the fold in which each row was held out. Predictions of a fold vary
        around the mean of its training rows, which is high where the held-out mean is low. Both matrices are
        therefore centred within folds, and no difference between folds enters r or p.

    Raises
    ------
    DataError
        Fewer than 2 rows beyond one per fold (3 rows without folds), for which r has no distribution.

    Notes
    -----
    With folds, p is the normal approximation to the permutation null of the sum over folds of <p_f, m_f>,
    the inner products of centred predictions and measurements. Given the predictions, permuting the
    n_f rows of each fold gives the sum mean 0 and variance V = sum_f ||p_f||^2 ||m_f||^2 / (n_f - 1). But
    predictions are not fixed: the test rows of fold f are training rows of all other folds, so that each pair
    of folds counts twice. For predictions linear in the training targets, <p_f, m_f> = sum_g m_f' K_fg m_g,
    the variance over the null is sum_{f<g} ||K_fg + K_gf'||^2, at most twice the expected V =
    sum_{f != g} ||K_fg||^2, and near that bound for ridge. z is therefore the sum divided by
    sqrt(2 V). It is valid if rows of a fold are exchangeable under the null, and conservative for few
    predictors and because leaving a fold out biases r below 0.
    """
    parts = sums_by_fold(predicted, measured, folds)
    return correlations(parts, within_folds=folds is not None)


@dataclass(frozen=True)
class Sums:
    """Sums over the rows of a fold, or over all rows, whose means were subtracted; they give r, p and R^2.

    Attributes
    ----------
    rows : int
    predicted, measured, product : (columns,) float64 arrays
        Sums of squares of both sides, exactly 0 for a constant column, and of their products.
    error : (columns,) float64 array
        Sum of squared differences.
    bias : (columns,) float64 array
        Difference of the means that were subtracted, measured less predicted.
    """

    rows: int
    predicted: np.ndarray
    measured: np.ndarray
    product: np.ndarray
    error: np.ndarray
    bias: np.ndarray

    @classmethod
    def of(cls, predicted: np.ndarray, measured: np.ndarray) -> "Sums":
        """Return the sums over all rows of two (n, columns) matrices, in double precision."""
        rows, columns = measured.shape
        step = max(1, VALUES_AT_ONCE // max(1, rows))
        parts = [
            cls._of_columns(predicted[:, first : first + step], measured[:, first : first + step])
            for first in range(0, columns, step)
        ]
        return cls.beside(parts)

    @classmethod
    def beside(cls, parts: Sequence["Sums"]) -> "Sums":
        """Join the sums of different columns over the same rows."""
        names = ("predicted", "measured", "product", "error", "bias")
        return cls(
            parts[0].rows, *(np.concatenate([getattr(part, name) for part in parts]) for name in names)
        )

    @classmethod
    def _of_columns(cls, predicted: np.ndarray, measured: np.ndarray) -> "Sums":
        (p, mean_p), (m, mean_m) = centred(predicted), centred(measured)
        squares, product = (_inner(p, p), _inner(m, m)), _inner(p, m)
        p -= m
        return cls(len(m), *squares, product, _inner(p, p), mean_m - mean_p)


def sums_by_fold(predicted: np.ndarray, measured: np.ndarray, folds: np.ndarray | None) -> list[Sums]:
    """Return the sums of every fold in ascending order, or one for all rows without folds."""
    if folds is None:
        return [Sums.of(predicted, measured)]
    return [Sums.of(predicted[folds == fold], measured[folds == fold]) for fold in np.unique(folds)]


def correlations(parts: Sequence[Sums], within_folds: bool) -> Correlations:
    """Return r and p from the sums of every fold; see :func:`correlate`, also for errors and notes.

    Parameters
    ----------
    parts : sequence of Sums
        One for each fold, of the same columns; a single one for a study without folds.
    within_folds : bool
        Whether `parts` are folds of a cross-validated study.
    """
    _check_rows(parts, within_folds)
    p, m, product = (
        sum(getattr(part, name) for part in parts) for name in ("predicted", "measured", "product")
    )
    varies = (p > 0) & (m > 0)
    r = np.where(varies, np.clip(product / np.sqrt(np.where(varies, p * m, 1)), -1, 1), 0.0)
    p_values = _fold_p(parts, product) if within_folds else _gaussian_p(r, parts[0].rows)
    return Correlations(r, np.where(varies, p_values, 1.0))


def _check_rows(parts: Sequence[Sums], within_folds: bool) -> None:
    rows = sum(part.rows for part in parts)
    if rows - len(parts) < 2:
        found = f"{rows} rows" + (f" in {len(parts)} folds" if within_folds else "")
        fix = "choose a larger test set, or fewer folds"
        raise DataError("correlation", "at least 3 test stimuli, and 2 more than folds", found, fix)


def is_constant(rows: np.ndarray, folds: np.ndarray | None = None) -> np.ndarray:
    """Return whether each column is constant, or constant within every fold; (columns,) bool."""
    parts = [rows] if folds is None else [rows[folds == fold] for fold in np.unique(folds)]
    constant: np.ndarray = np.all([np.ptp(part, axis=0) == 0 for part in parts], axis=0)
    return constant


def centred(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return (n, columns) `rows` minus their mean, float64, exactly 0 for a constant column; and the mean."""
    # Centred as differences from the first row, so that a constant column stays exactly constant.
    first = rows[0].astype(np.float64)
    centred = rows - first
    mean = centred.mean(axis=0)
    centred -= mean
    return centred, first + mean


def _inner(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return the inner products of the columns of two matrices."""
    products: np.ndarray = np.einsum("nc,nc->c", a, b)
    return products


def _gaussian_p(r: np.ndarray, n: int) -> np.ndarray:
    p: np.ndarray = betaincc(n / 2 - 1, n / 2 - 1, (r + 1) / 2)
    return p


def _fold_p(parts: Sequence[Sums], product: np.ndarray) -> np.ndarray:
    """Return p of columns that are centred within folds; see the notes of :func:`correlate`."""
    variance = sum(part.predicted * part.measured / max(part.rows - 1, 1) for part in parts)
    z = product / np.sqrt(np.where(variance > 0, NULL_VARIANCE_OF_FOLDS * variance, 1))
    p_values: np.ndarray = ndtr(-z)
    return p_values
