"""Pearson correlation of every original with every reconstruction, over features that may lie on disk."""

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from cortex2image.errors import DataError

COLUMNS_AT_ONCE = 1024
MOST_IN_DOUBLE = 2**34
"""Multiplications up to which products are float64: half a second on two cores."""
COMPARED = 64


@dataclass(frozen=True)
class Described:
    """What is known of n rows: float64 means, whether all values of a row are equal, and equal rows.

    Row `first[k]` is the first of its kind, and `kind[i]` is the kind of row i.
    """

    mean: np.ndarray
    constant: np.ndarray
    first: np.ndarray
    kind: np.ndarray


class Rows:
    """Rows of a matrix that may be mapped from a file: it is never held in memory as a whole.

    Parameters
    ----------
    matrix : (m, width) array of any number type
    which : (n,) int array, optional
        The rows that are meant, in this order; all by default.
    """

    def __init__(self, matrix: np.ndarray, which: np.ndarray | None = None):
        self._matrix = np.asarray(matrix)
        self._which = np.arange(len(matrix)) if which is None else which
        self._all = np.array_equal(self._which, np.arange(len(matrix)))
        self.shape = len(self._which), matrix.shape[1]

    def __len__(self) -> int:
        return self.shape[0]

    def columns(self, start: int) -> np.ndarray:
        """Return a block of columns of all rows, (n, up to 1024)."""
        block = self._matrix[:, start : start + COLUMNS_AT_ONCE]
        return block if self._all else block[self._which]

    def batches(self, size: int) -> Iterator[np.ndarray]:
        """Yield all columns of `size` rows at a time; the last batch may be smaller."""
        parts = (self._which[first : first + size] for first in range(0, len(self), size))
        return (self._matrix[part] for part in parts)

    def chosen(self, which: np.ndarray) -> "Rows":
        """Return some of these rows, by their positions."""
        return Rows(self._matrix, self._which[which])

    @cached_property
    def described(self) -> Described:
        """Read every row once, from first to last value."""
        mean, constant, keys = np.empty(len(self)), np.empty(len(self), bool), []
        step = max(1, self.shape[1] // COMPARED)
        for i, row in enumerate(self._rows()):
            mean[i], constant[i] = row.mean(dtype=np.float64), bool((row == row[0]).all())
            keys.append(row[::step].tobytes())
        first, kind = _kinds(self._told_apart(keys))
        return Described(mean, constant, first, kind)

    def _rows(self) -> Iterator[np.ndarray]:
        return (self._matrix[i] for i in self._which)

    def _told_apart(self, keys: list[bytes]) -> list[bytes]:
        """Lengthen the keys that several rows share by a digest of the whole row."""
        often = Counter(keys)
        return [
            key + hashlib.blake2b(row.tobytes()).digest() if often[key] > 1 else key
            for key, row in zip(keys, self._rows(), strict=True)
        ]


Features = np.ndarray | Rows


def _kinds(keys: list[bytes]) -> tuple[np.ndarray, np.ndarray]:
    """Return the position of the first key of each kind, and the kind of each key."""
    first: dict[bytes, int] = {}
    for i, key in enumerate(keys):
        first.setdefault(key, i)
    number = {key: k for k, key in enumerate(first)}
    return np.array(list(first.values())), np.array([number[key] for key in keys])


def correlation_matrix(a: Features, b: Features) -> np.ndarray:
    """Pearson correlation of every row of `a` with every row of `b`.

    Blocks of 1024 columns are centred and multiplied; their products are added up in float64. Neither matrix
    is ever copied whole. Where all rows together take no more than 2^34 multiplications, blocks are float64
    too. Beyond, they are float32: r is then within (1024 + 8) 2^-24 = 6.2e-5 of that of float64 in any case
    (Higham 2002, equation 3.5, with Cauchy and Schwarz), and was seen to be within 2e-7. Equal rows of one
    call have equal correlations, to the last digit, in either format.

    Parameters
    ----------
    a : (n, width) array of any number type, or Rows
    b : (m, width) array of any number type, or Rows

    Returns
    -------
    (n, m) float64 array in [-1, 1]; 0 wherever a row is constant, for which r is undefined.

    Raises
    ------
    DataError
        A value is not finite, or so large that its square is not.
    """
    a, b = (rows if isinstance(rows, Rows) else Rows(rows) for rows in (a, b))
    one, other = a.described, b.described
    distinct = _correlated(a.chosen(one.first), b.chosen(other.first), one, other)
    everywhere: np.ndarray = distinct[np.ix_(one.kind, other.kind)]
    return everywhere


def _correlated(a: Rows, b: Rows, one: Described, other: Described) -> np.ndarray:
    """Correlate rows that all differ, of which `one` and `other` describe the whole."""
    precision = np.float64 if len(a) * len(b) * a.shape[1] <= MOST_IN_DOUBLE else np.float32
    product, square_a, square_b = np.zeros((len(a), len(b))), np.zeros(len(a)), np.zeros(len(b))
    with np.errstate(invalid="ignore", over="ignore"):
        for start in range(0, a.shape[1], COLUMNS_AT_ONCE):
            centred_a = _centred(a.columns(start), one.mean[one.first], precision)
            centred_b = _centred(b.columns(start), other.mean[other.first], precision)
            product += centred_a @ centred_b.T
            square_a += np.einsum("ij,ij->i", centred_a, centred_a, dtype=np.float64)
            square_b += np.einsum("ij,ij->i", centred_b, centred_b, dtype=np.float64)
    _check_finite(product, square_a, square_b)
    # Centring a constant row leaves rounding errors, which would correlate with anything.
    square_a[one.constant[one.first]] = np.inf
    square_b[other.constant[other.first]] = np.inf
    return np.clip(product / np.sqrt(np.outer(square_a, square_b)), -1.0, 1.0)


def _centred(block: np.ndarray, mean: np.ndarray, precision: type[np.floating]) -> np.ndarray:
    """Subtract the mean of each row in the number format of the values, and in `precision` at least."""
    working = np.result_type(block, precision)
    # A mean rounded to float32 is off by the same in all columns, which adds the product of two such errors.
    centred: np.ndarray = np.subtract(block, mean[:, None].astype(working), dtype=working)
    return centred.astype(precision, copy=False)


def _check_finite(*sums: np.ndarray) -> None:
    if not all(np.isfinite(some).all() for some in sums):
        fix = "look for pictures and network that give such features; no score may be made of them"
        raise DataError("features to be correlated", "finite numbers below 1e18", "NaN, Inf or more", fix)
