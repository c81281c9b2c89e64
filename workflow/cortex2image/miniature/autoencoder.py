"""The autoencoder of the miniature: architecture, loss, and standardisation of its latents."""

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from cortex2image.device import device_of
from cortex2image.miniature.training import Loss, Schedule, noise
from cortex2image.networks.compat import ensure_torchvision

BATCH, CROP = 32, 32
WHOLE_FROM = 0.85
"""Share of training after which whole pictures replace crops; the network is fully convolutional."""
WHOLE_BATCH = 12
GRADIENT_WEIGHT, SQUARE_WEIGHT, KL_WEIGHT = 0.5, 2.0, 2e-4


def build_autoencoder() -> Any:
    """Return a ``diffusers.AutoencoderKL`` from 64 x 64 x 3 to 16 x 16 x 4."""
    ensure_torchvision()
    from diffusers import AutoencoderKL

    channels = (16, 32, 64)
    return AutoencoderKL(
        block_out_channels=channels,
        down_block_types=("DownEncoderBlock2D",) * len(channels),
        up_block_types=("UpDecoderBlock2D",) * len(channels),
        layers_per_block=1,
        latent_channels=4,
        norm_num_groups=8,
        mid_block_add_attention=False,
        sample_size=64,
        scaling_factor=1.0,
    )


def schedule(steps: int) -> Schedule:
    """Return the training schedule of the autoencoder."""
    return Schedule(steps=steps, rate=1.5e-3, betas=(0.9, 0.99), weight_decay=0.0, ema=0.998)


def autoencoder_loss(network: Any, images: NDArray[np.uint8]) -> Loss:
    """Return the loss function of one step on random crops: L1 + 2 MSE + 0.5 L1 of gradients + 2e-4 KL.

    The Kullback-Leibler divergence to the standard normal is averaged over latent elements (Kingma & Welling
    2014). The gradient term preserves edges that the pixel terms alone would blur.
    """

    device = device_of(network)

    def loss(rng: np.random.Generator, share: float) -> torch.Tensor:
        whole = share >= WHOLE_FROM
        pictures = as_tensor(_crops(images, rng, *((WHOLE_BATCH, 64) if whole else (BATCH, CROP)))).to(device)
        posterior = network.encode(pictures).latent_dist
        mean, deviation = posterior.mean, posterior.std
        rebuilt = network.decode(mean + deviation * noise(rng, *mean.shape).to(device)).sample
        kl: torch.Tensor = 0.5 * (mean**2 + posterior.var - 1 - posterior.logvar).mean()
        return reconstruction_loss(rebuilt.float(), pictures) + KL_WEIGHT * kl.float()

    return loss


def reconstruction_loss(rebuilt: torch.Tensor, pictures: torch.Tensor) -> torch.Tensor:
    """Return L1 + 2 MSE + 0.5 L1 of horizontal and vertical gradients."""
    error = rebuilt - pictures
    edges = error.diff(dim=-1).abs().mean() + error.diff(dim=-2).abs().mean()
    return error.abs().mean() + SQUARE_WEIGHT * (error**2).mean() + GRADIENT_WEIGHT * edges


@torch.no_grad()
def standardise_latents(network: Any, images: NDArray[np.uint8]) -> None:
    """Change the network in place such that each latent channel has mean 0 and deviation 1 over `images`.

    With one scaling factor for all channels, as in Stable Diffusion, the signal-to-noise ratio at a diffusion
    step would differ between channels. The shift and the gain of each channel are folded into ``quant_conv``
    (means are shifted and scaled, log variances are shifted by twice the log of the gain) and inverted in
    ``post_quant_conv``, so decoded pictures stay the same.
    """
    latents = torch.cat(
        [network.encode(as_tensor(batch)).latent_dist.mean for batch in np.array_split(images, 16)]
    )
    centre, spread = latents.mean(dim=(0, 2, 3)), latents.std(dim=(0, 2, 3))
    quant, post = network.quant_conv, network.post_quant_conv
    channels = len(centre)
    quant.weight[:channels] /= spread[:, None, None, None]
    quant.bias[:channels] = (quant.bias[:channels] - centre) / spread
    quant.bias[channels:] -= 2 * spread.log()
    post.bias += (post.weight[:, :, 0, 0] * centre).sum(dim=1)
    post.weight *= spread[None, :, None, None]


def as_tensor(images: NDArray[np.uint8]) -> torch.Tensor:
    """Return pictures, (n, h, w, 3) uint8, as a tensor (n, 3, h, w) in [-1, 1]."""
    return torch.from_numpy(np.ascontiguousarray(images)).permute(0, 3, 1, 2).float() / 127.5 - 1


def as_images(tensor: torch.Tensor) -> NDArray[np.uint8]:
    """Return a tensor (n, 3, h, w) in [-1, 1] as pictures, (n, h, w, 3) uint8."""
    pixels = ((tensor.float().clamp(-1, 1) + 1) * 127.5).round().to(torch.uint8)
    return pixels.permute(0, 2, 3, 1).numpy()


def _crops(images: NDArray[np.uint8], rng: np.random.Generator, batch: int, side: int) -> NDArray[np.uint8]:
    """Return random crops of random pictures, (batch, side, side, 3)."""
    last = images.shape[1] - side
    tops, lefts = rng.integers(0, last + 1, (2, batch))
    rows = rng.integers(0, len(images), batch)
    return np.stack(
        [
            images[row, top : top + side, left : left + side]
            for row, top, left in zip(rows, tops, lefts, strict=True)
        ]
    )
