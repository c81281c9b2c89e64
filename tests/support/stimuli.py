"""Stimuli of tests: small pictures with captions, and the table that names them."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from cortex2image.features.stimuli import Stimuli
from cortex2image.tables.recordings import STIMULI

CAPTIONS = [["a b", "c"], ["d"], ["e", "f", "g"], ["h i"], ["k"]]


def write_pictures(images: np.ndarray, folder: Path) -> list[str]:
    """Write pictures, uint8 (n, side, side, 3), as ``0.png`` and so on, and return their paths."""
    paths = [str(folder / f"{number}.png") for number in range(len(images))]
    for image, path in zip(images, paths, strict=True):
        Image.fromarray(image).save(path)
    return paths


def write_stimuli(paths: Sequence[str | None], table: Path) -> None:
    """Write stimuli.parquet for pictures at `paths`: ``s0``, ``s1``, ... with captions, the last for test."""
    count = len(paths)
    STIMULI.write(
        {
            "stimulus_id": [f"s{number}" for number in range(count)],
            "split": np.array(["train"] * (count - 1) + ["test"]),
            "captions": CAPTIONS[:count],
            "image_path": list(paths),
            "category": [None] * count,
        },
        table,
    )


def stimuli_of(paths: Sequence[str], rows: slice = slice(None), seed: int = 3) -> Stimuli:
    """Return a batch of the same stimuli as a feature gets it."""
    ids = [f"s{number}" for number in range(len(paths))]
    return Stimuli(ids[rows], CAPTIONS[: len(paths)][rows], paths[rows], seed)
