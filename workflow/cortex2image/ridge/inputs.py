"""Inputs of the ridge estimators: predictors in blocks that need not fit into memory, and checks."""

import warnings
from collections.abc import Iterator, Sequence
from typing import Any, Protocol

import numpy as np

from cortex2image.errors import ConfigError, DataError

# Arguments of sklearn.utils.check_array. :func:`check_finite` replaces its check, to name the rows.
PREDICTORS: dict[str, Any] = {"dtype": [np.float64, np.float32], "ensure_all_finite": False}
TARGETS: dict[str, Any] = {**PREDICTORS, "ensure_2d": False}
# Values that are checked at once.
CHECKED_AT_ONCE = 2**22
# Share of predictable targets at an end of the grid of penalties above which a fit warns.
EDGE_SHARE = 0.2


class Blocks(Protocol):
    """A matrix that is read block by block.

    Attributes
    ----------
    shape : (rows, columns)
    dtype : NumPy dtype
    """

    shape: tuple[int, int]
    dtype: np.dtype

    def rows(self, elements: int) -> Iterator[tuple[slice, np.ndarray]]:
        """Yield every row once, in order, in blocks of at most `elements` numbers (or one row)."""
        ...

    def columns(self, elements: int) -> Iterator[tuple[slice, np.ndarray]]:
        """Yield every column once, in order, in blocks of at most `elements` numbers (or one column)."""
        ...


class Sliced:
    """Blocks of an array, or of any matrix that can be sliced in two dimensions.

    Parameters
    ----------
    source : np.ndarray, np.memmap, h5py or zarr dataset, ...
    chosen : (r,) array of int, optional
        Rows to use, in this order; a row may stand several times. None uses all.
    """

    def __init__(self, source: np.ndarray, chosen: np.ndarray | None = None):
        self.source, self.chosen = source, chosen
        rows = source.shape[0] if chosen is None else len(chosen)
        self.shape: tuple[int, int] = (rows, source.shape[1])
        self.dtype = np.dtype(source.dtype)

    def rows(self, elements: int) -> Iterator[tuple[slice, np.ndarray]]:
        for part in _slices(self.shape[0], elements // max(1, self.shape[1])):
            yield part, np.asarray(self.source[part if self.chosen is None else self.chosen[part]])

    def columns(self, elements: int) -> Iterator[tuple[slice, np.ndarray]]:
        for part in _slices(self.shape[1], elements // max(1, self.shape[0])):
            block = np.asarray(self.source[:, part])
            yield part, block if self.chosen is None else block[self.chosen]


def as_blocks(predictors: "np.ndarray | Blocks") -> Blocks:
    """Return `predictors` itself if it is read in blocks already, else the array wrapped in blocks."""
    return Sliced(predictors) if isinstance(predictors, np.ndarray) else predictors


def _slices(length: int, step: int) -> list[slice]:
    step = max(1, step)
    return [slice(start, min(start + step, length)) for start in range(0, length, step)]


def checked_alphas(alphas: Sequence[float]) -> np.ndarray:
    """Return the penalties, largest first, as float64.

    Raises
    ------
    ConfigError
        No penalty, a penalty that is not positive and finite, or penalties that are not sorted.
    """
    grid = np.atleast_1d(np.asarray(alphas, dtype=np.float64))
    if grid.ndim != 1 or not len(grid) or not (np.isfinite(grid).all() and grid.min() > 0):
        raise ConfigError("ridge alphas", "positive finite numbers", f"{alphas}", "correct the grid")
    steps = np.diff(grid)
    if not ((steps > 0).all() or (steps < 0).all()):
        raise ConfigError("ridge alphas", "sorted numbers, each once", f"{alphas}", "sort the grid")
    return np.sort(grid)[::-1].copy()


def warn_at_edge(chosen: np.ndarray, alphas: np.ndarray) -> None:
    """Warn if more than `EDGE_SHARE` of the predictable targets chose an end of the grid of penalties."""
    if len(alphas) < 2 or not len(chosen):
        return
    for edge, way_out in ((alphas[0], "add larger ones"), (alphas[-1], "add smaller ones")):
        share = float(np.mean(chosen == edge))
        if share > EDGE_SHARE:
            warnings.warn(
                f"ridge alpha {edge:g}, an end of the grid, was chosen for {share:.0%} of the {len(chosen)} "
                f"predictable targets (limit {EDGE_SHARE:.0%}); the best alpha may lie outside: {way_out}",
                stacklevel=4,
            )


def checked_array(values: Any, flat: bool = False) -> np.ndarray:
    """Return values as a float array with two dimensions, with `flat` also with one; finite or not.

    An array that is one already is handed back without scikit-learn, as scikit-learn itself would do.

    Raises
    ------
    ValueError, TypeError
        Of scikit-learn: no rows, no columns, other dimensions, or values that are no real numbers.
    """
    dimensions, floats = ((1, 2) if flat else (2,)), (np.float32, np.float64)
    if type(values) is np.ndarray and values.ndim in dimensions and values.dtype in floats and values.size:
        return values
    from sklearn.utils.validation import check_array

    return np.asarray(check_array(values, **(TARGETS if flat else PREDICTORS)))


def check_predictors(X: Blocks) -> None:
    """Raise :class:`DataError` unless predictors are finite and have at least 2 rows."""
    rows = X.shape[0]
    if rows < 2:
        raise DataError("ridge", "at least 2 samples", f"{rows} sample", "add training data")
    check_finite("X", X)


def check_finite(name: str, values: Blocks | np.ndarray) -> None:
    """Raise :class:`DataError`, naming the rows, if a row holds NaN or infinity."""
    blocks = as_blocks(values)
    finite = [np.isfinite(block).all(axis=1) for _, block in blocks.rows(CHECKED_AT_ONCE)]
    bad = np.flatnonzero(~np.concatenate(finite))
    if len(bad):
        first = ", ".join(map(str, bad[:5])) + ", ..." * (len(bad) > 5)
        found = f"NaN or infinity in {len(bad)} of {blocks.shape[0]} rows: {first}"
        fix = "find the input that holds them; leave these rows out only where that is justified"
        raise DataError(f"ridge, rows of {name}", "finite numbers", found, fix)
