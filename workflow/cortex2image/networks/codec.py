"""Pictures to latents and back, text to the states that the U-Net attends to, and latent noise."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from cortex2image.errors import DataError, NotFiniteError
from cortex2image.networks.load import Diffusion
from cortex2image.networks.pixels import to_tensor, to_uint8


@torch.inference_mode()
def encode_images(
    diffusion: Diffusion, images: np.ndarray, seeds: Sequence[int] | None = None
) -> torch.Tensor:
    """Return the scaled latents of pictures.

    Parameters
    ----------
    diffusion : Diffusion
    images : uint8 (n, H, W, 3)
        H and W multiples of `diffusion.factor`.
    seeds : n ints, optional
        One seed per picture, to sample its posterior. The released code of Takagi and Nishimoto (2023)
        samples with a generator whose state depends on the pictures before; here a sample depends on its seed
        alone.

    Returns
    -------
    float32 tensor (n, channels, H / factor, W / factor)
        The scaling factor of the VAE times the posterior mean, or times a posterior sample if `seeds` are
        given.

    Raises
    ------
    DataError
        The pictures have another shape; the VAE would silently drop the pixels of an incomplete cell.
    """
    _check_pictures(images, diffusion.factor)
    posterior = _posterior(diffusion, to_tensor(images))
    latents = posterior.mean.float()
    if seeds is not None:
        latents = latents + posterior.std.float() * noise_for(seeds, tuple(latents.shape[1:])).to(latents)
    scaled: torch.Tensor = latents * diffusion.vae.config.scaling_factor
    return scaled


@torch.inference_mode()
def decode_latents(diffusion: Diffusion, latents: torch.Tensor) -> np.ndarray:
    """Return the pictures of scaled latents: (n, channels, h, w) to uint8 (n, h * factor, w * factor, 3).

    Raises
    ------
    NotFiniteError
        The decoded values contain NaN or infinity, as float16 can produce; the picture would be black.
    """
    return to_uint8(decoded_pixels(diffusion, latents))


def encoded_pixels(diffusion: Diffusion, pixels: torch.Tensor) -> torch.Tensor:
    """Return the scaled posterior means of pictures in [0, 1], (n, 3, H, W); gradients pass through.

    The result is that of :func:`encode_images` for the same pictures without seeds.
    """
    latents = _posterior(diffusion, pixels).mean.float()
    scaled: torch.Tensor = latents * diffusion.vae.config.scaling_factor
    return scaled


def decoded_pixels(diffusion: Diffusion, latents: torch.Tensor) -> torch.Tensor:
    """Return the pictures of scaled latents before they are clamped to [0, 1]; gradients pass through.

    Raises
    ------
    DataError
        As :func:`decode_latents`.
    """
    scaled = latents.to(diffusion.device, diffusion.dtype) / diffusion.vae.config.scaling_factor
    decoded: torch.Tensor = diffusion.vae.decode(scaled).sample.float()
    fix = "look for extreme values in the latents, or set models/precision to float32"
    require_finite(decoded, "decoded pictures", fix)
    return decoded / 2 + 0.5


def require_finite(values: torch.Tensor, where: str, fix: str) -> None:
    """Raise NotFiniteError, with the rows, if rows of a batch hold NaN or infinity."""
    if not torch.isfinite(values).all():
        rows = (~torch.isfinite(values).flatten(1).all(1)).nonzero().flatten()
        raise NotFiniteError(where, rows.tolist(), fix)


def _posterior(diffusion: Diffusion, pixels: torch.Tensor) -> Any:
    """Return the posterior of pictures in [0, 1]."""
    # In one layout, whichever that of the pictures is: it decides the order of sums.
    rows = (pixels * 2 - 1).to(diffusion.device, diffusion.dtype).contiguous()
    return diffusion.vae.encode(rows).latent_dist


@torch.inference_mode()
def encode_text(diffusion: Diffusion, texts: Sequence[str]) -> torch.Tensor:
    """Return the last hidden states of the text encoder, (n, text_length, text_width).

    Texts are padded or truncated to `text_length` tokens; unknown words are split into pieces or letters.
    """
    tokens = diffusion.tokenizer(
        list(texts),
        padding="max_length",
        max_length=diffusion.model_set.text_length,
        truncation=True,
        return_tensors="pt",
    )
    states: torch.Tensor = diffusion.text_encoder(tokens.input_ids.to(diffusion.device)).last_hidden_state
    return states


def _check_pictures(images: np.ndarray, factor: int) -> None:
    fits = images.ndim == 4 and images.shape[3] == 3 and all(side % factor == 0 for side in images.shape[1:3])
    if not fits:
        expected = f"(n, H, W, 3), H and W multiples of {factor} px"
        fix = "bring them to the size of the model with cortex2image.networks.pixels.squares"
        raise DataError("pictures to encode", expected, f"shape {images.shape}", fix)


def noise_for(seeds: Sequence[int], shape: tuple[int, ...]) -> torch.Tensor:
    """Return standard normal noise, (len(seeds), *shape) float32, each row from a generator of its own.

    Noise is drawn on the CPU, so that it depends neither on the batch nor on the device.
    """
    rows = [torch.randn(shape, generator=torch.Generator("cpu").manual_seed(seed)) for seed in seeds]
    return torch.stack(rows)
