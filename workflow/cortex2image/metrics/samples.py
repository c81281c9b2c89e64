"""Two-way identification where every stimulus has several samples, by the rule the study chose."""

from typing import Protocol

import numpy as np

from cortex2image.metrics.facts import released_name
from cortex2image.metrics.identification import two_way, two_way_of_originals
from cortex2image.metrics.scored import Scored, join_samples, score_pairings


class Identification(Protocol):
    """Collects the similarities of one sample of every stimulus after another."""

    def add(self, metric: str, similarity: np.ndarray) -> None:
        """Take the (n, n) similarities of originals (rows) and the reconstructions of one sample."""

    def scored(self) -> dict[str, Scored]:
        """Return every metric added, under the name that its rule gives it."""


class EachSample:
    """Every sample is searched among the originals; scores are averaged over samples.

    Parameters
    ----------
    order : (draws, n) int array
        Permuted pairings, see :func:`cortex2image.stats.permutation.permutations`.
    """

    def __init__(self, order: np.ndarray):
        self._order = order
        self._samples: dict[str, list[Scored]] = {}

    def add(self, metric: str, similarity: np.ndarray) -> None:
        self._samples.setdefault(metric, []).append(score_pairings(two_way(similarity), self._order))

    def scored(self) -> dict[str, Scored]:
        return {metric: join_samples(samples) for metric, samples in self._samples.items()}


class MeanOfSamples:
    """Every original is searched among the reconstructions, by correlations averaged over samples first.

    The rule of the code released with Takagi and Nishimoto 2023. A stimulus has one score, which each of its
    samples bears. Parameters as those of :class:`EachSample`.
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
        once = score_pairings(two_way_of_originals(self._sums[metric] / samples), self._order)
        return Scored(once.values.repeat(samples, axis=1), once.null)


RULES: dict[str, type[EachSample] | type[MeanOfSamples]] = {
    "reconstruction": EachSample,
    "as_released": MeanOfSamples,
}
