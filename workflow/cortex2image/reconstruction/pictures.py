"""Pictures from decoded features: from z alone, from c alone, from both."""

from collections.abc import Mapping, Sequence

import numpy as np
import torch

from cortex2image.diffusion.denoise import Denoiser
from cortex2image.networks.codec import decode_latents
from cortex2image.networks.pixels import squares


def pictures(denoiser: Denoiser, decoded: Mapping[str, np.ndarray], seeds: Sequence[int]) -> np.ndarray:
    """Return one picture per row; which method it is follows from the spaces given.

    Parameters
    ----------
    denoiser : Denoiser
    decoded : mapping of `z` and/or `c` to (n, d) arrays
        z alone: its coarse picture, no noise drawn. c alone: from pure noise. Both: the coarse picture is
        encoded again, noised and denoised under c (Takagi and Nishimoto 2023).
    seeds : n ints
        One per row; a picture depends on its own row alone.

    Returns
    -------
    uint8 (n, image_size, image_size, 3)
    """
    if "c" not in decoded:
        return coarse_pictures(denoiser, decoded["z"])
    states = denoiser.states(decoded["c"])
    if "z" not in decoded:
        return decode_latents(denoiser.diffusion, denoiser.from_noise(states, seeds))
    start = denoiser.encode(coarse_pictures(denoiser, decoded["z"]), seeds)
    return decode_latents(denoiser.diffusion, denoiser.from_latents(start, states, seeds))


def coarse_pictures(denoiser: Denoiser, z: np.ndarray) -> np.ndarray:
    """Return what the autoencoder makes of z, (n, d), at the size of a generated picture."""
    model_set = denoiser.diffusion.model_set
    latents = torch.tensor(z, dtype=torch.float32).reshape(-1, *model_set.latent_shape)
    return squares(decode_latents(denoiser.diffusion, latents), model_set.image_size)
