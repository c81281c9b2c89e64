"""The BOLD response to stimuli, with a different time to peak in every voxel."""

import numpy as np
from numpy.typing import NDArray
from scipy.stats import gamma

from cortex2image.simulation.design import STIMULUS_S

PEAK_S = 5.0
"""Time to peak of the canonical response to a brief event."""
PEAK_BINS_S = tuple(np.round(np.arange(4.2, 5.81, 0.2), 2).tolist())
_STEP_S = 0.05
_LENGTH_S = 32.0


def response(seconds: NDArray[np.float64], peak_s: float = PEAK_S) -> NDArray[np.float64]:
    """Return the response to one stimulus, scaled to a maximum of 1.

    The canonical difference of two gamma densities (peak at 5 s, undershoot at 15 s, ratio 6; Friston et al.
    1998), summed over the duration of the stimulus and stretched in time such that the response to a brief
    event peaks at `peak_s`.

    Parameters
    ----------
    seconds : array
        Times since stimulus onset; the response is 0 before onset.
    peak_s : float
    """
    grid = np.arange(0, _LENGTH_S + STIMULUS_S, _STEP_S)
    canonical = grid * PEAK_S / peak_s
    brief = gamma.pdf(canonical, 6) - gamma.pdf(canonical, 16) / 6
    summed = np.cumsum(brief)
    width = round(STIMULUS_S / _STEP_S)
    course = summed - np.concatenate([np.zeros(width), summed[:-width]])
    course_at: NDArray[np.float64] = np.interp(seconds, grid, course / course.max(), left=0.0, right=0.0)
    return course_at


def design_matrix(
    onsets: NDArray[np.float64], times: NDArray[np.float64], peak_s: float = PEAK_S
) -> NDArray[np.float64]:
    """Return the response to each trial at the times of the volumes, (volumes, trials)."""
    return response(times[:, None] - onsets[None, :], peak_s)


def draw_peaks(voxels: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Draw the time to peak of each voxel, (voxels,) in seconds, from :data:`PEAK_BINS_S`."""
    bins = np.array(PEAK_BINS_S)
    drawn = rng.normal(PEAK_S, 0.3, voxels)
    peaks: NDArray[np.float64] = bins[np.abs(drawn[:, None] - bins).argmin(axis=1)]
    return peaks


def bold_signal(
    amplitudes: NDArray[np.float64],
    onsets: NDArray[np.float64],
    times: NDArray[np.float64],
    peaks: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return the noise-free signal of a run, (volumes, voxels), in the unit of `amplitudes`.

    Parameters
    ----------
    amplitudes : (trials, voxels)
        Height of the response to each trial.
    onsets : (trials,) in seconds
    times : (volumes,) in seconds
        Time that each volume represents.
    peaks : (voxels,) in seconds
        Time to peak, from :func:`draw_peaks`.
    """
    signal = np.zeros((len(times), amplitudes.shape[1]))
    for peak in np.unique(peaks):
        voxels = peaks == peak
        signal[:, voxels] = design_matrix(onsets, times, peak) @ amplitudes[:, voxels]
    return signal
