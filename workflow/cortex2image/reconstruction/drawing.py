"""The pictures of each stimulus with their seeds, drawn in batches by the core of a method."""

import hashlib
import importlib
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, Protocol, cast

import numpy as np
from PIL import Image

from cortex2image.diffusion.denoise import Denoiser
from cortex2image.progress import track
from cortex2image.seeds import seed_for
from cortex2image.study.methods import Method


class Row(NamedTuple):
    """One picture to draw: position of its stimulus, number of the sample, seed of its noise, file name."""

    stimulus: int
    sample: int
    seed: int
    file: str


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


def plan(stimuli: Sequence[str], samples: int, study_seed: int, shared_noise: bool) -> list[Row]:
    """Return the pictures to draw.

    A seed derives from stimulus and sample, whatever the method. With `shared_noise` it derives from the
    sample alone, as in the code of 2023, which used the same seed for every picture.
    """
    return [
        Row(
            position,
            sample,
            seed_for(study_seed, "reconstruct", *([] if shared_noise else [stimulus]), sample),
            f"{file_stem(stimulus)}_{sample:03d}.png",
        )
        for position, stimulus in enumerate(stimuli)
        for sample in range(samples)
    ]


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


def file_stem(stimulus_id: str) -> str:
    """Return a file name for a stimulus that no other stimulus has, on any file system."""
    clean = re.sub(r"[^a-z0-9_-]", "_", stimulus_id.lower())[:100]
    if clean == stimulus_id:
        return clean
    return f"{clean}-{hashlib.blake2b(stimulus_id.encode(), digest_size=6).hexdigest()}"
