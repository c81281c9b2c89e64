"""A row of a score table: value, interval, permutation null, p; and bootstrap intervals of means."""

from dataclasses import dataclass

import numpy as np

from cortex2image.stats.crossed_intervals import Scores, crossed_interval
from cortex2image.stats.permutation import permutation_p


def bootstrap_means(values: np.ndarray, draws: int, rng: np.random.Generator) -> np.ndarray:
    """Resample stimuli with replacement; return the mean over subjects of each subject's mean over stimuli.

    A stimulus is resampled for all subjects who saw it together, since its difficulty is common to them.
    Stimuli are resampled within strata seen by the same subjects, so that each subject keeps its number of
    stimuli.

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
    """Return the central interval that contains the fraction `level` of the bootstrap draws."""
    low, high = np.quantile(draws, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


@dataclass(frozen=True)
class Summary:
    """Mean over `n` stimuli with its 95 % interval, permutation null and one-sided p."""

    n: int
    value: float
    ci_low: float
    ci_high: float
    null_mean: float
    null_sd: float
    p: float


def summarise(
    scores: Scores, nulls: np.ndarray, higher_is_better: bool, bounds: tuple[float, float] | None = None
) -> Summary:
    """Summarise one metric for one subject, or for several subjects pooled.

    Parameters
    ----------
    scores : Scores
        Means over samples. The value of the summary is the mean over subjects of each subject's score.
    nulls : (subjects, draws) array
        Permutation null of each subject's mean, which is averaged over subjects draw by draw.
    higher_is_better : bool
    bounds : (float, float), optional
        As in :func:`cortex2image.stats.crossed_intervals.crossed_interval`.
    """
    value, null = float(scores.values.mean()), nulls.mean(axis=0)
    low, high = crossed_interval(scores, bounds)
    return Summary(
        n=scores.searched.shape[1],
        value=value,
        ci_low=low,
        ci_high=high,
        null_mean=float(null.mean()),
        null_sd=float(null.std()),
        p=permutation_p(value, null, higher_is_better),
    )
