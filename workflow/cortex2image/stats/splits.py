"""Splits of stimuli into training and test stimuli: at random, by cluster, and at a distance.

A random split tells how well a decoder does on more of the same. Pictures of a data set come in clusters, so
that it need not tell how well it does on anything else: a decoder that finds the nearest training picture may
score as well as one that reads what was seen (Shirakawa et al. 2025, Neural Networks,
10.1016/j.neunet.2025.107515, who hold out clusters). All draws follow from the seed and the names of stimuli,
never from their order.
"""

from collections.abc import Sequence

import numpy as np

from cortex2image.errors import DataError
from cortex2image.seeds import rng_for, seed_for

ROWS_AT_ONCE = 4096
STARTS = 10
"""Runs of k-means from different centres, the best of which counts."""


def random_test(stimuli: Sequence[str], share: float, study_seed: int) -> np.ndarray:
    """Return which of n stimuli test, (n,) bool.

    Each is drawn by itself with probability `share`: whether it tests depends on no other stimulus, so that
    one more subject with pictures of its own changes the split of none of the others.
    """
    return _keys(stimuli, "test", study_seed) < share


def drawn_at_random(stimuli: Sequence[str], count: int, study_seed: int) -> np.ndarray:
    """Return which of n stimuli are `count` random ones, (n,) bool."""
    chosen = np.zeros(len(stimuli), bool)
    chosen[np.argsort(_keys(stimuli, "left out", study_seed))[:count]] = True
    return chosen


def _keys(stimuli: Sequence[str], purpose: str, study_seed: int) -> np.ndarray:
    return np.array([rng_for(study_seed, "split", purpose, name).random() for name in stimuli])


def unit_vectors(embeddings: np.ndarray) -> np.ndarray:
    """Return the (n, d) embeddings as float64 vectors of length 1, whose inner products are cosines."""
    vectors = embeddings.astype(np.float64)
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors / np.where(length > 0, length, 1)


def cluster_labels(vectors: np.ndarray, stimuli: Sequence[str], clusters: int, study_seed: int) -> np.ndarray:
    """Return the cluster of each stimulus by k-means, (n,) int: 0 is the largest.

    Parameters
    ----------
    vectors : (n, d) array
        From :func:`unit_vectors`.
    stimuli : n ids
    clusters : int
    study_seed : int

    Raises
    ------
    DataError
        There are no more stimuli than clusters.
    """
    from sklearn.cluster import KMeans

    if len(stimuli) <= clusters:
        expected, found = f"more than {clusters} stimuli to cluster", f"{len(stimuli)}"
        raise DataError("dataset/split/clusters", expected, found, "lower the number of clusters")
    by_name = np.argsort(np.asarray(stimuli))
    state = seed_for(study_seed, "split", "clusters") % 2**32
    found = KMeans(clusters, n_init=STARTS, random_state=state).fit_predict(vectors[by_name])
    _, first, member, sizes = np.unique(found, return_index=True, return_inverse=True, return_counts=True)
    place = np.empty(len(sizes), int)
    place[np.lexsort((first, -sizes))] = np.arange(len(sizes))
    labels = np.empty(len(stimuli), int)
    labels[by_name] = place[member]
    return labels


def nearest_cosine(vectors: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Return the largest cosine of each of n unit vectors with any of m others, (n,), 1 at most."""
    nearest = np.empty(len(vectors))
    for first in range(0, len(vectors), ROWS_AT_ONCE):
        part = slice(first, first + ROWS_AT_ONCE)
        nearest[part] = (vectors[part] @ others.T).max(axis=1)
    # Rounding takes a third of all duplicates above 1, and so above a limit of 1.
    return np.minimum(nearest, 1.0)
