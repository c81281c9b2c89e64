"""What the ridge estimators accept."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from cortex2image.errors import ConfigError, DataError
from cortex2image.ridge.blocks import Blocks, as_blocks

# Arguments of sklearn.utils.check_array. Finiteness is checked here, to name the rows.
PREDICTORS: dict[str, Any] = {"dtype": [np.float64, np.float32], "ensure_all_finite": False}
TARGETS: dict[str, Any] = {**PREDICTORS, "ensure_2d": False}
CHECKED_AT_ONCE = 2**22


def checked_alphas(alphas: Sequence[float]) -> np.ndarray:
    """Return the penalties, largest first, as float64.

    Raises
    ------
    ConfigError
        None at all, one that is not positive and finite, or an order that is neither ascending nor
        descending.
    """
    grid = np.atleast_1d(np.asarray(alphas, dtype=np.float64))
    if not len(grid) or not (np.isfinite(grid).all() and grid.min() > 0):
        raise ConfigError("ridge alphas", "positive finite numbers", f"{alphas}", "correct the grid")
    steps = np.diff(grid)
    if not ((steps > 0).all() or (steps < 0).all()):
        raise ConfigError("ridge alphas", "sorted numbers, each once", f"{alphas}", "sort the grid")
    return np.sort(grid)[::-1].copy()


def check_rows(X: Blocks, Y: np.ndarray) -> None:
    """Raise :class:`DataError` unless X and Y are finite and have the same two rows or more."""
    rows = X.shape[0]
    if rows != len(Y):
        raise DataError("ridge", f"as many rows of Y as of X, {rows}", f"{len(Y)}", "align the two")
    if rows < 2:
        raise DataError("ridge", "at least 2 samples", f"{rows} sample", "add training data")
    check_finite("X", X)
    check_finite("Y", Y.reshape(len(Y), -1))


def check_finite(name: str, values: Blocks | np.ndarray) -> None:
    """Raise :class:`DataError` that names the rows holding NaN or infinity."""
    blocks = as_blocks(values)
    finite = [np.isfinite(block).all(axis=1) for _, block in blocks.rows(CHECKED_AT_ONCE)]
    bad = np.flatnonzero(~np.concatenate(finite))
    if len(bad):
        first = ", ".join(map(str, bad[:5])) + ", ..." * (len(bad) > 5)
        found = f"NaN or infinity in {len(bad)} of {blocks.shape[0]} rows: {first}"
        fix = "find the input that holds them; leave these rows out only where that is justified"
        raise DataError(f"ridge, rows of {name}", "finite numbers", found, fix)
