"""n-way top-k classification: does a classifier see in a reconstruction what it sees in the original?

Chen et al. (2023, MinD-Vis) draw n - 1 of the other classes at random, many times, and count how often the
class of the original is among the k most probable. Here the expectation over all draws is computed.
"""

from collections.abc import Callable

import numpy as np

from cortex2image.judges.judge import ClassJudge, Distance
from cortex2image.judges.open import load_judges
from cortex2image.metrics.registry import CLASSIFICATIONS
from cortex2image.metrics.semantic_facts import class_name
from cortex2image.networks.registry import ModelSet


def open_classifications(models: ModelSet, device: str) -> list[Distance]:
    """Load the n-way top-k classifications of a model set; errors as :func:`load_judges`.

    Judges that tell fewer than n classes have none.
    """
    names = [spec.name for spec in models.judges if spec.name in CLASSIFICATIONS]
    judges = load_judges(models, names, device) if names else []
    return [
        Classification(judge, ways, top)
        for judge in judges
        for ways, top in [CLASSIFICATIONS[judge.name]]
        if isinstance(judge, ClassJudge) and judge.classes >= ways
    ]


def expected_success(probabilities: np.ndarray, classes: np.ndarray, ways: int, top: int) -> np.ndarray:
    """Return how often given classes are among the most probable of those that are drawn.

    Of `others` classes, `better` are more probable than the given one. The number of these among n - 1 drawn
    without replacement has a hypergeometric distribution; the class succeeds where fewer than k are drawn.

    Parameters
    ----------
    probabilities : (m, classes) array
        Probability of each class in each of m pictures; only the order within a row counts.
    classes : (n,) int array
    ways : int
        n, at most the number of classes: the given class and n - 1 others.
    top : int
        k, less than n.

    Returns
    -------
    (n, m) float64 array in [0, 1]
        Entry (i, j): expected success of class i in picture j. Classes that are equally probable stand in
        every order equally often, so that the mean over all classes is k / n in any picture.
    """
    others = probabilities.shape[1] - 1
    ascending = np.sort(probabilities, axis=1)
    given = probabilities[:, classes]
    upto = np.stack([np.searchsorted(*row, side="right") for row in zip(ascending, given, strict=True)])
    below = np.stack([np.searchsorted(*row, side="left") for row in zip(ascending, given, strict=True)])
    better, alike = others + 1 - upto, upto - below
    from scipy.stats import hypergeom  # imported late: few studies choose these metrics

    success = hypergeom.cdf(top - 1, others, np.arange(others + 1), ways - 1)
    summed = np.concatenate([[0.0], np.cumsum(success)])
    expected: np.ndarray = ((summed[better + alike] - summed[better]) / alike).T
    return expected


class Classification:
    """n-way top-k classification by one judge.

    Parameters
    ----------
    judge : ClassJudge
        With `ways` classes at least.
    ways, top : int
        n and k.
    """

    def __init__(self, judge: ClassJudge, ways: int, top: int):
        self.judge, self.ways, self.top = judge, ways, top
        self.name = class_name(judge.name, ways, top)

    def distances_from(self, originals: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
        """Find the most probable class of each original, and return the function that looks for it.

        Parameters
        ----------
        originals : (n, height, width, 3) uint8 array

        Returns
        -------
        function of (m, height, width, 3) uint8 pictures
            Gives the (n, m) float64 expected successes of the class of every original in every picture.
        """
        classes = self.judge.class_probabilities(originals).argmax(axis=1)
        return lambda pictures: expected_success(
            self.judge.class_probabilities(pictures), classes, self.ways, self.top
        )
