"""Pictures from z and c with Stable Diffusion: the core of most methods."""

from collections.abc import Sequence

import numpy as np

from cortex2image.diffusion.denoise import Denoiser
from cortex2image.networks.load import load_diffusion
from cortex2image.reconstruction.generator import Features, StableDiffusion, generate
from cortex2image.reconstruction.studio import Drawn, Painter, Studio
from cortex2image.study.methods import Method


def open_painter(method: Method, studio: Studio) -> Painter:
    """Load the diffusion model and return what draws the batches of a method."""
    diffusion = load_diffusion(studio.models, studio.device, studio.precision, studio.compiled)
    denoiser = Denoiser(diffusion, studio.sampling)

    def paint(features: Features, seeds: Sequence[int]) -> Drawn:
        return Drawn(pictures(method, denoiser, features, seeds))

    return paint


def pictures(method: Method, denoiser: Denoiser, features: Features, seeds: Sequence[int]) -> np.ndarray:
    """Return one picture per row, drawn by Stable Diffusion.

    Parameters
    ----------
    method : Method
        Its start says how the features become pictures.
    denoiser : Denoiser
    features : mapping of `z` and/or `c` to (n, d) arrays
    seeds : n ints
        One per row; a picture depends only on its own row and seed.

    Returns
    -------
    uint8 (n, image_size, image_size, 3)
    """
    return generate(method.start, StableDiffusion(denoiser), features, seeds)
