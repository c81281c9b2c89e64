"""All metrics that compare reconstructions with the pictures that were seen."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import numpy as np
import torch
from scipy.sparse.csgraph import connected_components

from cortex2image.device import choose_device
from cortex2image.judges.judge import Distance, Judge
from cortex2image.metrics.identification import Identification
from cortex2image.metrics.judged import CorrelationDistance, similarities
from cortex2image.metrics.metric import twoway_name
from cortex2image.metrics.pixels import MATRIX_METRICS, PAIR_METRICS, PairMetric
from cortex2image.metrics.registry import metric_facts
from cortex2image.metrics.scored import Scored, join_samples, score_pairings
from cortex2image.metrics.similarity import Features
from cortex2image.metrics.stimulus_features import SeenFeatures


def score_reconstructions(
    originals: np.ndarray,
    samples: Iterable[np.ndarray],
    judges: Sequence[Judge],
    order: np.ndarray,
    identifications: Sequence[Identification],
    distances: Sequence[Distance] = (),
    device: str = "auto",
    seen: SeenFeatures | None = None,
    order_of_pairs: np.ndarray | None = None,
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
    seen : mapping of judge to mapping of layer to features of the originals, optional
        See :func:`cortex2image.metrics.stimulus_features.features_of`; judges that it lacks look at the
        originals here.
    order_of_pairs : (draws, n) int array, optional
        Permuted pairings for :data:`cortex2image.metrics.pixels.PAIR_METRICS`, whose time grows with the
        number of different pairs among them; `order` by default.

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
    known = seen or {}
    looked_at: dict[str, Mapping[str, Features]] = {
        judge.name: known.get(judge.name) or judge.features(originals) for judge in judges
    }
    measures = {distance.name: _measure(distance, originals, known) for distance in distances}
    by_pairs = order if order_of_pairs is None else order_of_pairs
    rounds = []
    for pictures in samples:
        rounds.append(
            _compared(originals, pictures, order, measures) | _paired(originals, pictures, by_pairs, place)
        )
        for name, similarity in _similarities(pictures, judges, looked_at):
            for rule in identifications:
                rule.add(name, similarity)
    joined = {metric: join_samples([scored[metric] for scored in rounds]) for metric in rounds[0]}
    return joined | {name: scored for rule in identifications for name, scored in rule.scored().items()}


def _judged_names(judges: Sequence[Judge]) -> Iterator[str]:
    return (twoway_name(judge.name, judge.layers, layer) for judge in judges for layer in judge.layers)


def _measure(
    distance: Distance, originals: np.ndarray, known: SeenFeatures
) -> Callable[[np.ndarray], np.ndarray]:
    if isinstance(distance, CorrelationDistance) and distance.judge.name in known:
        return distance.distances_to(known[distance.judge.name])
    return distance.distances_from(originals)


def _compared(
    originals: np.ndarray,
    pictures: np.ndarray,
    order: np.ndarray,
    measures: Mapping[str, Callable[[np.ndarray], np.ndarray]],
) -> dict[str, Scored]:
    """Score one sample of every stimulus by the metrics that compare all pictures with all at once."""
    matrices = {name: matrix(originals, pictures) for name, matrix in MATRIX_METRICS.items()}
    matrices |= {name: distances(pictures) for name, distances in measures.items()}
    return {name: score_pairings(matrix, order) for name, matrix in matrices.items()}


def _paired(
    originals: np.ndarray, pictures: np.ndarray, order: np.ndarray, device: torch.device
) -> dict[str, Scored]:
    """Score one sample of every stimulus by the metrics that compare two pictures at a time."""
    return {
        name: score_pairs(metric, originals, pictures, order, device) for name, metric in PAIR_METRICS.items()
    }


def _similarities(
    pictures: np.ndarray, judges: Sequence[Judge], seen: Mapping[str, Mapping[str, Features]]
) -> Iterator[tuple[str, np.ndarray]]:
    for judge in judges:
        for layer, similarity in similarities(judge, seen[judge.name], pictures).items():
            yield twoway_name(judge.name, judge.layers, layer), similarity


def score_pairs(
    metric: PairMetric,
    originals: np.ndarray,
    pictures: np.ndarray,
    order: np.ndarray,
    device: torch.device,
) -> Scored:
    """Score one sample per stimulus by a metric whose time grows with the number of pairs.

    Only the pairs that the permutations make are computed, each once, and every draw is used. Permutations
    within groups make few pairs, see :mod:`cortex2image.stats.permutation_groups`.

    Parameters
    ----------
    metric : one of :data:`cortex2image.metrics.pixels.PAIR_METRICS`
    originals, pictures : (n, height, width, 3) uint8 arrays
    order : (draws, n) int array
    device : torch.device
    """
    own = np.arange(len(originals))
    made = np.eye(len(own), dtype=bool)
    made[order, own] = True
    groups, group = connected_components(made, directed=False)
    scores = np.zeros(made.shape)
    for number in range(groups):
        members = np.flatnonzero(group == number)
        rows, columns = np.nonzero(made[np.ix_(members, members)])
        both = (originals, pictures) if groups == 1 else (originals[members], pictures[members])
        scores[members[rows], members[columns]] = metric(*both, rows, columns, device)
    return score_pairings(scores, order)
