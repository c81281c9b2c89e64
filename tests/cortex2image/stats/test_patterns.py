"""Correlations across voxels that come block by block."""

import numpy as np
import pytest

from cortex2image.stats import patterns
from cortex2image.stats.patterns import PatternSums


@pytest.fixture
def sides(rng):
    return rng.standard_normal((5, 40)) + 3, rng.standard_normal((7, 40)) - 2


def sums_of(measured, predicted, blocks):
    sums = PatternSums(len(measured), len(predicted))
    for block in blocks:
        sums.add(measured[:, block].astype(np.float32), predicted[:, block].astype(np.float32))
    return sums.correlations()


@pytest.mark.parametrize("blocks", [[slice(40)], [slice(0, 1), slice(1, 33), slice(33, 33), slice(33, 40)]])
@pytest.mark.parametrize("at_once", [3, 1000])
def test_r_is_that_of_whole_patterns(sides, blocks, at_once, monkeypatch):
    monkeypatch.setattr(patterns, "VOXELS_AT_ONCE", at_once)
    expected = np.corrcoef(*sides)[:5, 5:]
    np.testing.assert_allclose(sums_of(*sides, blocks), expected, atol=1e-6)


def test_a_prediction_of_one_number_and_rounding_correlates_with_nothing(sides, rng):
    measured, predicted = sides
    predicted[2] = 0.3
    predicted[3] = 0.3 + 1e-7 * rng.standard_normal(40)
    predicted[4] = 0
    got = sums_of(measured, predicted, [slice(40)])
    assert (got[:, 2:5] == 0).all()
    assert (np.abs(got[:, [0, 1, 5, 6]]) > 0).all()


def test_a_weak_prediction_counts_as_much_as_a_strong_one(sides):
    measured, predicted = sides
    strong = sums_of(measured, predicted, [slice(40)])
    np.testing.assert_allclose(sums_of(measured, (predicted + 2) * 1e-3, [slice(40)]), strong, atol=1e-5)
