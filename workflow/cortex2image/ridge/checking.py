"""Checks of predictors, of whatever kind, before a fit and before predictions."""

from typing import Any

import numpy as np

from cortex2image.errors import ConfigError, DataError
from cortex2image.ridge.inputs import (
    Blocks,
    Sliced,
    as_blocks,
    check_finite,
    check_predictors,
)
from cortex2image.ridge.kernels import Kernel, KernelBlocks, checked_kernel
from cortex2image.ridge.repeats import PerTrial

Predictors = np.ndarray | Blocks | PerTrial | Kernel
New = np.ndarray | Blocks | Kernel


def checked_predictors(model: Any, X: np.ndarray | Blocks) -> Blocks:
    """Check predictors of an estimator, whose number of columns is noted, and return them in blocks.

    Raises
    ------
    DataError
        NaN, infinity, or a single row.
    """
    if isinstance(X, Sliced):
        model.n_features_in_ = X.shape[1]
    else:
        X = model.validated(X, reset=True)
    blocks = as_blocks(X)
    check_predictors(blocks)
    return blocks


def checked_rows(model: Any, X: PerTrial | Kernel) -> PerTrial | Kernel:
    """Check predictors that trials share, or inner products, and return them.

    Raises
    ------
    DataError
        As :func:`checked_predictors`; inner products that are not square and symmetric.
    ConfigError
        The estimator standardises columns, and a kernel has none.
    """
    if isinstance(X, PerTrial):
        checked_predictors(model, X.matrix)
        return X
    if model.standardize:
        fix = "standardise the features before their inner products, or set standardize=False"
        raise ConfigError("ridge standardize", "False for a kernel, which has no columns", "True", fix)
    X = checked_kernel(X)
    model.n_features_in_ = X.products.shape[1]
    return X


def checked_new(model: Any, X: New) -> Blocks:
    """Check new rows against the fitted columns and return them in blocks.

    Raises
    ------
    DataError
        NaN, infinity, or another number of columns than was fitted.
    """
    if isinstance(X, Kernel):
        check_width(model, X.products.shape[1])
        for band in X.bands:
            check_finite("the kernel", band)
        return KernelBlocks(X.bands)
    if not isinstance(X, Sliced):
        blocks: Blocks = Sliced(model.validated(X, reset=False))
    else:
        check_width(model, X.shape[1])
        blocks = X
    check_finite("X", blocks)
    return blocks


def check_width(model: Any, columns: int) -> None:
    """Raise :class:`DataError` unless new rows have as many columns as were fitted."""
    if columns != model.n_features_in_:
        fix = "give the columns of the training rows"
        raise DataError("ridge, columns of X", f"{model.n_features_in_}", f"{columns}", fix)
