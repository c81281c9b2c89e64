"""The reverse process: deterministic DDIM steps under a text condition with classifier-free guidance."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch

from cortex2image.errors import ConfigError, DataError
from cortex2image.networks.codec import encode_images, encode_text, noise_for
from cortex2image.networks.load import Diffusion
from cortex2image.seeds import seed_for
from cortex2image.study.settings import Features, Reconstruct


@dataclass(frozen=True)
class Sampling:
    """How pictures are drawn.

    Attributes
    ----------
    steps : int
        DDIM steps from pure noise to a picture.
    strength : float
        Share of these steps an initial latent goes back through, in (0, 1]; 1 keeps almost nothing of it.
    guidance_scale : float
        w in uncond + w (cond - uncond) (Ho and Salimans 2022); 1 leaves the condition as it is.
    noise_level : "matched" or "as_released"
        Which timestep the noise added to an initial latent belongs to: the first that is denoised, or the one
        above it, which the released code of Takagi and Nishimoto (2023) noises to and never denoises.
    latent : "mean" or "sample"
        What of the VAE's posterior of a picture is its initial latent.
    """

    steps: int
    strength: float
    guidance_scale: float
    noise_level: Literal["matched", "as_released"] = "matched"
    latent: Literal["mean", "sample"] = "mean"

    @classmethod
    def of(cls, reconstruct: Reconstruct, features: Features) -> "Sampling":
        """Return the sampling of a study's config."""
        return cls(
            reconstruct.steps,
            reconstruct.strength,
            reconstruct.guidance_scale,
            reconstruct.noising,
            features.latent,
        )


@dataclass(frozen=True)
class Stage:
    """One step of the reverse process, for a batch; all latents are (n, channels, h, w).

    Attributes
    ----------
    timestep : int
        t.
    noisy : tensor
        x_t, with which the step began.
    predicted : tensor
        x_0 as the U-Net sees it in x_t.
    denoised : tensor
        x at the next, lower timestep.
    """

    timestep: int
    noisy: torch.Tensor
    predicted: torch.Tensor
    denoised: torch.Tensor


class Denoiser:
    """Draws latents from text states; holds what every batch shares.

    Parameters
    ----------
    diffusion : Diffusion
    sampling : Sampling

    Raises
    ------
    ConfigError
        `strength` leaves no step to denoise, or none above that the noise could belong to.
    """

    def __init__(self, diffusion: Diffusion, sampling: Sampling):
        self.diffusion, self.sampling = diffusion, sampling
        # A copy: the number of steps is state of a scheduler, and another denoiser may count otherwise.
        self.scheduler = type(diffusion.scheduler).from_config(diffusion.scheduler.config)
        self.scheduler.set_timesteps(sampling.steps)
        self.timesteps = [int(t) for t in self.scheduler.timesteps]
        # The margin keeps products such as 0.29 * 100 = 28.999... from losing a step.
        self.kept_steps = int(sampling.steps * sampling.strength + 1e-9)
        if not 1 <= self.kept_steps <= sampling.steps:
            raise ConfigError(
                "reconstruct: strength",
                f"a strength in (0, 1] that leaves at least one of {sampling.steps} steps",
                str(sampling.strength),
                "raise strength, or steps",
            )
        self.unconditional = encode_text(diffusion, [""])
        self._check_noise_level()

    def states(self, c: np.ndarray) -> torch.Tensor:
        """Return flat text states, (n, text_length * text_width), in the shape the U-Net attends to."""
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
        return self._denoise(self._noise(seeds), states, self.timesteps)

    @torch.inference_mode()
    def trajectory(self, states: torch.Tensor, seeds: Sequence[int]) -> list[Stage]:
        """Return every step of :meth:`from_noise`, from the noise to the latents."""
        return list(self._stages(self._noise(seeds), states, self.timesteps))

    def encode(self, images: np.ndarray, seeds: Sequence[int]) -> torch.Tensor:
        """Return the initial latents of pictures, uint8 (n, image_size, image_size, 3).

        `seeds`, n ints, are those of the noise that will be added; a sample of the posterior has its own,
        which follow from them.
        """
        sampled = self.sampling.latent == "sample"
        own = [seed_for(seed, "posterior") for seed in seeds] if sampled else None
        return encode_images(self.diffusion, images, own)

    @torch.inference_mode()
    def from_latents(self, latents: torch.Tensor, states: torch.Tensor, seeds: Sequence[int]) -> torch.Tensor:
        """Return `latents` noised to `strength` and denoised under `states`.

        See :class:`Sampling` for the timestep the noise belongs to.
        """
        first = self.sampling.steps - self.kept_steps
        level = self.timesteps[first - (self.sampling.noise_level == "as_released")]
        noise = self._placed(noise_for(seeds, tuple(latents.shape[1:])))
        start = noised(self._placed(latents), noise, level, self.scheduler.alphas_cumprod)
        return self._denoise(start, states, self.timesteps[first:])

    def _check_noise_level(self) -> None:
        if self.sampling.noise_level == "as_released" and self.kept_steps == self.sampling.steps:
            raise ConfigError(
                "reconstruct: noise_level",
                "matched where all steps are denoised, since none is above them",
                f"as_released at strength {self.sampling.strength}",
                "set noise_level: matched, or lower strength",
            )

    def _placed(self, tensor: torch.Tensor) -> torch.Tensor:
        """Return a tensor on the device, in float32: networks may round, the sum of many steps may not."""
        return tensor.to(self.diffusion.device, torch.float32)

    def _noise(self, seeds: Sequence[int]) -> torch.Tensor:
        side = self.diffusion.unet.config.sample_size
        return self._placed(noise_for(seeds, (self.diffusion.unet.config.in_channels, side, side)))

    def _stages(self, latents: torch.Tensor, states: torch.Tensor, timesteps: list[int]) -> Iterator[Stage]:
        states = states.to(self.diffusion.device, self.diffusion.dtype)
        context = torch.cat([self.unconditional.expand_as(states), states])
        for timestep in timesteps:
            output = self._guided(latents, context, timestep)
            step = self.scheduler.step(output, timestep, latents, eta=0.0)
            yield Stage(timestep, latents, step.pred_original_sample, step.prev_sample)
            latents = step.prev_sample

    def _denoise(self, latents: torch.Tensor, states: torch.Tensor, timesteps: list[int]) -> torch.Tensor:
        for stage in self._stages(latents, states, timesteps):
            latents = stage.denoised
        if not torch.isfinite(latents).all():
            fix = "look for extreme values in the decoded features, or use float32"
            raise DataError("denoised latents", "finite numbers", "NaN or Inf", fix)
        return latents

    def _guided(self, latents: torch.Tensor, context: torch.Tensor, timestep: int) -> torch.Tensor:
        """Return the U-Net's guided output; its kind (noise, v) is the scheduler's affair."""
        unet, weight = self.diffusion.unet, self.sampling.guidance_scale
        rounded = latents.to(self.diffusion.dtype)
        if weight == 1:
            return unet(rounded, timestep, context[len(latents) :]).sample.float()
        both = unet(torch.cat([rounded, rounded]), timestep, context).sample.float()
        unconditional, conditional = both.chunk(2)
        return unconditional + weight * (conditional - unconditional)


def noised(
    latents: torch.Tensor, noise: torch.Tensor, timestep: int, alphas_cumprod: torch.Tensor
) -> torch.Tensor:
    """Return a draw of q(x_t | x_0) = N(sqrt(abar_t) x_0, (1 - abar_t) I).

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
