"""The forward process: its Markov chain step by step, its closed form, and its noise schedule."""

from collections.abc import Sequence

import numpy as np
import torch
from matplotlib import rc_context
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from cortex2image.diffusion.denoise import noised
from cortex2image.networks.codec import noise_for
from cortex2image.plots.gallery import TileRow
from cortex2image.plots.style import NULL_COLOUR, PALETTE, SETTINGS
from cortex2image.seeds import seed_for
from cortex2image.tutorial.lesson import Lesson, Pictures


def markov_chain(
    start: torch.Tensor, betas: torch.Tensor, timesteps: Sequence[int], generator: torch.Generator
) -> list[torch.Tensor]:
    """Return the states of one run of the Markov chain at `timesteps`.

    x_t is drawn from q(x_t | x_{t-1}) = N(sqrt(1 - beta_t) x_{t-1}, beta_t I), with new noise at every step
    (Ho, Jain and Abbeel 2020, equation 2). :func:`cortex2image.diffusion.denoise.noised` draws from the same
    distribution in one step.

    Parameters
    ----------
    start : tensor
        x_0, the state before the first step. Timesteps count from 0, as in diffusers: at timestep 0, one step
        has been taken.
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


def noising_rows(
    lesson: Lesson, name: str, picture: Pictures, timesteps: Sequence[int]
) -> tuple[TileRow, TileRow]:
    """Return one row of `picture` noised by the Markov chain and one row noised by the closed form."""
    scheduler = lesson.diffusion.scheduler
    start, centre, deviation = standardised(picture)
    generator = torch.Generator().manual_seed(seed_for(lesson.seed, "lesson", "chain", name))
    chain = markov_chain(start, scheduler.betas, timesteps, generator)
    noises = noise_for(lesson.seeds(len(timesteps), name), tuple(start.shape))
    jumps = [noised(start, noises[i], t, scheduler.alphas_cumprod) for i, t in enumerate(timesteps)]

    def shown(draws: Sequence[torch.Tensor]) -> list[Pictures]:
        return [(draw * deviation + centre).round().clamp(0, 255).byte().numpy() for draw in draws]

    return TileRow(f"{name}, step by step", shown(chain)), TileRow(f"{name}, in one step", shown(jumps))


def standardised(picture: Pictures) -> tuple[torch.Tensor, float, float]:
    """Return `picture` scaled to mean 0 and deviation 1, as latents have, and its own mean and deviation."""
    values = torch.from_numpy(np.ascontiguousarray(picture)).float()
    centre, deviation = float(values.mean()), float(values.std())
    return (values - centre) / deviation, centre, deviation


def schedule_curves(alphas_cumprod: ArrayLike, visited: Sequence[int]) -> Figure:
    """Draw the weights of signal and noise, and their ratio, against the timestep.

    Parameters
    ----------
    alphas_cumprod : (training steps,) array
        Cumulative product of 1 - beta, in (0, 1).
    visited : ints
        Timesteps that the sampler visits; they are marked on the ratio.
    """
    kept = np.asarray(alphas_cumprod, dtype=float)
    decibels = 10 * np.log10(kept / (1 - kept))
    with rc_context(SETTINGS):
        figure = Figure(figsize=(6.2, 2.3), layout="constrained")
        weights, ratio = figure.subplots(1, 2)
    weights.plot(np.sqrt(kept), color=PALETTE[0], label=r"signal $\sqrt{\bar\alpha_t}$")
    weights.plot(np.sqrt(1 - kept), color=PALETTE[5], linestyle="--", label=r"noise $\sqrt{1-\bar\alpha_t}$")
    weights.set(xlabel="timestep t", ylabel="weight", ylim=(0, 1.02))
    weights.legend(frameon=False, fontsize=8)
    ratio.axhline(0, color=NULL_COLOUR, linewidth=0.6)
    ratio.plot(decibels, color=PALETTE[2])
    ratio.plot(visited, decibels[list(visited)], "o", color=PALETTE[2], markersize=3.5)
    ratio.set(xlabel="timestep t", ylabel="signal to noise (dB)")
    return figure
