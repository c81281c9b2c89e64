"""Distances between pictures in the features of a judge."""

import numpy as np

from cortex2image.metrics.judging import Judge
from cortex2image.metrics.metric import distance_name
from cortex2image.metrics.similarities import similarities


class CorrelationDistance:
    """One minus the Pearson correlation of two pictures' features in the last layer of a judge.

    Parameters
    ----------
    judge : Judge
    """

    def __init__(self, judge: Judge):
        self.judge, self.name = judge, distance_name(judge.name)

    def distances(self, originals: np.ndarray, pictures: np.ndarray) -> np.ndarray:
        """Return the distance of every original to every picture.

        Parameters
        ----------
        originals, pictures : (n, height, width, 3) and (m, height, width, 3) uint8 arrays

        Returns
        -------
        (n, m) float64 array in [0, 2]; 1 where the features of a picture are constant
        """
        seen = self.judge.features(originals)
        return 1 - similarities(self.judge, seen, pictures)[self.judge.layers[-1]]
