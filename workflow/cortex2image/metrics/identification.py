"""Two-way identification: does a reconstruction resemble its own original more than another one?"""

from dataclasses import replace
from typing import Protocol

import numpy as np
from scipy.stats import rankdata

from cortex2image.metrics.metric import released_name
from cortex2image.metrics.scored import Scored, join_samples, score_pairings

TIE_DECIMALS = 10


def two_way(similarity: np.ndarray) -> np.ndarray:
    """Two-way identification of each reconstruction among the originals, for any pairing.

    Parameters
    ----------
    similarity : (n, n) array
        Entry (i, j): similarity of original i and reconstruction j.

    Returns
    -------
    (n, n) float64 array in [0, 1]
        Entry (i, j): share of the other originals that are less similar to reconstruction j than original i
        is; ties count half. The diagonal is the score, the rest is what a permuted pairing would score.
    """
    ranks: np.ndarray = rankdata(np.round(similarity, TIE_DECIMALS), method="average", axis=0)
    return (ranks - 1) / (len(similarity) - 1)


def two_way_of_originals(similarity: np.ndarray) -> np.ndarray:
    """Two-way identification of each original among the reconstructions, for any pairing.

    The rule of the code released with Takagi and Nishimoto 2023.

    Parameters
    ----------
    similarity : (n, n) array
        Entry (i, j): similarity of original i and reconstruction j.

    Returns
    -------
    (n, n) float64 array in [0, 1]
        Entry (i, j): share of the other reconstructions that are less similar to original i than
        reconstruction j is; ties count nothing, so that reconstructions that are all the same score 0. The
        diagonal is the score, the rest is what a permuted pairing would score.
    """
    ranks: np.ndarray = rankdata(np.round(similarity, TIE_DECIMALS), method="min", axis=1)
    return (ranks - 1) / (len(similarity) - 1)


def credit_against(similarity: np.ndarray, ties: float = 0.5) -> np.ndarray:
    """Return how well the other stimuli are identified against each stimulus as their rival.

    Parameters
    ----------
    similarity : (n, n) array
        Entry (k, j): similarity of the candidate k and what is searched for j.
    ties : float
        Credit for a rival that is as similar.

    Returns
    -------
    (n,) float64 array in [0, 1]
        Mean credit of the others against candidate k. Its mean over k is the mean score, whose value for j is
        the mean credit of j against the others.
    """
    rounded = np.round(similarity, TIE_DECIMALS)
    own = np.diagonal(rounded)
    credit = (rounded < own) + ties * (rounded == own)
    against: np.ndarray = (credit.sum(axis=1) - np.diagonal(credit)) / (len(rounded) - 1)
    return against


class Identification(Protocol):
    """A rule for stimuli with several samples; it is given the similarities of one sample after the other."""

    def add(self, metric: str, similarity: np.ndarray) -> None:
        """Take the (n, n) similarities of originals (rows) and reconstructions of one sample (columns)."""

    def scored(self) -> dict[str, Scored]:
        """Return the scores of every metric that was added, under the names the rule gives them."""


class EachSample:
    """The rule of this project: every sample is searched among the originals by itself.

    Parameters
    ----------
    order : (draws, n) int array
        Permuted pairings, see :func:`cortex2image.stats.permutation.permutations`.
    """

    def __init__(self, order: np.ndarray):
        self._order = order
        self._samples: dict[str, list[Scored]] = {}

    def add(self, metric: str, similarity: np.ndarray) -> None:
        scored = score_pairings(two_way(similarity), self._order)
        rivals = credit_against(similarity)[:, None]
        self._samples.setdefault(metric, []).append(replace(scored, rivals=rivals))

    def scored(self) -> dict[str, Scored]:
        return {metric: join_samples(samples) for metric, samples in self._samples.items()}


class MeanOfSamples:
    """The rule of the code released with Takagi and Nishimoto 2023.

    Correlations are averaged over samples, then every original is searched among the reconstructions. A
    stimulus has one score, which each of its samples bears. Parameters are those of :class:`EachSample`.
    """

    def __init__(self, order: np.ndarray):
        self._order = order
        self._sums: dict[str, np.ndarray] = {}
        self._samples: dict[str, int] = {}

    def add(self, metric: str, similarity: np.ndarray) -> None:
        self._sums[metric] = self._sums.get(metric, 0.0) + similarity
        self._samples[metric] = self._samples.get(metric, 0) + 1

    def scored(self) -> dict[str, Scored]:
        return {released_name(metric): self._score(metric) for metric in self._sums}

    def _score(self, metric: str) -> Scored:
        samples = self._samples[metric]
        mean = self._sums[metric] / samples
        once = score_pairings(two_way_of_originals(mean), self._order)
        rivals = credit_against(mean.T, ties=0.0)[:, None]
        return Scored(once.values.repeat(samples, axis=1), once.null, rivals.repeat(samples, axis=1))


RULES: dict[str, type[EachSample] | type[MeanOfSamples]] = {
    "reconstruction": EachSample,
    "as_released": MeanOfSamples,
}
