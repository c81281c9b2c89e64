"""Inner products of training rows and new rows, in units in which penalties of all feature spaces compare.

Columns that are standardised over training trials have a mean squared distance from their mean row that is
their number. Inner products that come without columns are multiplied by the one number that gives them the
same mean squared distance, so that a penalty means the same for both.
"""

from dataclasses import dataclass

import numpy as np
import torch

from cortex2image.errors import DataError
from cortex2image.ridge.design import Design, Scaling
from cortex2image.ridge.inputs import CHECKED_AT_ONCE, Sliced
from cortex2image.ridge.planning import BLOCK


@dataclass(frozen=True)
class Products:
    """Inner products of r training rows with each other, (r, r), and of m new rows with these, (m, r)."""

    train: np.ndarray
    new: np.ndarray


def of_standardised(train: np.ndarray, new: np.ndarray, weights: np.ndarray) -> Products:
    """Return inner products of rows whose columns are standardised by the training rows alone.

    Parameters
    ----------
    train, new : (r, p) and (m, p) arrays
    weights : (r,) array
        Trials that each training row stands for.
    """
    scaling = Scaling.fit_blocks(Sliced(train), True, True, BLOCK, weights)
    rows = Design(Sliced(train), scaling, torch.device("cpu"), BLOCK)
    crossed = rows.new(Sliced(new)).products(rows)
    return Products(*(each.numpy().astype(train.dtype) for each in (rows.gram(), crossed)))


def of_given(
    products: np.ndarray, train: np.ndarray, new: np.ndarray, weights: np.ndarray, width: float
) -> Products:
    """Return some of given inner products, times one number that depends on training rows alone.

    Parameters
    ----------
    products : (s, s) array
        Inner products of features as they are, not centred.
    train, new : (r,) and (m,) arrays of int
        Rows to fit and rows to predict.
    weights : (r,) array
        Trials that each training row stands for.
    width : float
        Mean over training trials that squared distances from the mean row get: that of so many standardised
        columns.

    Raises
    ------
    DataError
        NaN or infinity.
    """
    fitted, crossed = (products[np.ix_(rows, train)] for rows in (train, new))
    spread = _spread(fitted, weights / weights.sum())
    if not np.isfinite(spread):
        found = "NaN or infinity among those of training stimuli"
        raise DataError("inner products of features", "finite numbers", found, "make the table anew")
    if spread > 0:
        fitted *= fitted.dtype.type(width / spread)
        crossed *= crossed.dtype.type(width / spread)
    return Products(fitted, crossed)


def _spread(products: np.ndarray, share: np.ndarray) -> float:
    """Return the mean squared distance of rows from their mean row, 0 up to rounding without variance."""
    step = max(1, CHECKED_AT_ONCE // max(1, len(products)))
    around = np.concatenate(
        [products[first : first + step].astype(np.float64) @ share for first in range(0, len(products), step)]
    )
    squares, of_mean = float(share @ products.diagonal().astype(np.float64)), float(share @ around)
    rounding = float(np.finfo(products.dtype).eps) * abs(squares)
    return 0.0 if squares - of_mean <= rounding else squares - of_mean
