"""Cluster identification: is the group whose stimuli a reconstruction resembles most that of its stimulus?

The candidates are the mean features of each group, without the stimulus itself. Features are standardised
over units before the mean, so that inner products of originals and reconstructions are correlations, and the
correlation with a mean follows from them: with u_k the features of original k at mean 0 and length 1, and v
those of a reconstruction, r(sum_k u_k, v) = sum_k r(u_k, v) / |sum_k u_k|.
"""

from collections.abc import Collection

import numpy as np

from cortex2image.metrics.identification import EachSample
from cortex2image.metrics.identification_rules import Rule
from cortex2image.metrics.scored import Scored, as_rivals, score_pairings, spread
from cortex2image.metrics.ties import TIE_DECIMALS
from cortex2image.metrics.within_groups import with_company


class ClusterMeans:
    """Correlations of reconstructions with the mean features of groups of originals.

    Parameters
    ----------
    among : (n, n) array
        Correlations of the originals with each other.
    similarity : (n, n) array
        Entry (i, j): correlation of original i and reconstruction j.
    groups : (n,) int array in [0, k)
        At least two originals have each label.
    """

    def __init__(self, among: np.ndarray, similarity: np.ndarray, groups: np.ndarray):
        self._among, self._similarity, self._groups = among, similarity, groups
        member = np.equal.outer(np.arange(groups.max() + 1), groups).astype(float)
        self._sums, self._inside = member @ similarity, member @ among
        self._squares = np.einsum("kn,kn->k", self._inside, member)

    @property
    def whole(self) -> np.ndarray:
        """Return the correlation of each reconstruction with the mean of each group, (k, n)."""
        return _correlation(self._sums, self._squares[:, None])

    @property
    def without(self) -> np.ndarray:
        """Return the correlation of each reconstruction j with group i's mean without original i, (n, n)."""
        g, own = self._groups, np.arange(len(self._groups))
        squares = self._squares[g] - 2 * self._inside[g, own] + np.diagonal(self._among)
        return _correlation(self._sums[g] - self._similarity, squares[:, None])

    @property
    def without_two(self) -> np.ndarray:
        """Return the correlation of reconstruction j with its group's mean without originals j and i.

        Returns
        -------
        (n, n) array
            Entry (i, j), for i and j of one group; 0 where nothing of the group is left.
        """
        g, own = self._groups, np.arange(len(self._groups))
        to_group = self._inside[g, own] - np.diagonal(self._among) / 2
        squares = self._squares[g] - 2 * (to_group[:, None] + to_group - self._among)
        sums = self._sums[g, own] - np.diagonal(self._similarity) - self._similarity
        return _correlation(sums, squares)


def _correlation(sums: np.ndarray, squares: np.ndarray) -> np.ndarray:
    """Divide by lengths; means of length 0, up to rounding, correlate 0 with everything."""
    found = np.where(squares > 1e-9, sums / np.sqrt(np.maximum(squares, 1e-9)), 0.0)
    return np.round(found, TIE_DECIMALS)


def cluster_credit(means: ClusterMeans, groups: np.ndarray) -> np.ndarray:
    """Identify the group of each reconstruction, for any pairing.

    Parameters
    ----------
    means : ClusterMeans
    groups : (n,) int array, as there

    Returns
    -------
    (n, n) float64 array in [0, 1]
        Entry (i, j): whether reconstruction j correlates more with the mean of the other originals of group
        i than with that of any other group; the credit is divided among groups that tie.
    """
    whole, own = means.whole, means.without
    credit = np.empty(own.shape)
    for group in range(len(whole)):
        rows, others = groups == group, np.delete(whole, group, axis=0)
        credit[rows] = _credit(own[rows], *_best(others))
    return credit


def clusters_left_out(means: ClusterMeans, groups: np.ndarray) -> np.ndarray:
    """Return the scores of :func:`cluster_credit` without each stimulus in turn.

    A stimulus left out is missing in the mean of its group, too.

    Returns
    -------
    (n, n) float64 array in [0, 1]
        Entry (k, j): the score of j without k; NaN for k itself, and for the other one of a group of two.
    """
    whole, without, n = means.whole, means.without, len(groups)
    own, without_two = np.diagonal(without), means.without_two
    left_out = np.empty((n, n))
    for group in range(len(whole)):
        inside = groups == group
        masked = whole.copy()
        masked[groups, np.arange(n)] = -np.inf  # the own group of each is no rival
        masked[group] = -np.inf
        best, ties = _best(masked)
        for k in np.flatnonzero(inside):
            # Others meet the group without k as one more rival; its own members lack k in their mean.
            best_k, ties_k = _one_more(best, ties, np.where(inside, -np.inf, without[k]))
            credit = _credit(np.where(inside, without_two[k], own), best_k, ties_k)
            left_out[k] = np.where(~inside | (inside.sum() > 2), credit, np.nan)
    np.fill_diagonal(left_out, np.nan)
    return left_out


def _best(rivals: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the best of each column, and how often it is there."""
    best = rivals.max(axis=0)
    return best, (rivals == best).sum(axis=0)


def _one_more(best: np.ndarray, ties: np.ndarray, rival: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the best and its number after one more rival."""
    return np.maximum(best, rival), np.where(rival > best, 1, ties + (rival == best))


def _credit(own: np.ndarray, best: np.ndarray, ties: np.ndarray) -> np.ndarray:
    credit: np.ndarray = np.where(own == best, 1 / (1 + ties), own > best)
    return credit


class Clusters(EachSample):
    """Every sample is searched among the groups of the originals.

    Parameters
    ----------
    order : (draws, m) int array
        Permutations of the m stimuli of :func:`~cortex2image.metrics.within_groups.with_company`.
    rule : Rule
    groups : (n,) int array
        Group of each stimulus, -1 where none is stated; at least two groups have two stimuli.
    metrics : as of :class:`~cortex2image.metrics.identification.EachSample`
    """

    def __init__(
        self, order: np.ndarray, rule: Rule, groups: np.ndarray, metrics: Collection[str] | None = None
    ):
        super().__init__(order, rule, metrics)
        self._stimuli, self._members = len(groups), with_company(groups)
        self._groups = np.unique(groups[self._members], return_inverse=True)[1]
        self._among: dict[str, np.ndarray] = {}

    def add_originals(self, metric: str, among: np.ndarray) -> None:
        """Take the (n, n) correlations of the originals with each other, before the first sample."""
        if self.takes(metric):
            self._among[metric] = among[np.ix_(self._members, self._members)]

    def _score(self, metric: str, similarity: np.ndarray) -> Scored:
        inside = similarity[np.ix_(self._members, self._members)]
        means = ClusterMeans(self._among[metric], inside, self._groups)
        scored = score_pairings(cluster_credit(means, self._groups), self._order)
        rivals = as_rivals(scored.values[:, 0], clusters_left_out(means, self._groups))
        return spread(Scored(scored.values, scored.null, rivals[:, None]), self._members, self._stimuli)
