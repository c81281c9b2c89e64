"""Correlations of many columns and their significance."""

from dataclasses import dataclass

import numpy as np
from scipy import stats

from cortex2image.errors import DataError


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
    spare = len(measured) - (1 if folds is None else len(np.unique(folds)))
    if spare < 2:
        found = f"{len(measured)} rows" + ("" if folds is None else f" in {len(np.unique(folds))} folds")
        fix = "choose a larger test set, or fewer folds"
        raise DataError("correlation", "at least 3 test stimuli, and 2 more than folds", found, fix)
    if folds is not None:
        predicted, measured = centred_within(predicted, folds), centred_within(measured, folds)
    constant = is_constant(predicted) | is_constant(measured)
    a, b = _normalised(predicted), _normalised(measured)
    r = np.where(constant, 0.0, np.clip(np.einsum("nc,nc->c", a, b), -1, 1))
    p = _gaussian_p(r, len(measured)) if folds is None else _fold_p(a, b, folds)
    return Correlations(r, np.where(constant, 1.0, p))


def is_constant(rows: np.ndarray, folds: np.ndarray | None = None) -> np.ndarray:
    """Return whether each column is constant, or constant within every fold; (columns,) bool."""
    spread = np.ptp(rows if folds is None else centred_within(rows, folds), axis=0)
    constant: np.ndarray = spread == 0
    return constant


def centred_within(rows: np.ndarray, folds: np.ndarray) -> np.ndarray:
    """Return (n, columns) `rows` minus the mean of their fold, float64; exactly 0 in a constant fold."""
    centred = np.empty(rows.shape)
    for fold in np.unique(folds):
        inside = folds == fold
        # Centred as differences from the first row, so that a constant column stays exactly constant.
        from_first = rows[inside].astype(np.float64) - rows[inside][0]
        centred[inside] = from_first - from_first.mean(axis=0)
    return centred


def _gaussian_p(r: np.ndarray, n: int) -> np.ndarray:
    p: np.ndarray = stats.beta(n / 2 - 1, n / 2 - 1, loc=-1, scale=2).sf(r)
    return p


def _fold_p(predicted: np.ndarray, measured: np.ndarray, folds: np.ndarray) -> np.ndarray:
    """Return p of columns that are centred within folds; see the notes of :func:`correlate`."""
    variance = np.zeros(predicted.shape[1])
    for fold in np.unique(folds):
        p, m = predicted[folds == fold], measured[folds == fold]
        variance += np.sum(p**2, axis=0) * np.sum(m**2, axis=0) / max(len(p) - 1, 1)
    total = np.einsum("nc,nc->c", predicted, measured)
    p_values: np.ndarray = stats.norm.sf(total / np.sqrt(np.where(variance > 0, 2 * variance, 1)))
    return p_values


def _normalised(rows: np.ndarray) -> np.ndarray:
    """Return the columns centred and scaled to length 1, float64; constant columns become 0."""
    centred: np.ndarray = rows - rows.mean(axis=0, dtype=np.float64)
    length = np.linalg.norm(centred, axis=0)
    centred /= np.where(length > 0, length, 1)
    return centred
