"""Test rows that no fit can read, and training rows from which no other row can be reached.

A fit that has seen the rows it is tested on spoils every number that follows, and nothing in the numbers
shows it. So fits are not trusted to look away. Test rows travel as :class:`HeldOut`, which is no array and
opens only with a :class:`FinishedFit`; where a fit reads training rows out of a matrix that holds others, it
is given :class:`TrainingRows`. Neither copies a row.
"""

import sys
from collections.abc import Callable, Iterator, Sequence
from types import FrameType
from typing import TYPE_CHECKING, Generic, NoReturn, TypeVar

import numpy as np

from cortex2image.errors import LeakError

Rows = TypeVar("Rows", covariant=True)
Other = TypeVar("Other")

PACKAGE, STEPS = "cortex2image.", "cortex2image.steps."
FIX = "fit to training rows alone, and open test rows with the finished fit"


class FinishedFit:
    """What was computed from training rows alone and will not change: scales, penalties, weights."""


class HeldOut(Generic[Rows]):
    """Test rows that are closed until a fit is finished.

    They are no array: anything that takes them for one, from NumPy to a subscript, raises
    :class:`~cortex2image.errors.LeakError`, and a type checker refuses it before.

    Parameters
    ----------
    rows : object
        The rows, usually an array.
    count : int
        Number of rows, which is no secret.
    what : str
        What the rows are, for errors; see :func:`named`.
    """

    def __init__(self, rows: Rows, count: int, what: str):
        self.__rows, self.count, self.what = rows, count, what

    def open(self, fit: FinishedFit) -> Rows:
        """Return the rows to whoever shows the fit that they will test.

        Raises
        ------
        LeakError
            `fit` is no finished fit.
        """
        if not isinstance(fit, FinishedFit):
            self._leak()
        return self.__rows

    def through(self, fit: FinishedFit, transform: Callable[[Rows], Other]) -> "HeldOut[Other]":
        """Return the rows transformed with what a finished fit knows, such as scales; they stay closed."""
        return HeldOut(transform(self.open(fit)), self.count, self.what)

    @staticmethod
    def together(parts: "Sequence[HeldOut[Other]]") -> "HeldOut[list[Other]]":
        """Return the same rows in several forms, such as the bands of a model, as one; they stay closed."""
        first = parts[0]
        return HeldOut([part.__rows for part in parts], first.count, first.what)

    @staticmethod
    def stacked(parts: "Sequence[HeldOut[np.ndarray]]") -> "HeldOut[np.ndarray]":
        """Return rows below other rows of the same width, (sum of their numbers, width); they stay closed."""
        rows = np.concatenate([part.__rows for part in parts])
        return HeldOut(rows, len(rows), parts[0].what)

    def _leak(self) -> NoReturn:
        raise LeakError(_reader(), "training rows alone", f"test rows: {self.what}", FIX)

    def __array__(self, *_: object, **__: object) -> NoReturn:
        self._leak()

    def __len__(self) -> NoReturn:
        self._leak()

    def __iter__(self) -> NoReturn:
        self._leak()

    def __getitem__(self, _: object) -> NoReturn:
        self._leak()

    if not TYPE_CHECKING:  # a type checker would take it for permission

        def __getattr__(self, name: str) -> NoReturn:
            if name.startswith("_"):
                raise AttributeError(name)
            self._leak()


def opened(rows: Other | HeldOut[Other], fit: FinishedFit) -> Other:
    """Return rows that may be held out, once the fit is finished."""
    return rows.open(fit) if isinstance(rows, HeldOut) else rows


class TrainingRows:
    """Training rows of a matrix that holds others too; only they can be read, in any portions.

    Parameters
    ----------
    matrix : (n, width) array
    rows : (m,) array of int
        The training rows, in the order in which they count.
    held_out : array of int
        The test rows of the same matrix.

    Raises
    ------
    LeakError
        A row is on both sides.
    """

    def __init__(self, matrix: np.ndarray, rows: np.ndarray, held_out: np.ndarray):
        require_apart(rows, held_out)
        self.__matrix, self.__rows = matrix, rows
        self.shape, self.dtype = (len(rows), matrix.shape[1]), matrix.dtype

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, part: "slice | np.ndarray") -> np.ndarray:
        """Return some of the training rows, by their positions among these."""
        found: np.ndarray = self.__matrix[self.__rows[part]]
        return found

    def columns(self, part: slice) -> np.ndarray:
        """Return some columns of all training rows."""
        found: np.ndarray = self.__matrix[self.__rows, part]
        return found

    def blocks(self, size: int) -> Iterator[slice]:
        """Yield the positions of the training rows, at most `size` at a time."""
        return (slice(first, first + size) for first in range(0, len(self), size))

    def mean(self, size: int = 256) -> np.ndarray:
        """Return the mean row, (width,) float64, reading `size` rows at a time."""
        total = np.zeros(self.shape[1])
        for block in self.blocks(size):
            total += self[block].sum(axis=0, dtype=np.float64)
        return total / len(self)


def require_apart(rows: np.ndarray, held_out: np.ndarray) -> None:
    """Raise :class:`~cortex2image.errors.LeakError` if a training row is a test row too."""
    both = np.intersect1d(rows, held_out)
    if len(both):
        found = f"test rows: {len(both)} of {len(np.unique(held_out))}, first row {both[0]}"
        raise LeakError(_reader(), "training rows alone", found, FIX)


def named(stimuli: Sequence[str] | np.ndarray) -> str:
    """Return in words which test stimuli are meant, for errors."""
    names = sorted(set(map(str, stimuli)))
    return f"{len(names)} test stimuli, first {names[0]}" if names else "no test stimuli"


def _reader() -> str:
    """Return the step and the function that are at fault, from the frames that led to this module."""
    frame: FrameType | None = sys._getframe(1)
    reader, step = "", ""
    while frame is not None:
        module = _module(frame)
        if not reader and module != __name__ and not module.startswith("numpy"):
            reader = f"{module}, {frame.f_code.co_qualname}"
        if module.startswith(STEPS):
            step = f"step {module.removeprefix(STEPS)}: "
        frame = frame.f_back
    return f"{step}{reader.removeprefix(PACKAGE)}"


def _module(frame: FrameType) -> str:
    """Return the name of the module of a frame, also of one that runs as a program."""
    spec = frame.f_globals.get("__spec__")
    return spec.name if spec else str(frame.f_globals.get("__name__", ""))
