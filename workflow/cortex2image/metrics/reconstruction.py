"""All metrics that compare reconstructions with the pictures that were seen."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

import numpy as np
import torch

from cortex2image.device import choose_device
from cortex2image.judges.judge import Distance, Judge
from cortex2image.metrics.clusters import Clusters
from cortex2image.metrics.identification import Identification, correlation_matrix
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
    pixels: Collection[str] = (*MATRIX_METRICS, *PAIR_METRICS),
) -> dict[str, Scored]:
    """Score every sample of every stimulus by every metric that is asked for.

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
        Rules of identification, see :mod:`cortex2image.metrics.chosen_rules`. Layers of judges that no rule
        takes are not computed.
    distances : sequence of Distance
    device : str
        Where :data:`cortex2image.metrics.pixels.PAIR_METRICS` are computed, see
        :func:`cortex2image.device.choose_device`.
    pixels : collection of str
        Metrics of pixels, of :mod:`cortex2image.metrics.pixels`.

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
    for name in (*pixels, *_judged_names(judges), *(d.name for d in distances)):
        metric_facts(name)
    judges = [judge for judge in judges if _layers_taken(judge, identifications)]
    seen = [judge.features(originals, _layers_taken(judge, identifications)) for judge in judges]
    _compare_originals(judges, seen, identifications)
    measures = {d.name: d.distances_from(originals) for d in distances}
    rounds = []
    for pictures in samples:
        rounds.append(_paired(originals, pictures, order, measures, place, pixels))
        for name, similarity in _similarities(pictures, judges, seen):
            for rule in identifications:
                rule.add(name, similarity)
    joined = {metric: join_samples([scored[metric] for scored in rounds]) for metric in rounds[0]}
    return joined | {name: scored for rule in identifications for name, scored in rule.scored().items()}


def _judged_names(judges: Sequence[Judge]) -> Iterator[str]:
    return (twoway_name(judge.name, judge.layers, layer) for judge in judges for layer in judge.layers)


def _layers_taken(judge: Judge, identifications: Sequence[Identification]) -> list[str]:
    """Return the layers of a judge whose similarities a rule takes."""
    names = {layer: twoway_name(judge.name, judge.layers, layer) for layer in judge.layers}
    return [layer for layer, name in names.items() if any(rule.takes(name) for rule in identifications)]


def _compare_originals(
    judges: Sequence[Judge], seen: Sequence[dict[str, np.ndarray]], identifications: Sequence[Identification]
) -> None:
    """Give the rules of clusters the correlations of the originals with each other."""
    clusters = [rule for rule in identifications if isinstance(rule, Clusters)]
    for judge, originals in zip(judges, seen, strict=True):
        for layer, features in originals.items():
            name = twoway_name(judge.name, judge.layers, layer)
            rules = [rule for rule in clusters if rule.takes(name)]
            if rules:
                among = correlation_matrix(features, features)
                for rule in rules:
                    rule.add_originals(name, among)


def _paired(
    originals: np.ndarray,
    pictures: np.ndarray,
    order: np.ndarray,
    measures: Mapping[str, Callable[[np.ndarray], np.ndarray]],
    device: torch.device,
    pixels: Collection[str],
) -> dict[str, Scored]:
    """Score one sample of every stimulus by the metrics that compare two pictures at a time."""
    scored = {
        name: score_pairings(matrix(originals, pictures), order)
        for name, matrix in MATRIX_METRICS.items()
        if name in pixels
    }
    for name, metric in PAIR_METRICS.items():
        if name in pixels:
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
