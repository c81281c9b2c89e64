"""Correlations against SciPy, and their null."""

import numpy as np
import pytest
from scipy.stats import kstest, pearsonr

from cortex2image.errors import DataError
from cortex2image.stats.correlation import correlate, is_constant


def test_r_and_p_are_those_of_scipy(rng):
    predicted = rng.normal(3, 2, (12, 6))
    measured = predicted * [1, 0.5, 0, -0.5, -1, 2] + rng.standard_normal((12, 6))
    got = correlate(predicted, measured)
    expected = [pearsonr(a, b, alternative="greater") for a, b in zip(predicted.T, measured.T, strict=True)]
    np.testing.assert_allclose(got.r, [e.statistic for e in expected], rtol=1e-10)
    np.testing.assert_allclose(got.p, [e.pvalue for e in expected], rtol=1e-8)


def test_p_is_uniform_without_a_relation(rng):
    got = correlate(*rng.standard_normal((2, 60, 3000)))
    assert kstest(got.p, "uniform").pvalue > 0.01


def test_constant_columns_on_either_side_are_no_evidence(rng):
    varying, constant = rng.standard_normal((9, 1)), np.full((9, 1), 0.1)
    got = correlate(np.hstack([constant, varying]), np.hstack([varying, constant]))
    np.testing.assert_array_equal(got.r, [0, 0])
    np.testing.assert_array_equal(got.p, [1, 1])


def test_perfect_relations_stay_within_bounds(rng):
    x = rng.standard_normal((50, 20)).astype(np.float32)
    got = correlate(np.hstack([x, x]), np.hstack([3 * x + 1, -x]))
    np.testing.assert_allclose(got.r, np.repeat([1, -1], 20), atol=1e-6)
    assert np.abs(got.r).max() <= 1
    assert ((got.p >= 0) & (got.p <= 1)).all()


def test_two_rows_are_too_few():
    with pytest.raises(DataError, match="at least 3"):
        correlate(np.zeros((2, 1)), np.zeros((2, 1)))


def test_constant_means_exactly_constant():
    assert is_constant(np.array([[0.1, 1], [0.1, 1 + 1e-15]])).tolist() == [True, False]
