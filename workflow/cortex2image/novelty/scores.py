"""Scores as a function of how near test stimuli are to training stimuli.

If a decoder recalls training pictures instead of decoding what was seen, it scores where test stimuli have a
near training stimulus, and fails where they have none. So test stimuli are parted into thirds by the
similarity to the nearest training stimulus, and Spearman's rho of score and similarity says how steep the
fall is.

Intervals of rho are those of the jackknife over stimuli, for all subjects that over subjects too, on Fisher's
z scale (:mod:`cortex2image.stats.crossed_intervals`). Ranks are not drawn anew when a stimulus is left out.
"""

from dataclasses import dataclass

import numpy as np
from scipy.stats import rankdata

from cortex2image.metrics.ties import TIE_DECIMALS
from cortex2image.stats.crossed_intervals import Scores, crossed_interval
from cortex2image.stats.permutation import TOLERANCE

PARTS = ("near", "middle", "far")


def thirds(similarity: np.ndarray) -> np.ndarray:
    """Return the third of each stimulus, (s, n) int: 0 for near, 1 for middle, 2 for far; -1 where not seen.

    Parameters
    ----------
    similarity : (s, n) array
        To the nearest training stimulus of each of s subjects; NaN where the subject did not see it. Of equal
        ones the first comes first.
    """
    part = np.full(similarity.shape, -1)
    for row, values in zip(part, similarity, strict=True):
        seen = np.flatnonzero(np.isfinite(values))
        order = seen[np.argsort(-values[seen], kind="stable")]
        for number, members in enumerate(np.array_split(order, len(PARTS))):
            row[members] = number
    return part


def score_of_thirds(
    values: np.ndarray, part: np.ndarray, bounds: tuple[float, float] | None
) -> dict[str, float]:
    """Return mean score of each third with its interval; NaN where a subject has fewer than three stimuli.

    Of an identification the stimuli of the other thirds remain rivals, whose choice the interval takes as
    given.

    Parameters
    ----------
    values : (s, n) array
        NaN where a subject has no score.
    part : (s, n) array from :func:`thirds`
    bounds : smallest and largest possible score, or None
    """
    found: dict[str, float] = {}
    for number, name in enumerate(PARTS):
        chosen = np.where(part == number, values, np.nan)
        seen = chosen[:, np.isfinite(chosen).any(axis=0)]
        few = np.isfinite(chosen).sum(axis=1).min() < 3
        scores = Scores(seen)
        low, high = (np.nan, np.nan) if few else crossed_interval(scores, bounds)
        found |= {
            name: np.nan if few else float(scores.values.mean()),
            f"{name}_low": low,
            f"{name}_high": high,
        }
    return found


@dataclass(frozen=True)
class Ranked:
    """Centred ranks of n stimuli of a subject in k series, (k, n); 0 throughout in a constant series."""

    ranks: np.ndarray

    @classmethod
    def of(cls, values: np.ndarray) -> "Ranked":
        """Rank (k, n) values; ones that are equal but for rounding share their mean rank."""
        ranks = rankdata(np.round(values, TIE_DECIMALS), axis=1)
        return cls(ranks - ranks.mean(axis=1, keepdims=True))

    @property
    def squares(self) -> np.ndarray:
        """Return the sums of squares, (k,)."""
        squares: np.ndarray = (self.ranks**2).sum(axis=1)
        return squares


def rho(scores: Ranked, similarity: Ranked) -> np.ndarray:
    """Return Spearman's rho (k,) of k series of scores with one of similarity; NaN where one is constant."""
    return _ratio(scores.ranks @ similarity.ranks[0], scores.squares, similarity.squares[0])


def rho_without(scores: Ranked, similarity: Ranked) -> np.ndarray:
    """Return rho without each stimulus, (k, n), of the ranks of the others; NaN where one is constant."""
    x, y = scores.ranks, similarity.ranks[0]
    n = len(y)
    more = n / (n - 1)
    product = (x @ y)[:, None] - more * x * y
    return _ratio(product, scores.squares[:, None] - more * x**2, similarity.squares[0] - more * y**2)


def rho_permuted(scores: Ranked, similarity: Ranked, order: np.ndarray) -> np.ndarray:
    """Return rho (draws, k) under (draws, n) permutations of the stimuli."""
    product = similarity.ranks[0][order] @ scores.ranks.T
    return _ratio(product, scores.squares, similarity.squares[0])


def _ratio(product: np.ndarray, one: np.ndarray, other: np.ndarray | float) -> np.ndarray:
    scale = np.sqrt(np.maximum(one * other, 0.0))
    known = scale > 1e-9
    ratio: np.ndarray = np.where(known, product / np.where(known, scale, 1.0), np.nan)
    ratio.clip(-1.0, 1.0, out=ratio)
    return ratio


@dataclass(frozen=True)
class Association:
    """Rho of k series over s subjects, with 95 % interval and two-sided permutation p, (k,) arrays."""

    rho: np.ndarray
    low: np.ndarray
    high: np.ndarray
    p: np.ndarray


def associate(rhos: np.ndarray, without: np.ndarray, seen: np.ndarray, permuted: np.ndarray) -> Association:
    """Summarise rho over subjects.

    Parameters
    ----------
    rhos : (s, k) array
    without : (s, k, n) array
        Without each of the n stimuli; NaN where there is no rho, and where the subject did not see it.
    seen : (s, n) array of bool
        Which stimuli each subject saw.
    permuted : (s, draws, k) array
        The same draws for all subjects, whose mean is taken draw by draw.

    Returns
    -------
    Association; NaN where a subject has no rho. Rho has no interval where a single stimulus makes it: without
    that one all scores are the same.
    """
    mean, null = rhos.mean(axis=0), permuted.mean(axis=0)
    reached = (np.abs(null) >= np.abs(mean) - TOLERANCE).sum(axis=0)
    p = np.where(np.isfinite(mean), (1 + reached) / (1 + len(null)), np.nan)
    ends = [_interval(rhos[:, number], without[:, number], seen) for number in range(rhos.shape[1])]
    low, high = np.array(ends).reshape(-1, 2).T
    return Association(mean, low, high, p)


def _interval(rhos: np.ndarray, without: np.ndarray, seen: np.ndarray) -> tuple[float, float]:
    """Return the interval of the mean of (s,) rho, given those without each stimulus that was seen, (s, n).

    The pseudo-values rho + (n - 1) (mean of rho without one - rho without this) have rho as their mean, and
    the jackknife variance as the variance of it.
    """
    if not np.isfinite(rhos).all() or not np.isfinite(without[seen]).all():
        return np.nan, np.nan
    counts = seen.sum(axis=1, keepdims=True)
    apart = np.nanmean(without, axis=1, keepdims=True) - without
    return crossed_interval(Scores(rhos[:, None] + (counts - 1) * apart), (-1.0, 1.0))
