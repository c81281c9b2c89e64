"""z_c: the latent of a picture after noise was added to it and taken away under its own captions."""

from collections.abc import Sequence

import numpy as np

from cortex2image.diffusion.denoise import Denoiser
from cortex2image.features.captions import caption_states
from cortex2image.features.extraction import Stimuli


def extract(stimuli: Stimuli, denoiser: Denoiser) -> np.ndarray:
    """Return z_c of stimuli, see :func:`denoised_latents`; noise has a seed of its stimulus."""
    images = stimuli.pictures(denoiser.diffusion.model_set.image_size)
    states = caption_states(denoiser.diffusion, stimuli.captions)
    return denoised_latents(denoiser, images, states, stimuli.seeds("zc"))


def denoised_latents(
    denoiser: Denoiser, images: np.ndarray, states: np.ndarray, seeds: Sequence[int]
) -> np.ndarray:
    """Return z_c of pictures (Takagi and Nishimoto 2023).

    Parameters
    ----------
    denoiser : Denoiser
        Its sampling says how much noise, how many steps, how much guidance.
    images : uint8 (n, image_size, image_size, 3)
    states : float32 (n, text_length * text_width)
        Text states c of the pictures' captions.
    seeds : n ints

    Returns
    -------
    float32 (n, channels * h * w)
        Flattened in C order.
    """
    latents = denoiser.from_latents(denoiser.encode(images, seeds), denoiser.states(states), seeds)
    return latents.flatten(1).float().cpu().numpy()
