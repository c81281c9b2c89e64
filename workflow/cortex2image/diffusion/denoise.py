"""Noise added to latents, and taken away by a sampler under a text condition.

Guidance is classifier-free (Ho and Salimans 2022); samplers stand in
:mod:`cortex2image.diffusion.samplers`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch

from cortex2image.diffusion.samplers import DDIM, Sampler
from cortex2image.errors import ConfigError
from cortex2image.networks.codec import encode_images, encode_text, noise_for, require_finite
from cortex2image.networks.load import Diffusion
from cortex2image.seeds import seed_for
from cortex2image.study.drawing_settings import Reconstruct
from cortex2image.study.settings import Features
from cortex2image.study.spaces import kept_steps


@dataclass(frozen=True)
class Sampling:
    """Settings of the reverse process.

    Attributes
    ----------
    steps : int
        Steps from pure noise to a picture.
    strength : float
        Share of these steps that an initial latent is denoised in, in (0, 1]; 1 keeps almost nothing of it.
    guidance_scale : float
        w in uncond + w (cond - uncond) (Ho and Salimans 2022); 1 leaves the condition as it is.
    noising : "matched" or "as_released"
        Timestep of the noise added to an initial latent: the first that is denoised, or the one above it, to
        which the released code of Takagi and Nishimoto (2023) adds noise and which it never denoises.
    latent : "mean" or "sample"
        Which point of the VAE's posterior of a picture is the initial latent.
    sampler : str
        One of :data:`cortex2image.diffusion.samplers.SAMPLERS`.
    """

    steps: int
    strength: float
    guidance_scale: float
    noising: Literal["matched", "as_released"]
    latent: Literal["mean", "sample"]
    sampler: str = DDIM

    @classmethod
    def of(
        cls,
        reconstruct: Reconstruct,
        features: Features,
        noise: float | None = None,
        sampler: str = DDIM,
    ) -> "Sampling":
        """Return the sampling of a study's config, at the noise level of pictures or another.

        The sampler is an argument, since the steps that feature spaces count are those of DDIM, whatever
        sampler draws the pictures.
        """
        return cls(
            reconstruct.steps,
            reconstruct.strength if noise is None else noise,
            reconstruct.guidance_scale,
            reconstruct.noising,
            features.latent,
            sampler,
        )


def noised(
    latents: torch.Tensor, noise: torch.Tensor, timestep: int, alphas_cumprod: torch.Tensor
) -> torch.Tensor:
    """Add noise to latents: a draw of q(x_t | x_0) = N(sqrt(abar_t) x_0, (1 - abar_t) I).

    Parameters
    ----------
    latents, noise : tensors of one shape
        x_0, and a draw of N(0, I).
    timestep : int
        t, from 0.
    alphas_cumprod : tensor (training steps,)
        abar, the cumulative product of 1 - beta (Ho, Jain and Abbeel 2020, equation 4).
    """
    kept = alphas_cumprod[timestep].to(latents)
    return kept.sqrt() * latents + (1 - kept).sqrt() * noise


@dataclass(frozen=True)
class Stage:
    """One pass of the U-Net in the reverse process, for a batch; all latents are (n, channels, h, w).

    Attributes
    ----------
    timestep : int
        t.
    noisy : tensor
        x_t, which the U-Net gets.
    predicted : tensor
        x_0 as the U-Net estimates it from x_t.
    denoised : tensor
        x at the timestep of the next pass.
    """

    timestep: int
    noisy: torch.Tensor
    predicted: torch.Tensor
    denoised: torch.Tensor


def check_finite(latents: torch.Tensor) -> None:
    """Raise NotFiniteError, with the rows, if denoised latents hold NaN or infinity."""
    fix = "look for extreme values in the decoded features, or use float32"
    require_finite(latents, "denoised latents", fix)


def check_sampling(sampling: Sampling) -> None:
    """Check that settings of the reverse process fit each other; no model is needed.

    Raises
    ------
    ConfigError
        `strength` leaves no step to denoise, or, for noising "as_released", no timestep above the first step.
    """
    kept = kept_steps(sampling.steps, sampling.strength)
    if not 1 <= kept <= sampling.steps:
        raise ConfigError(
            "reconstruct/strength",
            f"a strength in (0, 1] that leaves at least one of {sampling.steps} steps",
            str(sampling.strength),
            "raise strength, or steps",
        )
    if sampling.noising == "as_released" and kept == sampling.steps:
        raise ConfigError(
            "reconstruct/noising",
            "matched where all steps are denoised, since none is above them",
            f"as_released at strength {sampling.strength}",
            "set noising: matched, or lower strength",
        )


class Denoiser:
    """Draws latents from text states by one sampling; schedule and unconditional state serve every batch.

    Parameters
    ----------
    diffusion : Diffusion
    sampling : Sampling

    Raises
    ------
    ConfigError
        As :func:`check_sampling`; or the sampler is unknown, or has too many steps.
    """

    def __init__(self, diffusion: Diffusion, sampling: Sampling):
        check_sampling(sampling)
        self.diffusion, self.sampling = diffusion, sampling
        self.scheduler = Sampler(sampling.sampler, diffusion.scheduler.config, sampling.steps)
        self.timesteps = self.scheduler.timesteps
        self.kept_steps = kept_steps(sampling.steps, sampling.strength)
        self.unconditional = encode_text(diffusion, [""])

    def states(self, c: np.ndarray) -> torch.Tensor:
        """Reshape flat text states, (n, text_length * text_width), to (n, text_length, text_width)."""
        model_set = self.diffusion.model_set
        return torch.tensor(c, dtype=torch.float32).reshape(-1, model_set.text_length, model_set.text_width)

    @torch.inference_mode()
    def from_noise(self, states: torch.Tensor, seeds: Sequence[int]) -> torch.Tensor:
        """Return latents drawn from pure noise through every step.

        Parameters
        ----------
        states : tensor (n, text_length, text_width)
        seeds : n ints

        Returns
        -------
        tensor (n, channels, h, w), scaled latents
        """
        return self._last(self._stages(self._noise(seeds), states, seeds, 0))

    @torch.inference_mode()
    def trajectory(self, states: torch.Tensor, seeds: Sequence[int]) -> list[Stage]:
        """Return every pass of :meth:`from_noise`, from the noise to the latents."""
        return list(self._stages(self._noise(seeds), states, seeds, 0))

    def encode(self, images: np.ndarray, seeds: Sequence[int]) -> torch.Tensor:
        """Return the initial latents of pictures, uint8 (n, image_size, image_size, 3).

        `seeds`, n ints, belong to the noise that will be added later. A sample of the posterior has a seed of
        its own, which follows from the seed of the noise.
        """
        sampled = self.sampling.latent == "sample"
        posterior_seeds = [seed_for(seed, "posterior") for seed in seeds] if sampled else None
        return encode_images(self.diffusion, images, posterior_seeds)

    @torch.inference_mode()
    def from_latents(self, latents: torch.Tensor, states: torch.Tensor, seeds: Sequence[int]) -> torch.Tensor:
        """Return latents after noise was added to them, to `strength`, and taken away under text states.

        Parameters
        ----------
        latents, states, seeds
            As in :meth:`stages`.
        """
        return self._last(self.stages(latents, states, seeds))

    @torch.inference_mode()
    def stages(self, latents: torch.Tensor, states: torch.Tensor, seeds: Sequence[int]) -> Iterator[Stage]:
        """Yield the passes of :meth:`from_latents` as they are taken; one that is not asked for never runs.

        Pass t, counted from 1, is the t-th of the steps that `strength` keeps; PNDM takes one pass more.

        Parameters
        ----------
        latents : tensor (n, channels, h, w)
            Scaled, as :meth:`encode` returns them.
        states : tensor (n, text_length, text_width)
        seeds : n ints
            Seeds of the noise; :class:`Sampling` says to which timestep the noise belongs.
        """
        first = self.sampling.steps - self.kept_steps
        timestep = self.timesteps[first - (self.sampling.noising == "as_released")]
        noise = self._placed(noise_for(seeds, tuple(latents.shape[1:])))
        start = noised(self._placed(latents), noise, timestep, self.scheduler.alphas_cumprod)
        yield from self._stages(start, states, seeds, first)

    def _placed(self, tensor: torch.Tensor) -> torch.Tensor:
        """Return a tensor on the device in float32: networks may round, the sum of many steps must not."""
        return tensor.to(self.diffusion.device, torch.float32)

    def _noise(self, seeds: Sequence[int]) -> torch.Tensor:
        side = self.diffusion.unet.config.sample_size
        return self._placed(noise_for(seeds, (self.diffusion.unet.config.in_channels, side, side)))

    def _stages(
        self, latents: torch.Tensor, states: torch.Tensor, seeds: Sequence[int], first: int
    ) -> Iterator[Stage]:
        states = states.to(self.diffusion.device, self.diffusion.dtype)
        context = torch.cat([self.unconditional.expand_as(states), states])
        advance = self.scheduler.begin(seeds)
        for timestep in self.scheduler.passes(first):
            output = self._guided(latents, context, timestep)
            denoised = advance(output, timestep, latents)
            yield Stage(timestep, latents, self.scheduler.clean(output, timestep, latents), denoised)
            latents = denoised

    def _last(self, stages: Iterator[Stage]) -> torch.Tensor:
        for stage in stages:
            latents = stage.denoised
        check_finite(latents)
        return latents

    def _guided(self, latents: torch.Tensor, context: torch.Tensor, timestep: int) -> torch.Tensor:
        """Return the guided output of the U-Net; the sampler knows whether it is noise or v."""
        unet, weight = self.diffusion.unet, self.sampling.guidance_scale
        rounded = latents.to(self.diffusion.dtype)
        # A tensor: a compiled network would be compiled for each number anew.
        at = torch.tensor(timestep, device=rounded.device)
        if weight == 1:
            alone: torch.Tensor = unet(rounded, at, context[len(latents) :]).sample
            return alone.float()
        both: torch.Tensor = unet(torch.cat([rounded, rounded]), at, context).sample
        unconditional, conditional = both.float().chunk(2)
        return unconditional + weight * (conditional - unconditional)
