"""Voxel scores against scikit-learn and the definition of q."""

import numpy as np
from sklearn.metrics import r2_score

from cortex2image.encoding.voxel_scores import explained_variance, score_voxels
from cortex2image.stats.correlation import correlate


def benjamini_hochberg(p: np.ndarray) -> np.ndarray:
    """Step-up of Benjamini and Hochberg (1995), read off its definition."""
    m = len(p)
    return np.array([min(m * x / np.sum(p <= x) for x in p[p >= mine]) for mine in p])


def test_scores_are_those_of_their_definitions(rng):
    predicted = rng.standard_normal((20, 8))
    measured = predicted * np.linspace(0, 1, 8) + rng.standard_normal((20, 8))
    got = score_voxels(predicted, measured, np.full(8, 0.25))
    np.testing.assert_allclose(got.r2, r2_score(measured, predicted, multioutput="raw_values"))
    np.testing.assert_allclose(got.q, benjamini_hochberg(correlate(predicted, measured).p))
    np.testing.assert_allclose(got.ceiling_normalised, got.r / 0.5)


def test_voxels_without_a_positive_ceiling_have_no_normalised_score(rng):
    x = rng.standard_normal((9, 4))
    got = score_voxels(x, x, np.array([np.nan, 0, -1, 0.5]))
    assert np.isnan(got.ceiling_normalised).tolist() == [True, True, True, False]


def test_constant_voxels_are_never_significant(rng):
    predicted, measured = rng.standard_normal((2, 9, 3))
    measured[:, 0] = 0
    got = score_voxels(predicted, measured, np.ones(3))
    assert (got.r[0], got.r2[0], got.p[0], got.q[0]) == (0, 0, 1, 1)


def test_the_mean_as_prediction_explains_nothing(rng):
    measured = rng.standard_normal((30, 3))
    mean = np.tile(measured.mean(axis=0), (30, 1))
    np.testing.assert_allclose(explained_variance(mean, measured), 0, atol=1e-12)
