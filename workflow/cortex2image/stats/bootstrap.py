"""Bootstrap intervals over stimuli."""

import numpy as np


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
