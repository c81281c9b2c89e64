"""Bootstrap intervals over stimuli.

One line of a score table: value, interval, null, p.
"""

from dataclasses import dataclass

import numpy as np

from cortex2image.stats.permutation import permutation_p


def bootstrap_means(values: np.ndarray, draws: int, rng: np.random.Generator) -> np.ndarray:
    """Resample stimuli with replacement and take the mean over subjects of their means over stimuli.

    A resampled stimulus is resampled for every subject who saw it, since subjects share its difficulty.
    Stimuli are drawn within strata of those seen by the same subjects, so that each subject keeps its number.

    Parameters
    ----------
    values : (subjects, stimuli) array
        NaN where a subject has no value for a stimulus; every subject has at least one.
    draws : int
    rng : Generator

    Returns
    -------
    (draws,) float64 array
    """
    seen = np.isfinite(values)
    counts = seen.sum(axis=1)
    _, strata = np.unique(seen, axis=1, return_inverse=True)
    means = np.zeros(draws)
    for stratum in np.unique(strata):
        members = np.flatnonzero(strata == stratum)
        drawn = rng.choice(members, size=(draws, len(members)))
        for subject in np.flatnonzero(seen[:, members[0]]):
            means += values[subject, drawn].sum(axis=1) / counts[subject] / len(values)
    return means


def percentile_interval(draws: np.ndarray, level: float = 0.95) -> tuple[float, float]:
    """Return the central percentile interval that holds `level` of the bootstrap draws."""
    low, high = np.quantile(draws, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


@dataclass(frozen=True)
class Summary:
    """A mean over stimuli with its 95 % interval, its null and its one-sided p; `n` stimuli."""

    n: int
    value: float
    ci_low: float
    ci_high: float
    null_mean: float
    null_sd: float
    p: float


def summarise(
    values: np.ndarray, nulls: np.ndarray, higher_is_better: bool, bootstraps: int, rng: np.random.Generator
) -> Summary:
    """Summarise one metric of one subject, or of several pooled.

    Parameters
    ----------
    values : (subjects, stimuli) array
        Mean over samples; NaN where a subject has no value for a stimulus. The summary's value is the mean
        over subjects of their means over stimuli.
    nulls : (subjects, draws) array
        Permutation null of each subject's mean; averaged over subjects draw by draw.
    higher_is_better : bool
    bootstraps : int
        Draws of the interval.
    rng : Generator
        For the bootstrap.
    """
    value = float(np.nanmean(values, axis=1).mean())
    null = nulls.mean(axis=0)
    low, high = percentile_interval(bootstrap_means(values, bootstraps, rng))
    return Summary(
        n=values.shape[1],
        value=value,
        ci_low=low,
        ci_high=high,
        null_mean=float(null.mean()),
        null_sd=float(null.std()),
        p=permutation_p(value, null, higher_is_better),
    )
