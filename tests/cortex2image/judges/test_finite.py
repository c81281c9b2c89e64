"""Features with NaN or infinity do not pass."""

import numpy as np
import pytest

from cortex2image.errors import DataError
from cortex2image.judges.finite import FiniteJudge


class Given:
    name, layers = "cnn", ("early", "late")

    def __init__(self, late):
        self.late = late

    def features(self, images, layers=layers):
        given = {"early": np.ones((3, 2), np.float32), "late": np.asarray(self.late, np.float32)}
        return {layer: given[layer] for layer in layers or self.layers}


def test_finite_features_pass_however_large():
    largest = np.finfo(np.float32).max
    judge = FiniteJudge(Given([[largest, largest], [0, 1], [-largest, largest]]))
    assert (judge.name, judge.layers) == ("cnn", ("early", "late"))
    assert list(judge.features(np.zeros((3, 4, 4, 3), np.uint8))) == ["early", "late"]


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_others_are_refused_in_the_layers_that_are_read(bad):
    judge = FiniteJudge(Given([[0, 1], [bad, 1], [bad, -bad]]))
    assert list(judge.features(np.zeros((3, 4, 4, 3), np.uint8), ["early"])) == ["early"]
    with pytest.raises(DataError, match=r"judge cnn, layer late\n.*\n.*2 of 3 pictures, first number 2"):
        judge.features(np.zeros((3, 4, 4, 3), np.uint8))
