"""How pictures are drawn in tests: as the default study draws them, where a test does not say otherwise."""

from typing import Literal

from cortex2image.diffusion.denoise import Sampling


def sampling(
    steps: int,
    strength: float,
    guidance_scale: float,
    noising: Literal["matched", "as_released"] = "matched",
    latent: Literal["mean", "sample"] = "mean",
    sampler: str = "ddim",
) -> Sampling:
    """Return the sampling of a test."""
    return Sampling(steps, strength, guidance_scale, noising, latent, sampler)
