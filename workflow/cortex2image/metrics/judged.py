"""How alike pictures are to the judge networks of a model set: similarities for identification, distances."""

from collections.abc import Callable, Mapping

import numpy as np

from cortex2image.judges.judge import Distance, Judge
from cortex2image.judges.lpips_alex import load_lpips
from cortex2image.judges.open import load_judges
from cortex2image.metrics.classification import open_classifications
from cortex2image.metrics.metric import distance_name
from cortex2image.metrics.similarity import Features, Rows, correlation_matrix
from cortex2image.networks.judge_specs import measures_distance
from cortex2image.networks.registry import ModelSet

AT_ONCE = 256
"""Reconstructions a judge sees at a time: their features in a layer of 263,168 units take 270 MB."""


def open_judges(models: ModelSet, device: str) -> list[Judge]:
    """Load every judge of a model set that identifies pictures.

    Parameters
    ----------
    models : ModelSet
    device : str
        "auto" for CUDA where there is one, else a torch device.

    Raises
    ------
    ConfigError
        The device is not there.
    ModelSetError
        The set is incomplete or altered.
    """
    names = [spec.name for spec in models.judges if not measures_distance(spec)]
    return load_judges(models, names, device)


def open_distances(models: ModelSet, device: str) -> list[Distance]:
    """Load what compares two pictures at a time: LPIPS where there is an AlexNet, distances, classifications.

    Judges that tell fewer classes than their n-way classification takes are left out. Parameters and errors
    are those of :func:`open_judges`.
    """
    lpips = load_lpips(models, device)
    distances: list[Distance] = [] if lpips is None else [lpips]
    names = [spec.name for spec in models.judges if measures_distance(spec)]
    if names:
        distances += [CorrelationDistance(judge) for judge in load_judges(models, names, device)]
    return distances + open_classifications(models, device)


def similarities(
    judge: Judge, seen: Mapping[str, Features], reconstructions: np.ndarray
) -> dict[str, np.ndarray]:
    """Correlate a judge's features of all originals with those of all reconstructions.

    Only the features of 256 reconstructions are in memory at a time. Reconstructions that are the same
    picture are shown once, so that all of them tie.

    Parameters
    ----------
    judge : Judge
    seen : mapping of layer to (n, width) array, or Rows
        Features of the originals, in the layers that are wanted.
    reconstructions : (m, height, width, 3) uint8 array

    Returns
    -------
    dict of layer to (n, m) float64 array in [-1, 1]
    """
    pictures = Rows(reconstructions.reshape(len(reconstructions), -1)).described
    batches = np.split(pictures.first, range(AT_ONCE, len(pictures.first), AT_ONCE))
    columns = [_correlated(judge, seen, reconstructions[batch]) for batch in batches]
    return {
        layer: np.concatenate([some[layer] for some in columns], axis=1)[:, pictures.kind] for layer in seen
    }


def _correlated(
    judge: Judge, seen: Mapping[str, Features], reconstructions: np.ndarray
) -> dict[str, np.ndarray]:
    features = judge.features(reconstructions, list(seen))
    return {layer: correlation_matrix(seen[layer], features[layer]) for layer in seen}


class CorrelationDistance:
    """One minus the Pearson correlation of the features of two pictures, in the last layer of a judge.

    Parameters
    ----------
    judge : Judge
    """

    def __init__(self, judge: Judge):
        self.judge, self.name = judge, distance_name(judge.name)

    def distances_from(self, originals: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
        """Extract the features of the originals, and return the function that measures from them.

        Parameters
        ----------
        originals : (n, height, width, 3) uint8 array

        Returns
        -------
        function of (m, height, width, 3) uint8 pictures
            Gives the (n, m) float64 distances of every original to every picture, in [0, 2]; 1 where the
            features of a picture are constant.
        """
        last = self.judge.layers[-1]
        return self.distances_to(self.judge.features(originals, [last]))

    def distances_to(self, seen: Mapping[str, Features]) -> Callable[[np.ndarray], np.ndarray]:
        """Return the function that measures from features of the originals, given by layer.

        The function is that of :meth:`distances_from`.
        """
        last = self.judge.layers[-1]
        return lambda pictures: 1 - similarities(self.judge, {last: seen[last]}, pictures)[last]
