"""Pictures drawn in batches by the core of a method."""

import importlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol, cast

import numpy as np
from PIL import Image

from cortex2image.diffusion.denoise import Denoiser
from cortex2image.progress import track
from cortex2image.reconstruction.rows import Row
from cortex2image.study.methods import Method


class Core(Protocol):
    """The interface of the module of a method."""

    def pictures(
        self, method: Method, denoiser: Denoiser, features: Mapping[str, np.ndarray], seeds: Sequence[int]
    ) -> np.ndarray:
        """Return one picture per row of `features`, uint8 (n, image_size, image_size, 3)."""


def core_of(method: Method) -> Core:
    """Return the module that makes the pictures of a method.

    It is imported by its name in the registry, so that a job depends on the code of its own method alone.
    """
    return cast(Core, importlib.import_module(method.core))


def draw(
    rows: Sequence[Row],
    method: Method,
    features: Mapping[str, np.ndarray],
    denoiser: Denoiser,
    batch_size: int,
    folder: Path,
) -> None:
    """Draw the pictures of `rows` in batches and save each as an 8-bit RGB PNG in `folder`.

    Parameters
    ----------
    rows : sequence of Row
    method : Method
    features : mapping of space to (stimuli, d) float32 array
    denoiser : Denoiser
    batch_size : int
        Pictures at a time.
    folder : path that exists
    """
    core = core_of(method)
    batches = [rows[first : first + batch_size] for first in range(0, len(rows), batch_size)]
    for batch in track(batches, f"reconstruct, batches of {batch_size}"):
        of_batch = {space: values[[row.stimulus for row in batch]] for space, values in features.items()}
        drawn = core.pictures(method, denoiser, of_batch, [row.seed for row in batch])
        for row, picture in zip(batch, drawn, strict=True):
            Image.fromarray(picture).save(folder / row.file)
