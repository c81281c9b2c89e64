"""How much of a picture the forward process leaves at each timestep."""

from collections.abc import Sequence

import numpy as np
from matplotlib import rc_context
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from cortex2image.plots.style import NULL_COLOUR, PALETTE, SETTINGS


def schedule_curves(alphas_cumprod: ArrayLike, visited: Sequence[int]) -> Figure:
    """Draw the weights of signal and noise, and their ratio, against the timestep.

    Parameters
    ----------
    alphas_cumprod : (training steps,) array
        abar, in (0, 1).
    visited : ints
        Timesteps that the sampler visits, marked on the ratio.
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
