"""Haemodynamic responses to single trials, sampled at the volumes, in closed form."""

from dataclasses import dataclass, replace

import numpy as np
from scipy.special import gammainc

TIME_STEP, DISPERSION_STEP = 0.1, 0.01  # s; the finite differences SPM takes
SHORTEST_DURATION = 1e-3  # s; an impulse, since every response is divided by its own peak
PEAK_GRID = 0.02  # s


@dataclass(frozen=True)
class DoubleGamma:
    """A haemodynamic response function: a gamma density minus `ratio` times a later gamma density.

    Delays and dispersions are in seconds; the shape of a density is its delay divided by its dispersion.
    """

    delay: float
    undershoot: float
    dispersion: float
    undershoot_dispersion: float
    ratio: float

    def integral(self, time: np.ndarray) -> np.ndarray:
        """Return the integral of the response from 0 to `time` (s); 0 before the onset."""
        time = np.maximum(time, 0)
        peak = gammainc(self.delay / self.dispersion, time / self.dispersion)
        undershoot = gammainc(self.undershoot / self.undershoot_dispersion, time / self.undershoot_dispersion)
        integral: np.ndarray = peak - self.ratio * undershoot
        return integral

    def boxcar(self, time: np.ndarray, duration: np.ndarray) -> np.ndarray:
        """Return the response at `time` (s) to a boxcar of `duration` s that starts at 0."""
        response: np.ndarray = self.integral(time) - self.integral(time - duration)
        return response

    def peak(self, duration: float) -> float:
        """Return the largest value of :meth:`boxcar` for one duration (s)."""
        grid = np.arange(0, duration + self.undershoot + PEAK_GRID, PEAK_GRID)
        return float(self.boxcar(grid, np.asarray(duration)).max())


SHAPES = {
    "spm": DoubleGamma(6.0, 16.0, 1.0, 1.0, 1 / 6),
    "glover": DoubleGamma(6.0, 12.0, 0.9, 0.9, 0.48),
}
DERIVATIVES = ("none", "time", "time_dispersion")


def trial_regressors(
    frame_times: np.ndarray, onsets: np.ndarray, durations: np.ndarray, hrf: str, derivatives: str = "none"
) -> np.ndarray:
    """Return the predicted response of every trial, alone, at every volume.

    The convolution of the trial's boxcar with the response function is exact, a difference of incomplete
    gamma functions; onsets are not rounded to an oversampled grid.

    Parameters
    ----------
    frame_times : (volumes,) array
        Time of each volume in seconds from the first volume of the run.
    onsets, durations : (trials,) arrays
        In seconds. A duration of 0 is an impulse.
    hrf : a key of :data:`SHAPES`
        ``spm``: SPM's canonical double gamma; ``glover``: that of Glover (1999) as nilearn parametrises it.
    derivatives : one of :data:`DERIVATIVES`
        Derivatives to add: with respect to time, and to the dispersion of the peak.

    Returns
    -------
    (trials, functions, volumes) float64 array
        Function 0 is the canonical response divided by its peak for the trial's duration: its weight is the
        height of the response to an isolated trial. Derivatives are divided by the same peak and not made
        orthogonal to function 0, so that its weight keeps this meaning.
    """
    shape = SHAPES[hrf]
    length = np.maximum(np.asarray(durations, np.float64), SHORTEST_DURATION)[:, None]
    time = np.asarray(frame_times, np.float64)[None, :] - np.asarray(onsets, np.float64)[:, None]
    canonical = shape.boxcar(time, length)
    functions = [canonical]
    if "time" in derivatives:
        functions.append((canonical - shape.boxcar(time - TIME_STEP, length)) / TIME_STEP)
    if "dispersion" in derivatives:
        wider = replace(shape, dispersion=shape.dispersion + DISPERSION_STEP)
        functions.append((canonical - wider.boxcar(time, length)) / DISPERSION_STEP)
    peaks = {duration: shape.peak(duration) for duration in np.unique(length)}
    scale = np.array([peaks[duration] for duration in length[:, 0]])
    regressors: np.ndarray = np.stack(functions, axis=1) / scale[:, None, None]
    return regressors
