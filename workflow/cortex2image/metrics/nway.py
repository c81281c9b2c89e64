"""n-way identification: the exact expectation over random rivals, also without each stimulus in turn."""

import numpy as np
from scipy.stats import rankdata

from cortex2image.metrics.ties import TIE_DECIMALS


def chances(rivals: int, drawn: int) -> np.ndarray:
    """Return the probability that all of some rivals drawn at random are among a given number of them.

    Parameters
    ----------
    rivals : int
        Rivals that there are.
    drawn : int, at most `rivals`
        Rivals that are drawn without replacement.

    Returns
    -------
    (rivals + 1,) float64 array
        Entry k: C(k, drawn) / C(rivals, drawn), for k given rivals.
    """
    given = np.arange(rivals, drawn, -1)
    found = np.zeros(rivals + 1)
    # C(k - 1, d) / C(k, d) = (k - d) / k; the binomial coefficients themselves would overflow.
    found[drawn:] = np.concatenate([[1.0], np.cumprod((given - drawn) / given)])[::-1]
    return found


def shared_credit(below: np.ndarray, tied: np.ndarray, chance: np.ndarray) -> np.ndarray:
    """Return the probability to be the best among drawn rivals, with ties broken at random.

    A candidate that ties with t rivals is above any number of them from 0 to t with the same probability.

    Parameters
    ----------
    below, tied : int arrays of one shape
        Rivals that are less similar, and as similar.
    chance : array of :func:`chances`
    """
    total = np.concatenate([[0.0], np.cumsum(chance)])
    credit: np.ndarray = (total[below + tied + 1] - total[below]) / (tied + 1)
    return credit


def n_way(similarity: np.ndarray, way: int | None) -> np.ndarray:
    """n-way identification of what is searched for among the candidates, for any pairing.

    Parameters
    ----------
    similarity : (n, n) array
        Entry (i, j): similarity of the candidate i and what is searched for j.
    way : int or None
        Candidates in a trial, the own one included: from 2, which is two-way identification, to n; None for
        n, which is top-1 retrieval from all.

    Returns
    -------
    (n, n) float64 array in [0, 1]
        Entry (i, j): probability that candidate i is more similar to j than each of ``way - 1`` others drawn
        at random without replacement; candidates that tie share the credit. The diagonal is the score, the
        rest is what a permuted pairing would score.
    """
    rounded = np.round(similarity, TIE_DECIMALS)
    below = rankdata(rounded, method="min", axis=0).astype(np.intp) - 1
    tied = rankdata(rounded, method="max", axis=0).astype(np.intp) - 1 - below
    rivals = len(similarity) - 1
    return shared_credit(below, tied, chances(rivals, (way or len(similarity)) - 1))


def n_way_left_out(similarity: np.ndarray, way: int | None) -> np.ndarray:
    """Return the scores of n-way identification without each stimulus in turn.

    Parameters are those of :func:`n_way`; where there are no more than `way` candidates, they are one fewer.

    Returns
    -------
    (n, n) float64 array in [0, 1]
        Entry (k, j): the score of j, on the diagonal of :func:`n_way`, without row and column k; NaN for k.
    """
    n = len(similarity)
    rounded = np.round(similarity, TIE_DECIMALS)
    own = np.diagonal(rounded)
    less, equal = rounded < own, rounded == own
    np.fill_diagonal(equal, False)
    below, tied = less.sum(axis=0), equal.sum(axis=0)
    chance = chances(n - 2, min(way or n, n - 1) - 1)

    def score(below: np.ndarray, tied: np.ndarray) -> np.ndarray:
        below = np.clip(below, 0, n - 2)  # beyond that are only pairs that are not there
        return shared_credit(below, np.clip(tied, 0, n - 2 - below), chance)

    # What j scores without a rival that was below it, tied with it, or above it.
    tie_or_above = np.where(equal, score(below, tied - 1), score(below, tied))
    without = np.where(less, score(below - 1, tied), tie_or_above)
    np.fill_diagonal(without, np.nan)
    return without
