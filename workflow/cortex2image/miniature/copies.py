"""Memorisation: distances of generated pictures to their nearest training pictures."""

from itertools import product

import numpy as np
from numpy.typing import NDArray

from cortex2image.errors import DataError
from cortex2image.progress import track

SIDE = 16
"""Side in cells of shrunk pictures: comparisons reflect layout and colours rather than single pixels."""
SHIFT = 2
"""Largest shift of a copy in pixels; at most one cell, because only the outermost cells are left out."""
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
    """Compare distances to the training pictures between generated pictures and real, unseen scenes.

    The distance to a training picture is the smallest over mirroring and shifts of up to 2 pixels. A copy in
    other colours counts as a new picture.

    Parameters
    ----------
    made, real : (n, h, w, 3) and (m, h, w, 3) uint8
        Generated pictures, and rendered scenes outside the training set, of the same captions.
    training : (scenes, h, w, 3) uint8
    sample, sample_rebuilt : (k, h, w, 3) uint8
        Training pictures, and the same pictures after encoding and decoding. A copied latent would decode to
        a picture that is equally close.

    Returns
    -------
    dict
        ``median_distance_ratio``: median distance of generated pictures to the nearest training picture,
        divided by that of real scenes (1 if both are equally new). ``share_nearer_than_1_in_100_real``: share
        of generated pictures that are nearer to a training picture than the nearest 1 % of real scenes (0.01
        by chance). ``share_copied`` and ``share_copied_of_real``: share of generated and of real pictures
        that are as near to a training picture as 99 % of training pictures are to their own reconstruction.

    Raises
    ------
    DataError
        The training pictures differ in size from the others.
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
    """Return the cell means of pictures (n, h, w, 3) on a 16 x 16 grid without its outermost cells.

    The grid is shifted by `down` and `right` pixels, at most the side of a cell, so that the inner cells stay
    within the picture. Returns (n, 14 * 14 * 3) float32 in [0, 1].
    """
    cell, inner = images.shape[1] // SIDE, SIDE - 2
    rows, columns = (slice(cell + by, cell + by + inner * cell) for by in (down, right))
    grid = images[:, rows, columns].reshape(-1, inner, cell, inner, cell, 3)
    cells: NDArray[np.float32] = grid.mean(axis=(2, 4), dtype=np.float32).reshape(
        len(images), -1
    ) / np.float32(255)
    return cells


def nearest_distances(images: NDArray[np.uint8], known: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the distance of each picture to the nearest shrunk picture in `known`, (n,).

    It is the smallest over mirroring and shifts of the picture.
    """
    shifts = range(-SHIFT, SHIFT + 1)
    views = [shrunk(side, *by) for side in (images, images[:, :, ::-1]) for by in product(shifts, shifts)]
    distances = nearest_rows(np.concatenate(views), known)
    nearest: NDArray[np.float32] = distances.reshape(len(views), len(images)).min(axis=0)
    return nearest


def nearest_rows(rows: NDArray[np.float32], known: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the root mean squared difference between each row and its nearest row in `known`, (rows,)."""
    best = np.full(len(rows), -np.inf, dtype=np.float32)
    nearest = np.zeros(len(rows), dtype=np.int64)
    for first in track(range(0, len(known), BLOCK), "nearest training pictures"):
        block = known[first : first + BLOCK]
        # (|a|^2 - |a - b|^2) / 2 is largest for the nearest b, since |a|^2 is the same for all b.
        closeness = rows @ block.T
        closeness -= (block**2).sum(axis=1) / 2
        closest = closeness.argmax(axis=1)
        values = closeness[np.arange(len(rows)), closest]
        better = values > best
        best[better], nearest[better] = values[better], first + closest[better]
    # Computed from differences, because the product above loses their last digits.
    distances: NDArray[np.float32] = np.sqrt(((rows - known[nearest]) ** 2).mean(axis=1))
    return distances


def _shrunk_in_blocks(images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return :func:`shrunk` of pictures block by block, since all of them may not fit into memory."""
    return np.concatenate([shrunk(images[i : i + BLOCK]) for i in range(0, len(images), BLOCK)])
