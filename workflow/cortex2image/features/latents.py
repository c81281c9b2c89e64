"""z: what the autoencoder of the diffusion model makes of a picture."""

from collections.abc import Sequence

import numpy as np

from cortex2image.features.stimuli import Stimuli
from cortex2image.networks.codec import encode_images
from cortex2image.networks.load import Diffusion
from cortex2image.networks.pixels import squares


def extract(stimuli: Stimuli, diffusion: Diffusion, latent: str) -> np.ndarray:
    """Return z of stimuli, see :func:`image_latents`; samples of the posterior have own seeds."""
    seeds = stimuli.seeds("latent") if latent == "sample" else None
    return image_latents(diffusion, stimuli.pictures(diffusion.coarse_size), seeds)


def image_latents(diffusion: Diffusion, images: np.ndarray, seeds: Sequence[int] | None = None) -> np.ndarray:
    """Return the latent z of pictures.

    Parameters
    ----------
    diffusion : Diffusion
    images : uint8 (n, H, W, 3)
        Of any size; resized to `diffusion.coarse_size` first.
    seeds : n ints, optional
        Of samples of the posterior; without them z is its mean.

    Returns
    -------
    float32 (n, channels * height * width)
        Flattened in C order (Takagi and Nishimoto 2023, whose released code takes samples).
    """
    latents = encode_images(diffusion, squares(images, diffusion.coarse_size), seeds)
    return latents.flatten(1).float().cpu().numpy()
