"""Both ways to fit repeats are given the same problem, and differences between fits are seen."""

import numpy as np
import pytest
from sklearn.linear_model import Ridge
from tests.benchmarks.repeats import Differences, Repeated, fitted

from cortex2image.ridge.cross_validated import BlockFit


@pytest.mark.parametrize("standardize", [False, True])
def test_both_ways_agree(standardize: bool) -> None:
    data = Repeated.make(40, 60, 5, np.float64)
    weights, rows = (fitted(data, way, standardize) for way in (True, False))
    apart = Differences.of(weights, rows)
    assert max(apart.predicted, apart.score, apart.alpha) < 1e-6


def test_the_fit_is_that_of_scikit_learn_on_trials() -> None:
    data = Repeated.make(40, 60, 3, np.float64)
    fit = fitted(data, True, False)
    X = data.features[data.picture]
    peers = [
        Ridge(alpha).fit(X, y).predict(data.new) for alpha, y in zip(fit.alpha, data.voxels.T, strict=True)
    ]
    np.testing.assert_allclose(fit.predicted, np.transpose(peers), rtol=1e-7, atol=1e-9)


def test_differences_are_in_standard_deviations() -> None:
    one = BlockFit(np.array([[0.0, 0], [4, 2]]), np.array([1.0, 10]), np.array([0.5, 0.5]))
    other = BlockFit(np.array([[0.0, 0], [4, 3]]), np.array([1.0, 1]), np.array([0.5, 0.4]))
    apart = Differences.of(one, other)
    assert apart.predicted == pytest.approx(1 / 1.5)
    assert apart.score == pytest.approx(0.1)
    assert apart.alpha == 0.5
