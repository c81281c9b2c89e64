"""The cores of feature spaces that are computed one by one, opened by their names in the registry."""

import importlib
from typing import Protocol, cast

import numpy as np

from cortex2image.features.stimuli import Stimuli
from cortex2image.networks.load import Diffusion
from cortex2image.study.spaces import FeatureSpace


class Core(Protocol):
    """What the module of a feature space offers."""

    def extract(self, stimuli: Stimuli, diffusion: Diffusion, latent: str) -> np.ndarray:
        """Return the features of stimuli, float32 (n, d), flattened in C order.

        `latent` says whether latents of pictures are a ``mean`` or a ``sample`` of the VAE's posterior.
        """


def core_of(space: FeatureSpace) -> Core:
    """Return the module that computes a feature space.

    The module is imported by its name in the registry, so that a job depends on the code of its own feature
    space alone.
    """
    return cast(Core, importlib.import_module(space.facts.core))
