"""All metrics that compare reconstructions with the pictures that were seen."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

import numpy as np
import torch
from scipy.sparse.csgraph import connected_components

from cortex2image.device import choose_device
from cortex2image.judges.judge import Distance, Judge
from cortex2image.metrics.clusters import Clusters
from cortex2image.metrics.identification import Identification
from cortex2image.metrics.judged import CorrelationDistance, similarities
from cortex2image.metrics.metric import twoway_name
from cortex2image.metrics.pixels import MATRIX_METRICS, PAIR_METRICS, PairMetric
from cortex2image.metrics.registry import metric_facts
from cortex2image.metrics.scored import Scored, join_samples, score_pairings
from cortex2image.metrics.similarity import Features, correlation_matrix
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
    seen : mapping of judge to mapping of layer to features of the originals, optional
        See :func:`cortex2image.metrics.stimulus_features.features_of`; judges that it lacks look at the
        originals here.
    order_of_pairs : (draws, n) int array, optional
        Permuted pairings for :data:`cortex2image.metrics.pixels.PAIR_METRICS`, whose time grows with the
        number of different pairs among them; `order` by default.
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
    known = seen or {}
    looked_at = {judge.name: _seen_by(judge, originals, known, identifications) for judge in judges}
    _compare_originals(judges, looked_at, identifications)
    measures = {distance.name: _measure(distance, originals, known) for distance in distances}
    by_pairs = order if order_of_pairs is None else order_of_pairs
    rounds = []
    for pictures in samples:
        rounds.append(
            _compared(originals, pictures, order, measures, pixels)
            | _paired(originals, pictures, by_pairs, place, pixels)
        )
        for name, similarity in _similarities(pictures, judges, looked_at):
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


def _seen_by(
    judge: Judge, originals: np.ndarray, known: SeenFeatures, identifications: Sequence[Identification]
) -> Mapping[str, Features]:
    """Return the features of the originals in the layers that rules take, computed if they are not known."""
    layers = _layers_taken(judge, identifications)
    if judge.name in known:
        return {layer: known[judge.name][layer] for layer in layers}
    return judge.features(originals, layers) if layers else {}


def _compare_originals(
    judges: Sequence[Judge],
    seen: Mapping[str, Mapping[str, Features]],
    identifications: Sequence[Identification],
) -> None:
    """Give the rules of clusters the correlations of the originals with each other."""
    clusters = [rule for rule in identifications if isinstance(rule, Clusters)]
    for judge in judges:
        for layer, features in seen[judge.name].items():
            name = twoway_name(judge.name, judge.layers, layer)
            rules = [rule for rule in clusters if rule.takes(name)]
            if rules:
                among = correlation_matrix(features, features)
                for rule in rules:
                    rule.add_originals(name, among)


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
    pixels: Collection[str],
) -> dict[str, Scored]:
    """Score one sample of every stimulus by the metrics that compare all pictures with all at once."""
    chosen = {name: matrix for name, matrix in MATRIX_METRICS.items() if name in pixels}
    matrices = {name: matrix(originals, pictures) for name, matrix in chosen.items()}
    matrices |= {name: distances(pictures) for name, distances in measures.items()}
    return {name: score_pairings(matrix, order) for name, matrix in matrices.items()}


def _paired(
    originals: np.ndarray,
    pictures: np.ndarray,
    order: np.ndarray,
    device: torch.device,
    pixels: Collection[str],
) -> dict[str, Scored]:
    """Score one sample of every stimulus by the metrics that compare two pictures at a time."""
    chosen = {name: metric for name, metric in PAIR_METRICS.items() if name in pixels}
    return {name: score_pairs(metric, originals, pictures, order, device) for name, metric in chosen.items()}


def _similarities(
    pictures: np.ndarray, judges: Sequence[Judge], seen: Mapping[str, Mapping[str, Features]]
) -> Iterator[tuple[str, np.ndarray]]:
    for judge in judges:
        if not seen[judge.name]:
            continue
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
