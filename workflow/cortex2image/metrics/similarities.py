"""What a judge finds alike in originals and reconstructions, with few of its features in memory at a time."""

from collections.abc import Mapping

import numpy as np

from cortex2image.judges.judge import Judge
from cortex2image.metrics.identification import correlation_matrix

AT_ONCE = 256
"""Reconstructions shown at a time: a layer of 263,168 units takes 270 MB of each round."""


def similarities(
    judge: Judge, seen: Mapping[str, np.ndarray], reconstructions: np.ndarray
) -> dict[str, np.ndarray]:
    """Correlate the features of all originals with those of all reconstructions.

    Parameters
    ----------
    judge : Judge
    seen : mapping of layer to (n, width) array
        Its features of the originals, in the layers that are wanted.
    reconstructions : (m, height, width, 3) uint8 array

    Returns
    -------
    dict of layer to (n, m) float64 array in [-1, 1]
    """
    starts = range(0, len(reconstructions), AT_ONCE)
    columns = [_correlated(judge, seen, reconstructions[first : first + AT_ONCE]) for first in starts]
    return {layer: np.concatenate([some[layer] for some in columns], axis=1) for layer in seen}


def _correlated(
    judge: Judge, seen: Mapping[str, np.ndarray], reconstructions: np.ndarray
) -> dict[str, np.ndarray]:
    features = judge.features(reconstructions, list(seen))
    return {layer: correlation_matrix(seen[layer], features[layer]) for layer in seen}
