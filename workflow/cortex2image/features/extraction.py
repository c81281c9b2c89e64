"""What the core of a feature space gets: a batch of stimuli with their pictures, captions and seeds."""

import importlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, cast

import numpy as np
from PIL import Image, UnidentifiedImageError

from cortex2image.diffusion.denoise import Denoiser
from cortex2image.errors import DataError
from cortex2image.networks.pixels import square
from cortex2image.seeds import seed_for
from cortex2image.study.spaces import FeatureSpace


@dataclass(frozen=True)
class Stimuli:
    """A batch of stimuli. Seeds of random draws derive from the seed of the study and the stimulus.

    `captions` has every caption of each stimulus; `image_paths` is None where the picture is not known.
    """

    ids: Sequence[str]
    captions: Sequence[Sequence[str]]
    image_paths: Sequence[str | None]
    study_seed: int

    def seeds(self, purpose: str) -> list[int]:
        """Return a seed for each stimulus; draws for another purpose have other seeds."""
        return [seed_for(self.study_seed, purpose, stimulus) for stimulus in self.ids]

    def pictures(self, size: int) -> np.ndarray:
        """Return the pictures, each cut and resized to (size, size), as uint8 (n, size, size, 3).

        Raises
        ------
        DataError
            A file is no picture.
        """
        return np.stack([square(read_picture(str(path)), size) for path in self.image_paths])


class Core(Protocol):
    """What the module of a feature space offers."""

    def extract(self, stimuli: Stimuli, denoiser: Denoiser) -> np.ndarray:
        """Return the features of stimuli, float32 (n, d), flattened in C order."""


def core_of(space: FeatureSpace) -> Core:
    """Return the module that computes a feature space.

    The module is imported by its name in the registry, so that a job depends on the code of its own feature
    space alone.
    """
    return cast(Core, importlib.import_module(space.facts.core))


def read_picture(path: str) -> np.ndarray:
    """Return a picture file as uint8 (H, W, 3)."""
    try:
        with Image.open(path) as image:
            return np.asarray(image.convert("RGB"))
    except (UnidentifiedImageError, OSError) as error:
        raise DataError(path, "a picture", str(error), "replace the file") from None
