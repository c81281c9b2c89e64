"""Permutation p of the correlations of many columns, for which test rows are permuted against predictions."""

import numpy as np

from cortex2image.errors import DataError
from cortex2image.seeds import rng_for
from cortex2image.stats.correlation import NULL_VARIANCE_OF_FOLDS, centred

# Values of a column block that stays in the cache of a core while all permutations are taken.
VALUES_AT_ONCE = 2**16
FEWEST_COLUMNS = 32
# Differences of r below this are rounding of single precision, not evidence.
TOLERANCE = 1e-5


def row_permutations(rows: int, draws: int, seed: int, fold: int) -> np.ndarray:
    """Return uniform permutations of the rows of a fold, (draws, rows); they depend on seed and fold only."""
    rng = rng_for(seed, "permutation", fold)
    return rng.permuted(np.tile(np.arange(rows), (draws, 1)), axis=1)


def permuted_products(predicted: np.ndarray, measured: np.ndarray, order: np.ndarray) -> np.ndarray:
    """Return the inner products of permuted predictions and measurements, column by column.

    Parameters
    ----------
    predicted, measured : (m, columns) arrays of one type
    order : (draws, m) int array

    Returns
    -------
    (draws, columns) array
    """
    products = np.empty((len(order), predicted.shape[1]), predicted.dtype)
    permuted = np.empty_like(predicted)
    for rows, product in zip(order, products, strict=True):
        # "clip" writes into `out` without a buffer; no index lies outside.
        np.take(predicted, rows, axis=0, out=permuted, mode="clip")
        np.einsum("mc,mc->c", permuted, measured, out=product)
    return products


class PermutationNull:
    """The permutation null of r of many columns, the same permutations for all of them.

    Test rows are permuted against the predictions, within folds in a cross-validated study. Each column then
    has p = (1 + draws with a correlation of at least r) / (1 + draws) (Phipson & Smyth 2010), which is exact
    if test rows are exchangeable and predictions were made without them.

    In a cross-validated study they were not: the test rows of a fold are training rows of the others, and
    the variance of r over the null is up to twice that over permutations of given predictions (notes of
    :func:`~cortex2image.stats.correlation.correlate`). Draws are therefore multiplied by sqrt(2), which makes
    p approximate, and conservative for few predictors.

    Parameters
    ----------
    columns : int
    draws : int
    within_folds : bool
        Whether the study is cross-validated. Products of all draws are then kept until all folds are there:
        (draws, columns) float32. Otherwise memory does not grow with draws times columns.
    seed : int
    """

    def __init__(self, columns: int, draws: int, within_folds: bool, seed: int):
        self.draws, self.seed = draws, seed
        self._reached = np.zeros(columns, int)
        self._products = np.zeros((draws, columns), np.float32) if within_folds else None
        self._observed = np.zeros((3, columns))
        self._orders: dict[int, np.ndarray] = {}

    def add(self, fold: int, columns: slice, predicted: np.ndarray, measured: np.ndarray) -> None:
        """Add the rows of a fold and a block of columns, (m, w) arrays; each fold and block once.

        Raises
        ------
        DataError
            Blocks of one fold differ in rows.
        """
        order = self._order(fold, len(predicted))
        width = max(FEWEST_COLUMNS, VALUES_AT_ONCE // len(predicted))
        for first in range(0, predicted.shape[1], width):
            part = slice(first, first + width)
            here = slice(columns.start + first, min(columns.start + first + width, columns.stop))
            self._add(order, here, predicted[:, part], measured[:, part])

    def _add(self, order: np.ndarray, here: slice, predicted: np.ndarray, measured: np.ndarray) -> None:
        p, m = (centred(side)[0] for side in (predicted, measured))
        observed = np.stack([np.einsum("mc,mc->c", a, b) for a, b in ((p, m), (p, p), (m, m))])
        products = permuted_products(p.astype(np.float32), m.astype(np.float32), order)
        self._observed[:, here] += observed
        if self._products is None:
            self._reached[here] = _reached(products, observed)
        else:
            self._products[:, here] += products

    def _order(self, fold: int, rows: int) -> np.ndarray:
        if fold not in self._orders:
            self._orders[fold] = row_permutations(rows, self.draws, self.seed, fold)
        order = self._orders[fold]
        if order.shape[1] != rows:
            found, fix = f"{order.shape[1]} and {rows} rows in fold {fold}", "give all test rows of a fold"
            raise DataError("permutation null", "blocks of one fold with the same rows", found, fix)
        return order

    def p(self) -> np.ndarray:
        """Return the p of every column, (columns,); 1 for a constant column."""
        reached = self._reached
        if self._products is not None:
            step = max(1, VALUES_AT_ONCE // self.draws)
            parts = [slice(first, first + step) for first in range(0, len(reached), step)]
            wider = np.float32(np.sqrt(NULL_VARIANCE_OF_FOLDS))
            reached = np.concatenate(
                [_reached(wider * self._products[:, part], self._observed[:, part]) for part in parts]
            )
        p: np.ndarray = (1 + reached) / (1 + self.draws)
        return p


def _reached(products: np.ndarray, observed: np.ndarray) -> np.ndarray:
    """Count the draws whose r is at least that observed, given sums p'm, p'p and m'm of each column."""
    product, predicted, measured = observed
    count: np.ndarray = (products >= product - TOLERANCE * np.sqrt(predicted * measured)).sum(axis=0)
    return count
