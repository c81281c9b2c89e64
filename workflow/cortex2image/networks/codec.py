"""Pictures to latents and back, text to the states that the U-Net attends to, and latent noise."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from cortex2image.errors import DataError
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
    first, which = repeated(diffusion, images)
    posterior = _posterior(diffusion, to_tensor(images[first]))
    latents = posterior.mean.float()[which]
    if seeds is not None:
        noise = noise_for(seeds, tuple(latents.shape[1:])).to(latents)
        latents = latents + posterior.std.float()[which] * noise
    scaled: torch.Tensor = latents * diffusion.vae.config.scaling_factor
    return scaled


@torch.inference_mode()
def decode_latents(diffusion: Diffusion, latents: torch.Tensor) -> np.ndarray:
    """Return the pictures of scaled latents: (n, channels, h, w) to uint8 (n, h * factor, w * factor, 3).

    Raises
    ------
    DataError
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
    if not torch.isfinite(decoded).all():
        fix = "look for extreme values in the latents, or set models/precision to float32"
        raise DataError("decoded pictures", "finite numbers", "NaN or Inf", fix)
    return decoded / 2 + 0.5


def _posterior(diffusion: Diffusion, pixels: torch.Tensor) -> Any:
    """Return the posterior of pictures in [0, 1]."""
    return diffusion.vae.encode((pixels * 2 - 1).to(diffusion.device, diffusion.dtype)).latent_dist


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


def repeated(diffusion: Diffusion, rows: np.ndarray) -> tuple[list[int], list[int]]:
    """Find rows that equal others, as the samples of one stimulus do, so that each needs computing once.

    On a GPU every row counts as its own: there results vary with the size of a batch, which must not depend
    on which rows it holds.

    Returns
    -------
    first : list of int
        Rows of which none equals another.
    which : n ints
        For every row the position in `first` of the one that it equals.
    """
    if diffusion.device.type != "cpu":
        return list(range(len(rows))), list(range(len(rows)))
    found: dict[bytes, int] = {}
    which = [found.setdefault(row.tobytes(), len(found)) for row in rows]
    return [which.index(position) for position in range(len(found))], which


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
