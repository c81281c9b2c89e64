"""Intervals of scores over stimuli, and over subjects and stimuli, in closed form.

The standard error is that of the jackknife, which leaves out a stimulus for all subjects who saw it (Efron
and Stein 1981, Annals of Statistics 9:586). For a mean it is the usual one. Two-way identification is no mean
over stimuli: each is searched for once, and is a rival of all others. Leaving it out takes both away; an
interval of the values alone covers its target too rarely where atypical pictures decode best, and too often
where some pictures are everybody's rival. Other identifications bring what leaving a stimulus out changes in
the same form, see :func:`cortex2image.metrics.scored.as_rivals`.

Over subjects, the variance between them is added to that over stimuli: a sum that is not too small for
crossed samples (Owen 2007, Annals of Applied Statistics 1:386), so that such intervals are rather too wide.
The interval is Student's, with the degrees of freedom of Satterthwaite (1946, Biometrics Bulletin 2:110);
scores between two bounds are taken to the logit scale.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import stdtrit

LEVEL = 0.95
FEWEST = 3
"""Number of stimuli below which a subject has no interval."""
Parts = list[tuple[float, float]]
"""Estimates that add up to a variance, each with its degrees of freedom."""


@dataclass(frozen=True)
class Influence:
    """A statistic of s subjects, and by how much each of n stimuli moves it.

    Attributes
    ----------
    values : (s,) array
        The statistic of each subject.
    change : (s, n) array
        By how much it changes when the stimulus is left out; NaN where the subject did not see it.
    """

    values: np.ndarray
    change: np.ndarray

    def __sub__(self, other: "Influence") -> "Influence":
        return Influence(self.values - other.values, self.change - other.change)

    @property
    def value(self) -> float:
        """Return the mean over subjects."""
        return float(self.values.mean())

    @property
    def counts(self) -> np.ndarray:
        """Return the number of stimuli of each subject, (s,)."""
        counts: np.ndarray = np.isfinite(self.change).sum(axis=1)
        return counts

    @property
    def moves(self) -> np.ndarray:
        """Return by how much the mean over subjects changes when a stimulus is left out for all, (n,)."""
        moves: np.ndarray = np.nan_to_num(self.change).mean(axis=0)
        return moves

    def over_stimuli(self) -> float:
        """Return the jackknife variance over stimuli of the mean over subjects."""
        return jackknife_variance(self.moves, np.isfinite(self.change))

    def parts(self) -> Parts:
        """Return the variance of the mean over subjects: over stimuli, and between subjects."""
        parts: Parts = [(self.over_stimuli(), int(self.counts.min()) - 1)]
        if len(self.values) > 1:
            parts.append((float(self.values.var(ddof=1)) / len(self.values), len(self.values) - 1))
        return parts


def jackknife_variance(moves: np.ndarray, seen: np.ndarray) -> float:
    """Return the variance over stimuli of a statistic, by sets of stimuli seen by the same subjects.

    Parameters
    ----------
    moves : (n,) array
        By how much the statistic changes when a stimulus is left out.
    seen : (s, n) bool array
        Which subject saw which stimulus.
    """
    # np.unique takes longer than all the rest, and most studies show all stimuli to all subjects.
    strata = np.zeros(len(moves)) if seen.all() else np.unique(seen, axis=1, return_inverse=True)[1].ravel()
    variance = 0.0
    for stratum in np.unique(strata):
        some = moves[strata == stratum]
        m = len(some)
        variance += (m - 1) / m * float(((some - some.mean()) ** 2).sum()) if m > 1 else float(some[0] ** 2)
    return variance


@dataclass(frozen=True)
class Scores:
    """Scores of s subjects and n stimuli; NaN where a subject has no score of a stimulus.

    Attributes
    ----------
    searched : (s, n) array
        Score of each stimulus.
    rival : (s, n) array or None
        Of an identification: mean credit that the other stimuli get against this one, or what stands in its
        place. None for a mean.
    """

    searched: np.ndarray
    rival: np.ndarray | None = None

    @property
    def counts(self) -> np.ndarray:
        """Return the number of stimuli of each subject, (s,)."""
        counts: np.ndarray = np.isfinite(self.searched).sum(axis=1)
        return counts

    @property
    def values(self) -> np.ndarray:
        """Return the score of each subject, (s,)."""
        values: np.ndarray = np.nanmean(self.searched, axis=1)
        return values

    def influence(self) -> Influence:
        """Return the scores with the influence of every stimulus."""
        return Influence(self.values, self.left_out())

    def left_out(self) -> np.ndarray:
        """Return by how much the score of each subject changes when a stimulus is left out, (s, n)."""
        n, values = self.counts[:, None], self.values[:, None]
        change: np.ndarray = (values - self.searched) / (n - 1)
        if self.rival is not None:
            # Of n (n - 1) pairs, 2 (n - 1) have the stimulus in them.
            change = (2 * values - self.searched - self.rival) / (n - 2)
        return change


def crossed_interval(scores: Scores, bounds: tuple[float, float] | None = None) -> tuple[float, float]:
    """Return the 95 % interval of the mean over subjects of their scores.

    Parameters
    ----------
    scores : Scores
        With one subject, the interval is over stimuli; with several, over subjects and stimuli.
    bounds : (float, float), optional
        Smallest and largest possible score, which the interval does not leave; it has a width there too.

    Returns
    -------
    low, high : float
        NaN if a subject has fewer than three stimuli.
    """
    fewest = int(scores.counts.min())
    if fewest < FEWEST:
        return float("nan"), float("nan")
    influence = scores.influence()
    if bounds is None:
        return student_interval(influence.value, influence.parts())
    return bounded_interval(bounds, influence.value, influence.parts(), fewest)


def nearness(share: float, n: int) -> float:
    """Return how near a score in [0, 1] over n stimuli is to a bound, as far as intervals are concerned.

    It is 1 within half a stimulus, 0.5 / n, of a bound and 0 from a whole one on. In between it changes
    evenly, so that scores that hardly differ have intervals that hardly differ.
    """
    return min(max(2 - 2 * n * min(share, 1 - share), 0.0), 1.0)


def least_variance(share: float, n: int) -> float:
    """Return the least variance over n stimuli of a score in [0, 1].

    Near a bound its root is half a stimulus: that all succeeded does not say that none can fail.
    """
    return (nearness(share, n) * 0.5 / n) ** 2


def bounded_interval(bounds: tuple[float, float], value: float, parts: Parts, n: int) -> tuple[float, float]:
    """Return the interval on the logit scale of the share of the way from one bound to the other.

    Parameters
    ----------
    bounds : (float, float)
        Smallest and largest possible value.
    value : float
    parts : variances of the value, that over stimuli first
    n : int
        Number of stimuli.

    Notes
    -----
    A score within half a stimulus, 0.5 / n, of a bound is taken there, with :func:`least_variance`, and its
    interval ends at the bound: for a perfect score it begins about where that of Clopper and Pearson (1934)
    for n of n begins. Of scores up to a whole stimulus away, the interval changes evenly into the usual one.
    """
    low, width, half = bounds[0], bounds[1] - bounds[0], 0.5 / n
    exact = (value - low) / width
    share, near = min(max(exact, half), 1 - half), nearness(exact, n)
    (stimuli, freedom), *others = [(variance / width**2, df) for variance, df in parts]
    stimuli = max(stimuli, least_variance(exact, n))
    slope = 1 / (share * (1 - share))
    scaled: Parts = [(v * slope**2, df) for v, df in [(stimuli, freedom), *others]]
    ends = student_interval(float(np.log(share / (1 - share))), scaled)
    first, last = (float(1 / (1 + np.exp(-end))) for end in ends)
    first, last = (first * (1 - near), last) if exact < 0.5 else (first, last + near * (1 - last))
    # Without any variance, rounding of the logit would lift an end over the value.
    return min(low + width * first, value), max(low + width * last, value)


def student_interval(value: float, parts: Parts) -> tuple[float, float]:
    """Return the interval of a value whose variance is the sum of `parts`; without any, no width."""
    total = sum(variance for variance, _ in parts)
    if total == 0:
        return value, value
    freedom = total**2 / sum(variance**2 / df for variance, df in parts)
    half = float(stdtrit(freedom, (1 + LEVEL) / 2)) * total**0.5
    return value - half, value + half
