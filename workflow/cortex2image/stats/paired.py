"""Paired comparison of two methods that were scored by the same stimuli.

The standard error of a difference is that of the jackknife: a stimulus is left out for both methods and, if
scores are identifications, as a rival too. What makes a stimulus easy or hard for both cancels.

Of several subjects, the subjects are the unit: the variance is that of the mean over subjects of their
differences, plus the covariance that subjects have because they saw the same stimuli, so that the difference
holds for other people and for other stimuli (the analysis of crossed random effects, Clark 1973, Journal of
Verbal Learning and Verbal Behavior 12:335, with the degrees of freedom of Satterthwaite 1946). If subjects
share no stimulus, it is the paired t-test over subjects.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import stdtr, stdtrit

from cortex2image.stats.crossed_intervals import LEVEL, Influence, Scores, least_variance

# Differences and standard errors below this are rounding, not evidence.
TOLERANCE = 1e-9


@dataclass(frozen=True)
class Comparison:
    """Difference of the scores of two methods, first less second, over `n` stimuli.

    Attributes
    ----------
    n : int
    difference, ci_low, ci_high : float
        The mean over subjects and its 95 % interval, in the units of the score.
    p : float
        Two-sided, of no difference.
    standardised : float or None
        Mean over subjects of difference / standard deviation over stimuli of the differences (Cohen's d_z);
        None if the differences of a subject are all the same.
    """

    n: int
    difference: float
    ci_low: float
    ci_high: float
    p: float
    standardised: float | None


def compare(first: Scores, second: Scores, bounds: tuple[float, float] | None = None) -> Comparison:
    """Compare two methods by the same stimuli.

    Parameters
    ----------
    first, second : Scores
        Of the same s subjects and n stimuli, three at least per subject.
    bounds : (float, float), optional
        Smallest and largest possible score. Near one of them the variance is at least that of
        :func:`~cortex2image.stats.crossed_intervals.least_variance`: all methods that are perfect are not
        known to be equal.

    Raises
    ------
    ValueError
        The methods were not scored by the same stimuli.
    """
    if not np.array_equal(np.isfinite(first.searched), np.isfinite(second.searched)):
        raise ValueError("methods can be compared by the same stimuli alone")
    difference = first.influence() - second.influence()
    variance, freedom = crossed_variance(difference)
    if bounds:
        variance = max(variance, _least_variance(first, second, bounds))
    low, high, p = _student(difference.value, variance, freedom)
    return Comparison(first.searched.shape[1], difference.value, low, high, p, standardised(first, second))


def crossed_variance(difference: Influence) -> tuple[float, float]:
    """Return the variance of a mean over subjects who saw stimuli in common, and its degrees of freedom.

    With W the mean over subjects of the variance over stimuli of each alone, and B that of their mean, the
    part of B that is not shared is E = (W - B) / (s - 1), and the shared one is B - E.
    """
    stimuli, n = difference.over_stimuli(), int(difference.counts.min())
    s = len(difference.values)
    if s == 1:
        return stimuli, n - 1
    alone = [
        Influence(difference.values[[i]], difference.change[[i]][:, np.isfinite(difference.change[i])])
        for i in range(s)
    ]
    own = max(float(np.mean([one.over_stimuli() for one in alone])) - stimuli, 0.0) / (s - 1)
    people, shared = float(difference.values.var(ddof=1)) / s, max(stimuli - own, 0.0)
    if shared == 0:
        return people, s - 1
    total = people + shared
    spread = people**2 / (s - 1) + stimuli**2 / (n - 1) + own**2 / ((s - 1) * (n - 1))
    return total, max(total**2 / spread, min(s, n) - 1)


def standardised(first: Scores, second: Scores) -> float | None:
    """Return the mean over subjects of Cohen's d_z, see :class:`Comparison`."""
    differences = first.searched - second.searched
    spread = np.nanstd(differences, axis=1, ddof=1)
    if (spread <= TOLERANCE).any():
        return None
    return float((np.nanmean(differences, axis=1) / spread).mean())


def _least_variance(first: Scores, second: Scores, bounds: tuple[float, float]) -> float:
    low, width, n = bounds[0], bounds[1] - bounds[0], int(first.counts.min())
    shares = [(float(one.values.mean()) - low) / width for one in (first, second)]
    return width**2 * max(least_variance(share, n) for share in shares)


def _student(value: float, variance: float, freedom: float) -> tuple[float, float, float]:
    """Return interval and two-sided p of a value; of one without a standard error, the value and 0 or 1."""
    error = variance**0.5
    if error <= TOLERANCE:
        return value, value, float(abs(value) <= TOLERANCE)
    half = float(stdtrit(freedom, (1 + LEVEL) / 2)) * error
    return value - half, value + half, float(2 * stdtr(freedom, -abs(value) / error))
