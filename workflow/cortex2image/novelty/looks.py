"""What pictures look like, as unit vectors whose inner products say how alike two pictures are.

Three measures, from what is shown to what is meant by it. Pixels: the central square at 32 x 32 px. pHash: 64
bits of the lowest frequencies of its grey values, which survive another size, format or brightness (Zauner
2010, Implementation and benchmarking of perceptual image hash functions; defined as in the library
imagehash). Embedding: what a judge network makes of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image
from scipy.fft import dctn

from cortex2image.judges.judge import Judge
from cortex2image.networks.pixels import square
from cortex2image.novelty.measures import EMBEDDING, PHASH, PIXELS
from cortex2image.pictures import read_picture
from cortex2image.progress import track

SIDE, FREQUENCIES = 32, 8
# Pictures that are read together.
AT_ONCE = 64


@dataclass(frozen=True)
class Looks:
    """Pictures of n stimuli by measure, (n, width) float32 rows of length 1, or 0 for constant pictures."""

    stimuli: Sequence[str]
    by_measure: Mapping[str, np.ndarray]


def look_at(paths: Mapping[str, str], judge: Judge | None, size: int) -> Looks:
    """Read every picture once, and return what it looks like.

    Parameters
    ----------
    paths : mapping of stimulus to path
    judge : Judge, optional
        Whose last layer gives the embeddings.
    size : int
        Side in pixels of the central squares that the judge is shown.

    Raises
    ------
    DataError
        A file is no picture.
    """
    names = list(paths)
    starts = range(0, len(names), AT_ONCE)
    parts = [
        _of_some([read_picture(paths[name]) for name in names[first : first + AT_ONCE]], judge, size)
        for first in track(starts, f"nearest pictures, batches of {AT_ONCE}")
    ]
    return Looks(names, {measure: np.concatenate([part[measure] for part in parts]) for measure in parts[0]})


def _of_some(pictures: Sequence[np.ndarray], judge: Judge | None, size: int) -> dict[str, np.ndarray]:
    looks = {
        PHASH: np.stack([signs(perceptual_hash(picture)) for picture in pictures]),
        PIXELS: unit_rows(np.stack([square(picture, SIDE).ravel() for picture in pictures]), centred=True),
    }
    if judge is not None:
        layer = judge.layers[-1]
        seen = np.stack([square(picture, size) for picture in pictures])
        looks[f"{EMBEDDING}{judge.name}"] = unit_rows(judge.features(seen, [layer])[layer], centred=False)
    return looks


def perceptual_hash(picture: np.ndarray) -> np.ndarray:
    """Return the 64 bits of a uint8 (H, W, 3) picture.

    A bit says whether a coefficient of the discrete cosine transform (type II) of the grey values of its
    central square at 32 x 32 px, one of the 8 x 8 lowest frequencies, exceeds their median.
    """
    grey = np.asarray(Image.fromarray(square(picture, SIDE)).convert("L"), float)
    low = dctn(grey)[:FREQUENCIES, :FREQUENCIES].ravel()
    # What rounding leaves of a coefficient that is 0 would pass for one above a median of 0.
    low[np.abs(low) < 1e-6] = 0.0
    bits: np.ndarray = low > np.median(low)
    return bits


def signs(bits: np.ndarray) -> np.ndarray:
    """Return bits as a row of length 1: the inner product of two is 1 - 2 d / bits for d bits that differ."""
    row: np.ndarray = np.where(bits, 1, -1).astype(np.float32) / np.sqrt(np.float32(len(bits)))
    return row


def unit_rows(rows: np.ndarray, centred: bool) -> np.ndarray:
    """Return (n, width) rows of length 1, float32, less their own mean if `centred`; constant ones are 0."""
    found = rows.astype(np.float64)
    if centred:
        found -= found.mean(axis=1, keepdims=True)
    lengths = np.linalg.norm(found, axis=1, keepdims=True)
    unit: np.ndarray = (found / np.where(lengths > 0, lengths, 1)).astype(np.float32)
    return unit
