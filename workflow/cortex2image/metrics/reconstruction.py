"""All metrics that compare reconstructions with the pictures that were seen."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import numpy as np
import torch

from cortex2image.device import choose_device
from cortex2image.judges.judge import Distance, Judge
from cortex2image.metrics.identification import Identification
from cortex2image.metrics.judged import similarities
from cortex2image.metrics.metric import twoway_name
from cortex2image.metrics.pixels import MATRIX_METRICS, PAIR_METRICS, PairMetric
from cortex2image.metrics.registry import metric_facts
from cortex2image.metrics.scored import Scored, join_samples, score_pairings

STIMULI_WITH_ALL_PAIRS = 200
DIRECT_DRAWS = 99


def score_reconstructions(
    originals: np.ndarray,
    samples: Iterable[np.ndarray],
    judges: Sequence[Judge],
    order: np.ndarray,
    identifications: Sequence[Identification],
    distances: Sequence[Distance] = (),
    device: str = "auto",
) -> dict[str, Scored]:
    """Score every sample of every stimulus by every metric.

    Parameters
    ----------
    originals : (n, height, width, 3) uint8 array
        Seen pictures at the size of the reconstructions.
    samples : iterable of (n, height, width, 3) uint8 arrays
        One reconstruction of each stimulus at a time; only one is held in memory.
    judges : sequence of Judge
    order : (draws, n) int array
        Permuted pairings, see :func:`cortex2image.stats.permutation.permutations`.
    identifications : sequence of Identification
        Rules of identification, see :data:`cortex2image.metrics.identification.RULES`.
    distances : sequence of Distance
    device : str
        Where :data:`cortex2image.metrics.pixels.PAIR_METRICS` are computed, see
        :func:`cortex2image.device.choose_device`.

    Returns
    -------
    dict of metric name to Scored

    Raises
    ------
    DataError
        A metric of pixels, a judge's layer or a distance has no entry in
        :data:`cortex2image.metrics.registry.METRICS`.
    ConfigError
        The device is not there.
    """
    place = choose_device(device)
    for name in (*MATRIX_METRICS, *PAIR_METRICS, *_judged_names(judges), *(d.name for d in distances)):
        metric_facts(name)
    seen = [judge.features(originals) for judge in judges]
    measures = {d.name: d.distances_from(originals) for d in distances}
    rounds = []
    for pictures in samples:
        rounds.append(_paired(originals, pictures, order, measures, place))
        for name, similarity in _similarities(pictures, judges, seen):
            for rule in identifications:
                rule.add(name, similarity)
    joined = {metric: join_samples([scored[metric] for scored in rounds]) for metric in rounds[0]}
    return joined | {name: scored for rule in identifications for name, scored in rule.scored().items()}


def _judged_names(judges: Sequence[Judge]) -> Iterator[str]:
    return (twoway_name(judge.name, judge.layers, layer) for judge in judges for layer in judge.layers)


def _paired(
    originals: np.ndarray,
    pictures: np.ndarray,
    order: np.ndarray,
    measures: Mapping[str, Callable[[np.ndarray], np.ndarray]],
    device: torch.device,
) -> dict[str, Scored]:
    """Score one sample of every stimulus by the metrics that compare two pictures at a time."""
    scored = {
        name: score_pairings(matrix(originals, pictures), order) for name, matrix in MATRIX_METRICS.items()
    }
    for name, metric in PAIR_METRICS.items():
        scored[name] = score_pairs(metric, originals, pictures, order, device)
    for name, distances in measures.items():
        scored[name] = score_pairings(distances(pictures), order)
    return scored


def _similarities(
    pictures: np.ndarray, judges: Sequence[Judge], seen: Sequence[dict[str, np.ndarray]]
) -> Iterator[tuple[str, np.ndarray]]:
    for judge, originals in zip(judges, seen, strict=True):
        for layer, similarity in similarities(judge, originals, pictures).items():
            yield twoway_name(judge.name, judge.layers, layer), similarity


def score_pairs(
    metric: PairMetric,
    originals: np.ndarray,
    pictures: np.ndarray,
    order: np.ndarray,
    device: torch.device,
    all_pairs: int = STIMULI_WITH_ALL_PAIRS,
) -> Scored:
    """Score one sample per stimulus by a metric whose time grows with the number of pairs.

    Parameters
    ----------
    metric : one of :data:`cortex2image.metrics.pixels.PAIR_METRICS`
    originals, pictures : (n, height, width, 3) uint8 arrays
    order : (draws, n) int array
    device : torch.device
    all_pairs : int
        Up to so many stimuli, all n x n pairs are computed and every draw is used; beyond, only the pairs of
        the first 99 draws, so that p cannot fall below 0.01.
    """
    own = np.arange(len(originals))
    if len(originals) <= all_pairs:
        rows, columns = (index.ravel() for index in np.indices((len(own), len(own))))
        matrix = metric(originals, pictures, rows, columns, device).reshape(len(own), len(own))
        return score_pairings(matrix, order)
    pairings = np.stack([own, *order[:DIRECT_DRAWS]])
    rows, columns = pairings.ravel(), np.tile(own, len(pairings))
    scores = metric(originals, pictures, rows, columns, device).reshape(pairings.shape)
    return Scored(scores[0][:, None], scores[1:].mean(axis=1))
