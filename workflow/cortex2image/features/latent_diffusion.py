"""Features of the latent diffusion model (Takagi and Nishimoto 2023): z and z_c of pictures, c of captions.

z : latent of a picture from the autoencoder.
c : states of the text encoder, mean over the captions of a picture.
z_c : latent after noise was added to it and taken away under the picture's own captions.
"""

from collections.abc import Sequence

import numpy as np
import torch

from cortex2image.diffusion.denoise import Denoiser
from cortex2image.errors import DataError
from cortex2image.networks.codec import encode_images, encode_text
from cortex2image.networks.load import Diffusion
from cortex2image.networks.pixels import squares


def image_latents(diffusion: Diffusion, images: np.ndarray, seeds: Sequence[int] | None = None) -> np.ndarray:
    """Return the latent z of pictures.

    Parameters
    ----------
    diffusion : Diffusion
    images : uint8 (n, H, W, 3)
        Of any size; resized to `diffusion.coarse_size` first.
    seeds : n ints, optional
        Of samples of the posterior; without seeds, z is the mean of the posterior.

    Returns
    -------
    float32 (n, channels * height * width)
        Flattened in C order. The released code of Takagi and Nishimoto (2023) takes samples.
    """
    latents = encode_images(diffusion, squares(images, diffusion.coarse_size), seeds)
    return latents.flatten(1).float().cpu().numpy()


def caption_states(diffusion: Diffusion, captions: Sequence[Sequence[str]]) -> np.ndarray:
    """Return the text states c of stimuli.

    Parameters
    ----------
    diffusion : Diffusion
    captions : sequence of sequences of str
        The captions of each stimulus, at least one.

    Returns
    -------
    float32 (n, text_length * text_width)
        Last hidden states, averaged over the captions of a stimulus and flattened in C order.

    Raises
    ------
    DataError
        A stimulus has no caption.
    """
    bare = [number for number, texts in enumerate(captions) if not texts]
    if bare:
        raise DataError("captions", "at least one per stimulus", f"none at row {bare[0]}", "add a caption")
    states = encode_text(diffusion, [text for texts in captions for text in texts]).float()
    means = [part.mean(0) for part in torch.split(states, [len(texts) for texts in captions])]
    return torch.stack(means).flatten(1).cpu().numpy()


def denoised_latents(
    denoiser: Denoiser, images: np.ndarray, states: np.ndarray, seeds: Sequence[int]
) -> np.ndarray:
    """Return the latent z_c of pictures.

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
