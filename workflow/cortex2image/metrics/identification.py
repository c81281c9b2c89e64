"""Identification: does a reconstruction resemble its own original more than another one?"""

from collections.abc import Collection
from typing import Protocol

import numpy as np
from scipy.stats import rankdata

from cortex2image.metrics.identification_rules import AS_RELEASED, TWOWAY, Rule
from cortex2image.metrics.nway import n_way, n_way_left_out
from cortex2image.metrics.scored import Scored, as_rivals, join_samples, score_pairings
from cortex2image.metrics.ties import TIE_DECIMALS


def two_way(similarity: np.ndarray, ties: float = 0.5) -> np.ndarray:
    """Two-way identification of what is searched for among the candidates, for any pairing.

    Parameters
    ----------
    similarity : (n, n) array
        Entry (i, j): similarity of the candidate i and what is searched for j. Candidates are originals, and
        reconstructions are searched for, as in most code; the code released with Takagi and Nishimoto 2023
        searches for originals among the reconstructions, and gives no credit for ties.
    ties : {0.5, 0.0}
        Credit for a rival that is as similar.

    Returns
    -------
    (n, n) float64 array in [0, 1]
        Entry (i, j): share of the other candidates that are less similar to j than candidate i is. The
        diagonal is the score, the rest is what a permuted pairing would score.
    """
    rounded, method = np.round(similarity, TIE_DECIMALS), {0.5: "average", 0.0: "min"}[ties]
    ranks: np.ndarray = rankdata(rounded, method=method, axis=0)
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


def score_rule(similarity: np.ndarray, order: np.ndarray, rule: Rule) -> Scored:
    """Score one sample of every stimulus by a rule whose rivals are all other stimuli.

    Parameters
    ----------
    similarity : (n, n) array
        Entry (i, j): similarity of original i and reconstruction j.
    order : (draws, n) int array
        Permuted pairings, see :func:`cortex2image.stats.permutation.permutations`.
    rule : Rule
    """
    candidates = similarity.T if rule.of_originals else similarity
    if rule.way == 2:
        credit = two_way(candidates, rule.ties_count)
        rivals = credit_against(candidates, rule.ties_count)
    else:
        credit = n_way(candidates, rule.way)
        rivals = as_rivals(np.diagonal(credit), n_way_left_out(candidates, rule.way))
    scored = score_pairings(credit.T if rule.of_originals else credit, order)
    return Scored(scored.values, scored.null, rivals[:, None])


class Identification(Protocol):
    """A rule for stimuli with several samples; it is given the similarities of one sample after the other."""

    def takes(self, metric: str) -> bool:
        """Return whether the rule scores the similarities of a two-way identification."""

    def add(self, metric: str, similarity: np.ndarray) -> None:
        """Take the (n, n) similarities of originals (rows) and reconstructions of one sample (columns).

        `metric` is the name of two-way identification by these similarities.
        """

    def scored(self) -> dict[str, Scored]:
        """Return the scores of every metric that was added, under the names the rule gives them."""


class EachSample:
    """A rule that scores every sample by itself.

    Parameters
    ----------
    order : (draws, n) int array
        Permuted pairings, see :func:`cortex2image.stats.permutation.permutations`.
    rule : Rule
    metrics : collection of str, optional
        Two-way identifications whose similarities the rule scores; all by default.
    """

    def __init__(self, order: np.ndarray, rule: Rule = TWOWAY, metrics: Collection[str] | None = None):
        self._order, self._rule, self._metrics = order, rule, metrics
        self._samples: dict[str, list[Scored]] = {}

    def takes(self, metric: str) -> bool:
        return self._metrics is None or metric in self._metrics

    def add(self, metric: str, similarity: np.ndarray) -> None:
        if self.takes(metric):
            self._samples.setdefault(metric, []).append(self._score(metric, similarity))

    def scored(self) -> dict[str, Scored]:
        return {self._rule.name(metric): join_samples(samples) for metric, samples in self._samples.items()}

    def _score(self, metric: str, similarity: np.ndarray) -> Scored:
        return score_rule(similarity, self._order, self._rule)


class MeanOfSamples(EachSample):
    """A rule that averages correlations over samples first, as the code of 2023 does.

    A stimulus has one score, which each of its samples bears. Parameters are those of :class:`EachSample`.
    """

    def __init__(self, order: np.ndarray, rule: Rule = AS_RELEASED, metrics: Collection[str] | None = None):
        super().__init__(order, rule, metrics)
        self._sums: dict[str, tuple[np.ndarray, int]] = {}

    def add(self, metric: str, similarity: np.ndarray) -> None:
        if self.takes(metric):
            total, samples = self._sums.get(metric, (np.zeros_like(similarity), 0))
            self._sums[metric] = total + similarity, samples + 1

    def scored(self) -> dict[str, Scored]:
        for metric, (total, samples) in self._sums.items():
            self._samples[metric] = [self._score(metric, total / samples)] * samples
        return super().scored()
