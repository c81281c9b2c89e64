"""The forward process: noise added to a latent."""

import torch


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
