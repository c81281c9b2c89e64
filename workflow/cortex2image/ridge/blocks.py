"""Predictors in blocks of rows or of columns, so that they need not fit into memory."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NoReturn, Protocol

import numpy as np

from cortex2image.errors import DataError


class Blocks(Protocol):
    """A matrix of predictors that is read block by block.

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
    """Blocks of anything that is sliced in two dimensions.

    Parameters
    ----------
    source : np.ndarray, np.memmap, h5py or zarr dataset, ...
    """

    def __init__(self, source: np.ndarray):
        self.source = source
        self.shape: tuple[int, int] = (source.shape[0], source.shape[1])
        self.dtype = np.dtype(source.dtype)

    def rows(self, elements: int) -> Iterator[tuple[slice, np.ndarray]]:
        for part in _slices(self.shape[0], elements // max(1, self.shape[1])):
            yield part, np.asarray(self.source[part])

    def columns(self, elements: int) -> Iterator[tuple[slice, np.ndarray]]:
        for part in _slices(self.shape[1], elements // max(1, self.shape[0])):
            yield part, np.asarray(self.source[:, part])


class Beside:
    """Blocks of several matrices of the same rows, side by side.

    Parameters
    ----------
    sources : sequence of (n, p_b) arrays, or anything else that is sliced in two dimensions
    """

    def __init__(self, sources: Sequence[np.ndarray]):
        self.sources = sources
        self.shape: tuple[int, int] = (len(sources[0]), sum(source.shape[1] for source in sources))
        self.dtype = np.result_type(*(source.dtype for source in sources))

    def rows(self, elements: int) -> Iterator[tuple[slice, np.ndarray]]:
        for part in _slices(self.shape[0], elements // max(1, self.shape[1])):
            yield part, np.concatenate([source[part] for source in self.sources], axis=1)

    def columns(self, elements: int) -> Iterator[tuple[slice, np.ndarray]]:
        start = 0
        for source in self.sources:
            for part, block in Sliced(source).columns(elements):
                yield slice(start + part.start, start + part.stop), block
            start += source.shape[1]


class RowGroups:
    """Blocks of predictors that come as groups of rows, like the row groups of a Parquet file.

    Every pass over the predictors starts the iterator anew. Blocks of columns are put together from all row
    groups, so with more predictors than rows there are as many passes as blocks of columns; estimators make
    these as large as their memory bound allows.

    Parameters
    ----------
    groups : callable
        Returns an iterator of arrays (rows of the group, columns), the same each time.
    shape : (rows, columns)
    dtype : NumPy dtype

    Raises
    ------
    DataError
        While reading, if the arrays do not add up to `shape`.
    """

    def __init__(
        self,
        groups: Callable[[], Iterable[np.ndarray]],
        shape: tuple[int, int],
        dtype: np.dtype | type = np.float32,
    ):
        self.groups, self.shape, self.dtype = groups, shape, np.dtype(dtype)

    def rows(self, elements: int) -> Iterator[tuple[slice, np.ndarray]]:
        start = 0
        for group in self._checked():
            for part in _slices(len(group), elements // max(1, self.shape[1])):
                yield slice(start + part.start, start + part.stop), group[part]
            start += len(group)

    def columns(self, elements: int) -> Iterator[tuple[slice, np.ndarray]]:
        for part in _slices(self.shape[1], elements // max(1, self.shape[0])):
            yield part, np.concatenate([group[:, part] for group in self._checked()])

    def _checked(self) -> Iterator[np.ndarray]:
        """Yield the groups of a pass; what they add up to must be the declared shape."""
        rows, columns = self.shape
        found = 0
        for group in self.groups():
            found += len(group)
            if group.ndim != 2 or group.shape[1] != columns or found > rows:
                self._refuse(f"an array of shape {group.shape} that ends at row {found}")
            yield group
        if found < rows:
            self._refuse(f"{found} rows")

    def _refuse(self, found: str) -> NoReturn:
        rows, columns = self.shape
        fix = "declare the shape that the row groups have; an iterator that ends must start anew on each call"
        raise DataError("ridge, row groups", f"{rows} rows of {columns} columns", found, fix)


def as_blocks(predictors: "np.ndarray | Blocks") -> Blocks:
    """Return the predictors as blocks; arrays are wrapped."""
    return Sliced(predictors) if isinstance(predictors, np.ndarray) else predictors


def _slices(length: int, step: int) -> list[slice]:
    step = max(1, step)
    return [slice(start, min(start + step, length)) for start in range(0, length, step)]
