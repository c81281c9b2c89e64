"""Explained variance as a share of what noise allows, with an interval."""

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

MINIMUM_CEILING = 0.05
"""Smallest noise ceiling that scores are divided by. The division multiplies the sampling error of r by up to
1 / sqrt(0.05) = 4.5; lower ceilings are mostly estimation error around 0, and r divided by them explodes."""
LEVEL = 0.95


@dataclass(frozen=True)
class NormalisedR2:
    """r |r| over the noise ceiling of v voxels, with the ends of its 95 % interval; (v,) arrays."""

    value: np.ndarray
    low: np.ndarray
    high: np.ndarray


def known_ceiling(noise_ceiling: np.ndarray) -> np.ndarray:
    """Return the ceilings worth dividing by, and NaN for others: unknown, or below the smallest."""
    return np.where(noise_ceiling >= MINIMUM_CEILING, noise_ceiling, np.nan)


def signed_square(r: np.ndarray) -> np.ndarray:
    """Return r |r|: silent voxels have the mean 0, which r^2 or negative r set to 0 would raise."""
    square: np.ndarray = r * np.abs(r)
    return square


def normalised_r2(
    r: np.ndarray, resampled: np.ndarray, noise_ceiling: np.ndarray, ceiling_sd: np.ndarray | None
) -> NormalisedR2:
    """Divide squared correlations by noise ceilings.

    The ceiling is a share of variance already, so r^2 is divided by it, not by its square, as NSD's noise
    ceilings are used (Allen et al. 2022, Nature Neuroscience 25:116; Gifford et al. 2023, The Algonauts
    Project 2023 Challenge, arXiv:2301.03198). Nothing is clipped: estimates scatter around the truth, and
    values above 1 and below 0 belong to it.

    Parameters
    ----------
    r : (v,) array
    resampled : (v, draws) array
        r in bootstrap resamples of test stimuli.
    noise_ceiling : (v,) array
        In units of r squared; NaN where unknown.
    ceiling_sd : (v,) array, optional
        Standard errors of the ceilings, NaN where unknown.

    Returns
    -------
    NormalisedR2
        NaN where the ceiling is unknown or below :data:`MINIMUM_CEILING`. The ends are NaN also where its
        standard error is unknown.

    Notes
    -----
    The interval is that of the delta method for a ratio of independent estimates, T = A / C with A = r |r|:
    T +- 1.96 sqrt(var A + T^2 var C) / C, var A from the resamples. A and C are not quite independent if the
    ceiling comes from the test trials themselves; high responses raise both, and the interval is then wide.
    """
    ceiling = known_ceiling(noise_ceiling)
    sd = np.full(len(r), np.nan) if ceiling_sd is None else ceiling_sd
    value = signed_square(r) / ceiling
    spread = signed_square(resampled).std(axis=1, ddof=1)
    half = ndtri((1 + LEVEL) / 2) * np.hypot(spread, value * sd) / ceiling
    return NormalisedR2(value, value - half, value + half)
