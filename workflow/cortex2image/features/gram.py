"""Inner products of stimuli in one feature space, for layers of the U-Net that are too wide to keep.

A layer of Stable Diffusion has up to 1.3 million units, a subject of NSD saw 10,000 stimuli. Ridge regression
needs of them only the inner products of the stimuli (see :mod:`cortex2image.ridge.kernels`), 400 MB.
"""

from collections.abc import Iterator, Sequence
from typing import Protocol

import numpy as np
from threadpoolctl import threadpool_limits

from cortex2image.errors import DataError
from cortex2image.progress import track

# Most columns that are read together, and columns of a product in single precision. With 2048 its error is
# that of a table in single precision; that of longer products grows. Double precision sums the products.
COLUMNS, PRODUCT = 16_384, 2048
# Bytes of a block of columns: of all stimuli as it is read, and of those of the subject.
BLOCK = 2**29
# Rows of a tile. Half of the tiles follow by symmetry.
TILE = 2048
ITEM, DOUBLE = 4, 8
# Bytes of a batch of rows in single precision, and copies of it while a table is written.
BATCH, COPIES = 2**26, 4


class Activity(Protocol):
    """Features of stimuli on disk, of which a block of columns can be read."""

    @property
    def ids(self) -> Sequence[str]:
        """Return the stimuli, one per row."""

    @property
    def width(self) -> int:
        """Return the number of columns."""

    def columns(self, start: int, stop: int) -> np.ndarray:
        """Return columns of all rows, float32 (n, stop - start)."""


def inner_products(
    activity: Activity, stimuli: Sequence[str], threads: int = 1, centre: int | None = None
) -> np.ndarray:
    """Return the inner products of stimuli, (n, n) float64, in the order of `stimuli`.

    Each column is read once, and shifted by its mean over training stimuli before products are taken. Every
    fit with an intercept subtracts the mean of its own training rows, which undoes any shift by a constant:
    predictions are those of the features as they are.
    Without the shift, an activation that is large in all stimuli would take the digits of what differs
    between them. Products of 2048 columns are in single precision, their sums in double.

    Parameters
    ----------
    activity : Activity
    stimuli : sequence of n str
        Each once; other stimuli of `activity` are left out.
    threads : int
        Threads of the matrix products.
    centre : int, optional
        Number of training stimuli, which come first and whose mean is subtracted, so that products among
        them depend on no other stimulus. None takes the mean of all.

    Raises
    ------
    DataError
        A stimulus without features, or twice; features that are not finite, or that differ in no stimulus.
    """
    rows, step = _rows(activity.ids, stimuli), columns_at_once(len(stimuli), len(activity.ids))
    products = np.zeros((len(rows), len(rows)))
    with threadpool_limits(threads, user_api="blas"):
        for first in track(range(0, activity.width, step), "inner products, blocks of columns"):
            # No name holds a block, or two would be in memory while the next one is read.
            columns = slice(first, min(first + step, activity.width))
            _add_products(products, _block(activity, rows, columns, centre))
    if not products.any():
        fix = "check what was sampled: the layer tells nothing about stimuli"
        raise DataError("activity", "features that differ between stimuli", "the same in all of them", fix)
    return _mirrored(products)


def columns_at_once(stimuli: int, stored: int) -> int:
    """Return how many columns are read together, of `stored` stimuli of which a subject saw some."""
    return max(1, min(COLUMNS, BLOCK // (ITEM * (stimuli + stored))))


def need_bytes(stimuli: int, stored: int, width: int = COLUMNS) -> int:
    """Return the memory of inner products until they are written, without Python and its libraries.

    Pages of files that the system keeps do not count. `width` is the number of columns.
    """
    columns = min(width, columns_at_once(stimuli, stored))
    block = ITEM * (stimuli + stored) * columns + ITEM * min(TILE, stimuli) ** 2
    writing = COPIES * min(BATCH, ITEM * stimuli**2)
    return DOUBLE * stimuli**2 + max(block, writing)


def multiplications(stimuli: int, width: int) -> float:
    """Return the multiplications of :func:`inner_products`, each with an addition; half by symmetry."""
    return stimuli**2 * width / 2


def _rows(ids: Sequence[str], stimuli: Sequence[str]) -> np.ndarray:
    """Return the row of each stimulus."""
    place = {name: number for number, name in enumerate(ids)}
    missing = [name for name in stimuli if name not in place]
    if missing:
        found, fix = f"{len(missing)} missing, first {missing[0]}", "sample all stimuli of the study"
        raise DataError("activity", "features of every stimulus of the subject", found, fix)
    if len(place) < len(ids) or len(set(stimuli)) < len(stimuli):
        found = f"{len(ids)} rows of {len(place)} stimuli, of which {len(stimuli)} are asked for"
        raise DataError("activity", "every stimulus once", found, "name each folder of activity once")
    return np.array([place[name] for name in stimuli], dtype=int)


def _block(activity: Activity, rows: np.ndarray, columns: slice, centre: int | None) -> np.ndarray:
    """Return columns of some rows less their mean over the first; raise DataError if one is not finite."""
    block: np.ndarray = activity.columns(columns.start, columns.stop)[rows]
    mean = block[:centre].mean(axis=0, dtype=np.float64)
    if not np.isfinite(mean + block.sum(axis=0, dtype=np.float64)).all():
        bad = rows[~np.isfinite(block).all(axis=1)]
        found = f"NaN or Inf in {len(bad)} stimuli, first {activity.ids[bad[0]]}"
        raise DataError("activity", "finite features", found, "sample this noise level and part again")
    return _shifted(block, mean)


def _shifted(block: np.ndarray, mean: np.ndarray) -> np.ndarray:
    block -= mean.astype(np.float32)
    return block


def _tiles(n: int) -> list[slice]:
    return [slice(first, min(first + TILE, n)) for first in range(0, n, TILE)]


def _add_products(products: np.ndarray, block: np.ndarray) -> None:
    """Add the products of the rows of a block, in the upper half of the tiles."""
    tiles = _tiles(len(block))
    for first in range(0, block.shape[1], PRODUCT):
        columns = block[:, first : first + PRODUCT]
        for number, left in enumerate(tiles):
            for right in tiles[number:]:
                products[left, right] += columns[left] @ columns[right].T


def _mirrored(products: np.ndarray) -> np.ndarray:
    """Copy the upper half of the tiles to the lower half."""
    tiles = _tiles(len(products))
    for number, left in enumerate(tiles):
        for right in tiles[number + 1 :]:
            products[right, left] = products[left, right].T
    return products


def products_of(rows: np.ndarray, train: np.ndarray) -> np.ndarray:
    """Return the inner products of (n, p) rows that are held in memory, (n, n) float64, shifted alike.

    Subtracted is the mean of the rows at the (m,) positions `train`. Everything is in double precision: for
    :func:`~cortex2image.features.components.principal_components` of spaces that are stored as vectors.
    """
    products = np.zeros((len(rows), len(rows)))
    for first in range(0, rows.shape[1], COLUMNS):
        block = rows[:, first : first + COLUMNS].astype(np.float64)
        block -= block[train].mean(axis=0)
        products += block @ block.T
    return products


def row_batches(products: np.ndarray, batch_bytes: int = BATCH) -> Iterator[slice]:
    """Yield slices of rows that take so many bytes in single precision."""
    size = max(1, batch_bytes // (ITEM * products.shape[1]))
    for first in range(0, len(products), size):
        yield slice(first, min(first + size, len(products)))
