"""Distances between pictures in the features of a judge."""

from collections.abc import Callable

import numpy as np

from cortex2image.judges.judge import Judge
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

    def distances_from(self, originals: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
        """Look at originals once, and return the function that measures from them.

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
        seen = self.judge.features(originals, [last])
        return lambda pictures: 1 - similarities(self.judge, seen, pictures)[last]
