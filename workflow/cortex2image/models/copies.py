"""Does a generator copy its training pictures? Nearest neighbours among all of them, against real scenes."""

import numpy as np
from numpy.typing import NDArray

from cortex2image.errors import DataError

SIDE = 16
"""Side in pixels that pictures are shrunk to: layout and colours count, single pixels do not."""
BLOCK = 4096
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
    known = shrunk(training)
    ways = nearest_distances(shrunk(made), known)
    real_ways = nearest_distances(shrunk(real), known)
    differences = shrunk(sample) - shrunk(sample_rebuilt)
    faithful = np.quantile(np.sqrt((differences**2).mean(axis=1)), FAITHFUL_SHARE)
    return {
        "median_distance_ratio": float(np.median(ways) / np.median(real_ways)),
        "share_nearer_than_1_in_100_real": float((ways < np.quantile(real_ways, CLOSEST_SHARE)).mean()),
        "share_copied": float((ways <= faithful).mean()),
        "share_copied_of_real": float((real_ways <= faithful).mean()),
    }


def shrunk(images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return pictures (n, h, w, 3) as (n, 768) float32 in [0, 1]: means over the cells of a 16 x 16 grid."""
    number, side = len(images), images.shape[1] // SIDE
    blocks = (images[first : first + BLOCK] for first in range(0, number, BLOCK))
    grids = (block.reshape(-1, SIDE, side, SIDE, side, 3) for block in blocks)
    means = [grid.mean(axis=(2, 4), dtype=np.float32) for grid in grids]
    return (np.concatenate(means).reshape(number, -1) / 255).astype(np.float32)


def nearest_distances(rows: NDArray[np.float32], known: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the root mean squared difference between each row and the nearest known row, (rows,)."""
    best = np.full(len(rows), np.inf, dtype=np.float32)
    nearest = np.zeros(len(rows), dtype=np.int64)
    for first in range(0, len(known), BLOCK):
        block = known[first : first + BLOCK]
        # |a - b|^2 without the |a|^2 that all candidates of a row share.
        squares = (block**2).sum(axis=1) - 2 * rows @ block.T
        closest = squares.argmin(axis=1)
        values = squares[np.arange(len(rows)), closest]
        better = values < best
        best[better], nearest[better] = values[better], first + closest[better]
    # From the differences themselves: the product above has lost their last digits.
    return np.sqrt(((rows - known[nearest]) ** 2).mean(axis=1))
