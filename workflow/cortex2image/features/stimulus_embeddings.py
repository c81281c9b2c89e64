"""Embeddings that say how alike stimuli are: of pictures or of captions, by the CLIP of the model set."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

import numpy as np

from cortex2image.judges.judge import Judge, Reader
from cortex2image.judges.open import load_judges
from cortex2image.networks.pixels import square
from cortex2image.networks.registry import ModelSet
from cortex2image.pictures import read_picture
from cortex2image.progress import track

LAYER = "embeds"
AT_ONCE = 64


def open_clip(models: ModelSet) -> Judge:
    """Load the first judge of a model set that is a CLIP; errors are those of :func:`load_judges`."""
    return load_judges(models, [next(spec.name for spec in models.judges if spec.kind == "clip")])[0]


def picture_embeddings(judge: Judge, paths: Sequence[str]) -> np.ndarray:
    """Return the embeddings of picture files, float32 (n, d): of the largest central square of each.

    Raises
    ------
    DataError
        A file is no picture.
    """
    parts = [judge.features(np.stack(batch), [LAYER])[LAYER] for batch in _batches(_squares(paths)) if batch]
    return np.concatenate(parts)


def _squares(paths: Sequence[str]) -> Iterator[np.ndarray]:
    for path in track(paths, "embed pictures"):
        picture = read_picture(path)
        yield square(picture, min(picture.shape[:2]))


def _batches(pictures: Iterator[np.ndarray]) -> Iterator[list[np.ndarray]]:
    """Yield neighbours of one size together, since a judge resizes them from their own size."""
    for _, alike in groupby(pictures, key=len):
        while batch := [picture for _, picture in zip(range(AT_ONCE), alike, strict=False)]:
            yield batch


def caption_embeddings(judge: Any, captions: Sequence[Sequence[str]]) -> np.ndarray:
    """Return the mean over its captions of each stimulus' embeddings of length 1, float64 (n, d)."""
    assert isinstance(judge, Reader)  # a CLIP has a text tower
    flat = [caption for several in captions for caption in several]
    parts = [
        judge.text_features(flat[first : first + AT_ONCE]).astype(np.float64)
        for first in track(range(0, len(flat), AT_ONCE), "embed captions, batches")
    ]
    vectors = np.concatenate(parts)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    starts = np.cumsum([0, *(len(several) for several in captions[:-1])])
    counts = np.array([len(several) for several in captions])
    means: np.ndarray = np.add.reduceat(vectors, starts) / counts[:, None]
    return means
