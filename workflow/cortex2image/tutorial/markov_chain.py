"""The forward process taken step by step; `forward.noised` is the same law in one step."""

from collections.abc import Sequence

import torch


def markov_chain(
    start: torch.Tensor, betas: torch.Tensor, timesteps: Sequence[int], generator: torch.Generator
) -> list[torch.Tensor]:
    """Return what one run of the chain has made of `start` at each of `timesteps`.

    x_t is a draw of q(x_t | x_{t-1}) = N(sqrt(1 - beta_t) x_{t-1}, beta_t I), with fresh noise at every step
    (Ho, Jain and Abbeel 2020, equation 2).

    Parameters
    ----------
    start : tensor
        x_0. Steps count from 0, as in diffusers: timestep 0 has seen one step.
    betas : tensor (training steps,)
        Variance of the noise that each step adds, in (0, 1).
    timesteps : ints in [0, training steps), ascending
    generator : torch.Generator

    Returns
    -------
    list of tensors like `start`, one per timestep
    """
    current, asked = start, []
    for timestep, beta in enumerate(betas[: max(timesteps) + 1]):
        noise = torch.randn(start.shape, generator=generator, dtype=start.dtype)
        current = (1 - beta).sqrt() * current + beta.sqrt() * noise
        if timestep in timesteps:
            asked.append(current)
    return asked
