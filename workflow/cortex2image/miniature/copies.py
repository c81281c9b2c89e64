"""Does a generator copy its training pictures? Nearest neighbours among all of them, against real scenes."""

from itertools import product

import numpy as np
from numpy.typing import NDArray

from cortex2image.errors import DataError
from cortex2image.progress import track

SIDE = 16
"""Side in cells that pictures are shrunk to: layout and colours count, single pixels do not."""
SHIFT = 2
"""Pixels by which a copy may be moved, each way; at most a cell, since the outermost cells are left out."""
BLOCK = 1024
CLOSEST_SHARE = 0.01
FAITHFUL_SHARE = 0.99


def copy_scores(
    made: NDArray[np.uint8],
    real: NDArray[np.uint8],
    training: NDArray[np.uint8],
    sample: NDArray[np.uint8],
    sample_rebuilt: NDArray[np.uint8],
) -> dict[str, float]:
    """Compare the way from made pictures to the training pictures with that from real, unseen ones.

    A picture counts as near to a training picture that it shows mirrored, or moved by up to 2 pixels: the
    way is the shortest over all of these. A copy in other colours is a new picture here.

    Parameters
    ----------
    made, real : (n, h, w, 3) and (m, h, w, 3) uint8
        Generated pictures, and scenes outside of the training set, drawn from the same captions.
    training : (scenes, h, w, 3) uint8
    sample, sample_rebuilt : (k, h, w, 3) uint8
        Training pictures, and the same after encoding and decoding: a copied latent decodes to no more
        distant a picture.

    Returns
    -------
    dict
        ``median_distance_ratio``: median distance of made pictures to the nearest training picture over that
        of real ones (1 where they are as new as real ones).
        ``share_nearer_than_1_in_100_real``: share of made pictures nearer to a training picture than the
        nearest 1 % of the real ones (0.01 by chance).
        ``share_copied`` and ``share_copied_of_real``: share as near to a training picture as 99 % of training
        pictures are to their own reconstruction.

    Raises
    ------
    DataError
        The training pictures are not of the size of the others.
    """
    if training.shape[1:] != made.shape[1:]:
        expected, found = f"pictures of shape {made.shape[1:]}", str(training.shape[1:])
        fix = "give the pictures that this model set was trained on"
        raise DataError("training pictures", expected, found, fix)
    known = _shrunk_in_blocks(training)
    ways, real_ways = nearest_distances(made, known), nearest_distances(real, known)
    differences = shrunk(sample) - shrunk(sample_rebuilt)
    faithful = np.quantile(np.sqrt((differences**2).mean(axis=1)), FAITHFUL_SHARE)
    return {
        "median_distance_ratio": float(np.median(ways) / np.median(real_ways)),
        "share_nearer_than_1_in_100_real": float((ways < np.quantile(real_ways, CLOSEST_SHARE)).mean()),
        "share_copied": float((ways <= faithful).mean()),
        "share_copied_of_real": float((real_ways <= faithful).mean()),
    }


def shrunk(images: NDArray[np.uint8], down: int = 0, right: int = 0) -> NDArray[np.float32]:
    """Return the means of the cells of a 16 x 16 grid over pictures (n, h, w, 3), but for the outermost.

    The grid is moved by `down` and `right` pixels, at most the side of a cell: without its outermost cells it
    stays within the picture. Returns (n, 14 * 14 * 3) float32 in [0, 1].
    """
    cell, inner = images.shape[1] // SIDE, SIDE - 2
    rows, columns = (slice(cell + by, cell + by + inner * cell) for by in (down, right))
    grid = images[:, rows, columns].reshape(-1, inner, cell, inner, cell, 3)
    cells: NDArray[np.float32] = grid.mean(axis=(2, 4), dtype=np.float32).reshape(
        len(images), -1
    ) / np.float32(255)
    return cells


def nearest_distances(images: NDArray[np.uint8], known: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the distance of each picture, in its best position, from the nearest of shrunk ones, (n,)."""
    shifts = range(-SHIFT, SHIFT + 1)
    views = [shrunk(side, *by) for side in (images, images[:, :, ::-1]) for by in product(shifts, shifts)]
    distances = nearest_rows(np.concatenate(views), known)
    nearest: NDArray[np.float32] = distances.reshape(len(views), len(images)).min(axis=0)
    return nearest


def nearest_rows(rows: NDArray[np.float32], known: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the root mean squared difference between each row and the nearest known row, (rows,)."""
    best = np.full(len(rows), -np.inf, dtype=np.float32)
    nearest = np.zeros(len(rows), dtype=np.int64)
    for first in track(range(0, len(known), BLOCK), "nearest training pictures"):
        block = known[first : first + BLOCK]
        # (|a|^2 - |a - b|^2) / 2: the nearest is where it is greatest, since all candidates share |a|^2.
        closeness = rows @ block.T
        closeness -= (block**2).sum(axis=1) / 2
        closest = closeness.argmax(axis=1)
        values = closeness[np.arange(len(rows)), closest]
        better = values > best
        best[better], nearest[better] = values[better], first + closest[better]
    # From the differences themselves: the product above has lost their last digits.
    distances: NDArray[np.float32] = np.sqrt(((rows - known[nearest]) ** 2).mean(axis=1))
    return distances


def _shrunk_in_blocks(images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return :func:`shrunk` of pictures that need not fit into memory."""
    return np.concatenate([shrunk(images[i : i + BLOCK]) for i in range(0, len(images), BLOCK)])
