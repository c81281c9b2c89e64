"""One line of a score table: value, interval, null, p."""

from dataclasses import dataclass

import numpy as np

from cortex2image.stats.bootstrap import bootstrap_means, percentile_interval
from cortex2image.stats.permutation import permutation_p


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
