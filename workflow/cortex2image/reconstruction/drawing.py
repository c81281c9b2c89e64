"""Pictures drawn in batches by the core of a method."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from cortex2image.progress import track
from cortex2image.reconstruction.rows import Row
from cortex2image.reconstruction.studio import Painter


def draw(
    rows: Sequence[Row],
    features: Mapping[str, np.ndarray],
    painter: Painter,
    batch_size: int,
    folder: Path,
) -> None:
    """Draw the pictures of `rows` in batches and save each as an 8-bit RGB PNG in `folder`.

    Parameters
    ----------
    rows : sequence of Row
    features : mapping of space to (stimuli, d) float32 array
    painter : Painter
    batch_size : int
        Pictures at a time.
    folder : path that exists
    """
    batches = [rows[first : first + batch_size] for first in range(0, len(rows), batch_size)]
    for batch in track(batches, f"reconstruct, batches of {batch_size}"):
        of_batch = {space: values[[row.stimulus for row in batch]] for space, values in features.items()}
        drawn = painter(of_batch, [row.seed for row in batch])
        for row, picture in zip(batch, drawn.pictures, strict=True):
            Image.fromarray(picture).save(folder / row.file)
