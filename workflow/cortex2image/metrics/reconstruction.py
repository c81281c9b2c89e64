"""All metrics that compare reconstructions with the pictures that were seen."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import numpy as np
import torch

from cortex2image.device import choose_device
from cortex2image.judges.judge import Distance, Judge
from cortex2image.metrics.facts import metric_facts
from cortex2image.metrics.image import pixcorr_matrix
from cortex2image.metrics.metric import twoway_name
from cortex2image.metrics.samples import Identification
from cortex2image.metrics.scored import Scored, join_samples, score_pairings
from cortex2image.metrics.similarities import similarities
from cortex2image.metrics.ssim import ssim2d_matrix, ssim2d_of_pairs

FULL_SSIM_STIMULI = 200
DIRECT_SSIM_DRAWS = 99


def score_reconstructions(
    originals: np.ndarray,
    samples: Iterable[np.ndarray],
    judges: Sequence[Judge],
    order: np.ndarray,
    identification: Identification,
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
    identification : Identification
        Rule of two-way identification, see :data:`cortex2image.metrics.samples.RULES`.
    distances : sequence of Distance
    device : str
        Where structural similarity is computed, see :func:`cortex2image.device.choose_device`.

    Returns
    -------
    dict of metric name to Scored

    Raises
    ------
    DataError
        A judge's layer or a distance has no row in :data:`cortex2image.metrics.facts.METRICS`.
    ConfigError
        The device is not there.
    """
    place = choose_device(device)
    for judge in judges:
        for layer in judge.layers:
            metric_facts(twoway_name(judge.name, judge.layers, layer))
    for distance in distances:
        metric_facts(distance.name)
    seen = [judge.features(originals) for judge in judges]
    measures = {distance.name: distance.distances_from(originals) for distance in distances}
    rounds = []
    for pictures in samples:
        rounds.append(_paired(originals, pictures, order, measures, place))
        for name, similarity in _similarities(pictures, judges, seen):
            identification.add(name, similarity)
    joined = {metric: join_samples([scored[metric] for scored in rounds]) for metric in rounds[0]}
    return joined | identification.scored()


def _paired(
    originals: np.ndarray,
    pictures: np.ndarray,
    order: np.ndarray,
    measures: Mapping[str, Callable[[np.ndarray], np.ndarray]],
    device: torch.device,
) -> dict[str, Scored]:
    return {
        "pixcorr": score_pairings(pixcorr_matrix(originals, pictures), order),
        "ssim2d": score_ssim2d(originals, pictures, order, device),
        **{name: score_pairings(distances(pictures), order) for name, distances in measures.items()},
    }


def _similarities(
    pictures: np.ndarray, judges: Sequence[Judge], seen: Sequence[dict[str, np.ndarray]]
) -> Iterator[tuple[str, np.ndarray]]:
    for judge, originals in zip(judges, seen, strict=True):
        for layer, similarity in similarities(judge, originals, pictures).items():
            yield twoway_name(judge.name, judge.layers, layer), similarity


def score_ssim2d(
    originals: np.ndarray,
    pictures: np.ndarray,
    order: np.ndarray,
    device: torch.device,
    full_stimuli: int = FULL_SSIM_STIMULI,
) -> Scored:
    """Score structural similarity, the one metric whose pairings do not come from a matrix product.

    Parameters
    ----------
    originals, pictures : (n, height, width, 3) uint8 arrays
    order : (draws, n) int array
    device : torch.device
    full_stimuli : int
        Up to so many stimuli all n x n pairs are computed and every draw is used; beyond, only the pairs of
        the first 99 draws, so that p cannot fall below 0.01.
    """
    if len(originals) <= full_stimuli:
        return score_pairings(ssim2d_matrix(originals, pictures, device), order)
    own = np.arange(len(originals))
    pairings = np.stack([own, *order[:DIRECT_SSIM_DRAWS]])
    rows, columns = pairings.ravel(), np.tile(own, len(pairings))
    scores = ssim2d_of_pairs(originals, pictures, rows, columns, device).reshape(pairings.shape)
    return Scored(scores[0][:, None], scores[1:].mean(axis=1))
