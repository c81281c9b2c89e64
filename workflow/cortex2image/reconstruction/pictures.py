"""Pictures from features with the diffusion model: the core of the methods."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import torch

from cortex2image.diffusion.denoise import Denoiser
from cortex2image.networks.codec import decode_latents, repeated
from cortex2image.networks.load import load_diffusion
from cortex2image.networks.pixels import squares
from cortex2image.reconstruction.studio import Drawn, Painter, Studio
from cortex2image.study.methods import FROM_NOISE, FROM_PICTURE, NO_DIFFUSION, Method

Features = Mapping[str, np.ndarray]


def open_painter(method: Method, studio: Studio) -> Painter:
    """Load the diffusion model and return what draws the batches of a method."""
    diffusion = load_diffusion(studio.models, studio.device, studio.precision, studio.compiled)
    denoiser = Denoiser(diffusion, studio.sampling)

    def paint(features: Features, seeds: Sequence[int]) -> Drawn:
        return Drawn(pictures(method, denoiser, features, seeds))

    return paint


def pictures(method: Method, denoiser: Denoiser, features: Features, seeds: Sequence[int]) -> np.ndarray:
    """Return one picture per row.

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
    return _STARTS[method.start](denoiser, features, seeds)


def coarse_pictures(denoiser: Denoiser, z: np.ndarray) -> np.ndarray:
    """Return z, (n, d), decoded by the autoencoder, at the size of a generated picture."""
    model_set = denoiser.diffusion.model_set
    first, which = repeated(denoiser.diffusion, z)
    latents = torch.tensor(z[first], dtype=torch.float32).reshape(-1, *model_set.latent_shape)
    return squares(decode_latents(denoiser.diffusion, latents), model_set.image_size)[which]


def _coarse(denoiser: Denoiser, features: Features, seeds: Sequence[int]) -> np.ndarray:
    """Return the coarse pictures of z alone; no noise is drawn."""
    return coarse_pictures(denoiser, features["z"])


def _from_noise(denoiser: Denoiser, features: Features, seeds: Sequence[int]) -> np.ndarray:
    """Return pictures that start from pure noise and are denoised under c."""
    latents = denoiser.from_noise(denoiser.states(features["c"]), seeds)
    return decode_latents(denoiser.diffusion, latents)


def _from_picture(denoiser: Denoiser, features: Features, seeds: Sequence[int]) -> np.ndarray:
    """Return coarse pictures encoded again, noised and denoised under c (Takagi and Nishimoto 2023)."""
    start = denoiser.encode(coarse_pictures(denoiser, features["z"]), seeds)
    latents = denoiser.from_latents(start, denoiser.states(features["c"]), seeds)
    return decode_latents(denoiser.diffusion, latents)


_STARTS: dict[str, Callable[[Denoiser, Features, Sequence[int]], np.ndarray]] = {
    NO_DIFFUSION: _coarse,
    FROM_NOISE: _from_noise,
    FROM_PICTURE: _from_picture,
}
