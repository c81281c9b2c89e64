"""Two-way identification among stimuli that have something in common, such as the setting of their pictures.

Among all stimuli, what tells groups apart can give the answer away: a background alone identifies most
pictures. Rivals of the same group share it.
"""

from collections.abc import Collection

import numpy as np

from cortex2image.metrics.identification import EachSample, two_way
from cortex2image.metrics.identification_rules import Rule
from cortex2image.metrics.scored import Scored, as_rivals, score_pairings, spread
from cortex2image.metrics.ties import TIE_DECIMALS

UNKNOWN = -1
"""Label of stimuli whose group is not stated."""


def with_company(groups: np.ndarray) -> np.ndarray:
    """Return the positions of the stimuli that share their group with another one.

    Parameters
    ----------
    groups : (n,) int array
        Labels; -1 where the group is not stated.
    """
    _, which, sizes = np.unique(groups, return_inverse=True, return_counts=True)
    return np.flatnonzero((groups != UNKNOWN) & (sizes[which] > 1))


def two_way_within(similarity: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """Two-way identification of what is searched for among the candidates of its group.

    Parameters
    ----------
    similarity : (n, n) array
        Entry (i, j): similarity of the candidate i and what is searched for j.
    groups : (n,) int array
        At least two stimuli have each label.

    Returns
    -------
    (n, n) float64 array in [0, 1]
        Entry (i, j), for i and j of one group: share of the other candidates of the group that are less
        similar to j than candidate i is; ties count half. NaN for i and j of different groups.
    """
    credit = np.full(similarity.shape, np.nan)
    for group in np.unique(groups):
        block = np.ix_(groups == group, groups == group)
        credit[block] = two_way(similarity[block])
    return credit


def left_out_within(similarity: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """Return the scores of :func:`two_way_within` without each stimulus in turn.

    Returns
    -------
    (n, n) float64 array in [0, 1]
        Entry (k, j): the score of j without k; NaN for k itself, and for the other one of a group of two.
    """
    values = np.diagonal(two_way_within(similarity, groups))
    rivals = np.bincount(groups)[groups] - 1
    rounded = np.round(similarity, TIE_DECIMALS)
    own = np.diagonal(rounded)
    credit = (rounded < own) + 0.5 * (rounded == own)
    fewer = np.where(rivals > 1, (values * rivals - credit) / np.maximum(rivals - 1, 1), np.nan)
    without = np.where(np.equal.outer(groups, groups), fewer, values)
    np.fill_diagonal(without, np.nan)
    return without


class WithinGroups(EachSample):
    """Every sample is searched among the originals of its group.

    Parameters
    ----------
    order : (draws, m) int array
        Permutations within groups of the m stimuli of :func:`with_company`.
    rule : Rule
    groups : (n,) int array
        Group of each stimulus, -1 where none is stated; at least three share theirs with another one.
    metrics : as of :class:`~cortex2image.metrics.identification.EachSample`
    """

    def __init__(
        self, order: np.ndarray, rule: Rule, groups: np.ndarray, metrics: Collection[str] | None = None
    ):
        super().__init__(order, rule, metrics)
        self._stimuli, self._members = len(groups), with_company(groups)
        self._groups = groups[self._members]

    def _score(self, metric: str, similarity: np.ndarray) -> Scored:
        inside = similarity[np.ix_(self._members, self._members)]
        scored = score_pairings(two_way_within(inside, self._groups), self._order)
        rivals = as_rivals(scored.values[:, 0], left_out_within(inside, self._groups))
        return spread(Scored(scored.values, scored.null, rivals[:, None]), self._members, self._stimuli)
