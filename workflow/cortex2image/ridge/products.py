"""Inner products of training rows and new rows, in units in which penalties of all feature spaces compare.

Columns that are standardised over training trials have a mean squared distance from their mean row that is
their number. Inner products that come without columns are multiplied by the one number that gives them the
same mean squared distance, so that a penalty means the same for both.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from cortex2image.errors import DataError
from cortex2image.leakage import HeldOut, named
from cortex2image.ridge.design import Design, Scaling
from cortex2image.ridge.inputs import CHECKED_AT_ONCE, Sliced
from cortex2image.ridge.kernels import Kernel
from cortex2image.ridge.planning import BLOCK


@dataclass(frozen=True)
class Products:
    """Inner products of r training rows with each other, (r, r), and of m test rows with these, (m, r)."""

    train: np.ndarray
    new: HeldOut[Kernel]


def of_standardised(train: np.ndarray, new: HeldOut[np.ndarray], weights: np.ndarray) -> Products:
    """Return inner products of rows whose columns are standardised by the training rows alone.

    Parameters
    ----------
    train, new : (r, p) array, and (m, p) array held out
    weights : (r,) array
        Trials that each training row stands for.
    """
    scaling = Scaling.fit_blocks(Sliced(train), True, True, BLOCK, weights)
    rows = Design(Sliced(train), scaling, torch.device("cpu"), BLOCK)

    def crossed(test: np.ndarray) -> Kernel:
        return Kernel(rows.new(Sliced(test)).products(rows).numpy().astype(train.dtype))

    return Products(rows.gram().numpy().astype(train.dtype), new.through(scaling, crossed))


def of_given(
    products: np.ndarray,
    train: np.ndarray,
    new: np.ndarray,
    weights: np.ndarray,
    width: float,
    names: Sequence[str] | np.ndarray = (),
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
    names : (m,) names of the rows to predict, optional
        For errors.

    Raises
    ------
    DataError
        NaN or infinity.
    """
    fitted = products[np.ix_(train, train)]
    spread = _spread(fitted, weights / weights.sum())
    if not np.isfinite(spread):
        found = "NaN or infinity among those of training stimuli"
        raise DataError("inner products of features", "finite numbers", found, "make the table anew")
    factor = fitted.dtype.type(width / spread if spread > 0 else 1)
    fitted *= factor
    crossed = products[np.ix_(new, train)]
    crossed *= factor
    return Products(fitted, HeldOut(Kernel(crossed), len(new), named(names)))


def _spread(products: np.ndarray, share: np.ndarray) -> float:
    """Return the mean squared distance of rows from their mean row, 0 up to rounding without variance."""
    step = max(1, CHECKED_AT_ONCE // max(1, len(products)))
    around = np.concatenate(
        [products[first : first + step].astype(np.float64) @ share for first in range(0, len(products), step)]
    )
    squares, of_mean = float(share @ products.diagonal().astype(np.float64)), float(share @ around)
    rounding = float(np.finfo(products.dtype).eps) * abs(squares)
    return 0.0 if squares - of_mean <= rounding else squares - of_mean
