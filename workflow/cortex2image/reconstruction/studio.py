"""What the core of a method draws with, and what it gives."""

import importlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, cast

import numpy as np

from cortex2image.diffusion.denoise import Sampling
from cortex2image.networks.registry import ModelSet
from cortex2image.reconstruction.inputs import Tables
from cortex2image.study.methods import Method


@dataclass(frozen=True)
class Studio:
    """What a method draws with.

    Attributes
    ----------
    models : ModelSet
    sampling : Sampling
    tables : Tables
        Features of all stimuli that the method reads, and the pictures that were shown.
    precision : "float32", "bfloat16" or "float16"
    device : "auto", "cpu" or "cuda"
    compiled : bool
        Whether networks are compiled before they draw.
    """

    models: ModelSet
    sampling: Sampling
    tables: Tables
    precision: str = "float32"
    device: str = "auto"
    compiled: bool = False


@dataclass(frozen=True)
class Drawn:
    """Pictures, uint8 (n, image_size, image_size, 3), and the captions they were made from, if any."""

    pictures: np.ndarray
    captions: Sequence[str] | None = None


class Painter(Protocol):
    """Draws batches; a picture depends only on its own features and seed, not on its batch."""

    def __call__(self, features: Mapping[str, np.ndarray], seeds: Sequence[int]) -> Drawn:
        """Return one picture per row of `features`, (n, d) arrays by space; `seeds` are n ints."""


class Core(Protocol):
    """The interface of the module of a method."""

    def open_painter(self, method: Method, studio: Studio) -> Painter:
        """Load what the method draws with, once, and return what draws its batches."""


def core_of(method: Method) -> Core:
    """Return the module that makes the pictures of a method.

    It is imported by its name in the registry, so that a job depends on the code of its own method alone.
    """
    return cast(Core, importlib.import_module(method.core))
