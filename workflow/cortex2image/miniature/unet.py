"""The diffusion model of the miniature: architecture, noise schedule and objective."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from cortex2image.device import device_of
from cortex2image.miniature.training import Loss, Schedule, noise
from cortex2image.networks.compat import ensure_torchvision

BATCH = 32
EMPTY_SHARE, SINGLE_SHARE, MEAN_SHARE = 0.1, 0.6, 0.15
"""Shares of empty captions, single captions and means of all captions; the rest are shrunken means."""
LEAST_SHRINKAGE = 0.3
MEAN_SAMPLE = 4000


def build_unet() -> Any:
    """Return a ``diffusers.UNet2DConditionModel`` on latents 4 x 16 x 16 and text states of width 128."""
    ensure_torchvision()
    from diffusers import UNet2DConditionModel
    from diffusers.models.attention_processor import AttnProcessor

    network: Any = UNet2DConditionModel(
        sample_size=16,
        in_channels=4,
        out_channels=4,
        block_out_channels=(48, 96, 96),
        layers_per_block=1,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
        cross_attention_dim=128,
        attention_head_dim=4,
        norm_num_groups=16,
    )
    network.set_attn_processor(AttnProcessor())  # the fused attention is slow backwards on CPUs
    return network


def build_scheduler() -> Any:
    """Return a ``diffusers.DDIMScheduler`` with the noise schedule of Stable Diffusion 1, predicting v.

    beta runs from 0.00085 to 0.012, linear in its square root, over 1000 steps (Rombach et al. 2022).
    """
    ensure_torchvision()
    from diffusers import DDIMScheduler

    return DDIMScheduler(
        num_train_timesteps=1000,
        beta_start=0.00085,
        beta_end=0.012,
        beta_schedule="scaled_linear",
        prediction_type="v_prediction",
        steps_offset=1,
        clip_sample=False,
        set_alpha_to_one=False,
    )


def schedule(steps: int) -> Schedule:
    """Return the training schedule of the U-Net."""
    return Schedule(steps=steps, rate=8e-4, warm_up=200, betas=(0.9, 0.99), weight_decay=0.01, ema=0.999)


@dataclass(frozen=True)
class Corpus:
    """Training data of the diffusion model.

    Attributes
    ----------
    latents : (scenes, 4, 16, 16) float16
        Latents; each channel has mean 0 and deviation 1.
    states : (scenes, captions, tokens, width) float16
        States of the text encoder for each caption.
    empty : (tokens, width) float16
        States for the empty caption.
    """

    latents: NDArray[np.float16]
    states: NDArray[np.float16]
    empty: NDArray[np.float16]


def diffusion_loss(network: Any, corpus: Corpus) -> Loss:
    """Return the loss function of one step: the mean squared error of v (Salimans & Ho 2022).

    x_t = sqrt(a_t) x_0 + sqrt(1 - a_t) e and v_t = sqrt(a_t) e - sqrt(1 - a_t) x_0, with e standard normal, t
    uniform in 0..999 and a_t the cumulative product of 1 - beta.
    """
    scheduler, device = build_scheduler(), device_of(network)
    centre = corpus.states[:MEAN_SAMPLE].mean(axis=(0, 1), dtype=np.float32)

    def loss(rng: np.random.Generator, share: float) -> torch.Tensor:
        rows = np.sort(rng.integers(0, len(corpus.latents), BATCH))
        latents = torch.from_numpy(corpus.latents[rows].astype(np.float32)).to(device)
        mixed = mixed_states(corpus.states[rows].astype(np.float32), corpus.empty, centre, rng)
        states = torch.from_numpy(mixed).to(device)
        steps = torch.from_numpy(rng.integers(0, scheduler.config.num_train_timesteps, BATCH)).to(device)
        added = noise(rng, *latents.shape).to(device)
        noised = scheduler.add_noise(latents, added, steps)
        predicted: torch.Tensor = network(noised, steps, encoder_hidden_states=states).sample
        wanted: torch.Tensor = scheduler.get_velocity(latents, added, steps)
        return ((predicted.float() - wanted) ** 2).mean()

    return loss


def mixed_states(
    states: NDArray[np.float32],
    empty: NDArray[np.float16],
    centre: NDArray[np.float32],
    rng: np.random.Generator,
) -> NDArray[np.float32]:
    """Return the conditioning of a batch, (batch, tokens, width), from (batch, captions, tokens, width).

    10 % are empty captions for classifier-free guidance (Ho & Salimans 2022), 60 % single captions, 15 % the
    mean of all captions of a scene, and 15 % this mean scaled by U(0.3, 1) about the mean of all scenes.
    States predicted by ridge regression are such shrunken means, so they lie within the training
    distribution.
    """
    batch, captions = states.shape[:2]
    shares = [EMPTY_SHARE, SINGLE_SHARE, MEAN_SHARE, 1 - EMPTY_SHARE - SINGLE_SHARE - MEAN_SHARE]
    kinds = rng.choice(4, size=(batch, 1, 1), p=shares)
    single = states[np.arange(batch), rng.integers(0, captions, batch)]
    mean = states.mean(axis=1)
    keep = rng.uniform(LEAST_SHRINKAGE, 1, (batch, 1, 1)).astype(np.float32)
    shrunk = centre + keep * (mean - centre)
    return np.select([kinds == 0, kinds == 1, kinds == 2], [empty.astype(np.float32), single, mean], shrunk)
