"""Voxel scores against scikit-learn and the definition of q."""

import numpy as np
from sklearn.metrics import r2_score

from cortex2image.encoding.scoring import Scorer, Scoring
from cortex2image.encoding.voxel_scores import VoxelScores, explained_variance
from cortex2image.stats.correlation import Sums, correlate


def score_voxels(
    predicted: np.ndarray, measured: np.ndarray, ceiling: np.ndarray, folds: np.ndarray | None = None
) -> VoxelScores:
    scorer = Scorer(predicted.shape[1], Scoring(100, 40, folds is not None, 5))
    labels = np.zeros(len(predicted), int) if folds is None else folds
    for fold in np.unique(labels):
        rows = labels == fold
        scorer.add(int(fold), slice(0, predicted.shape[1]), predicted[rows], measured[rows])
    return scorer.scores(ceiling, np.full(len(ceiling), 0.1))


def benjamini_hochberg(p: np.ndarray) -> np.ndarray:
    """Return q by the definition of the step-up procedure of Benjamini and Hochberg (1995)."""
    m = len(p)
    return np.array([min(m * x / np.sum(p <= x) for x in p[p >= mine]) for mine in p])


def test_scores_are_those_of_their_definitions(rng):
    predicted = rng.standard_normal((20, 8))
    measured = predicted * np.linspace(0, 1, 8) + rng.standard_normal((20, 8))
    got = score_voxels(predicted, measured, np.full(8, 0.25))
    np.testing.assert_allclose(got.r2, r2_score(measured, predicted, multioutput="raw_values"))
    np.testing.assert_allclose(got.q, benjamini_hochberg(correlate(predicted, measured).p))
    np.testing.assert_allclose(got.ceiling_normalised, got.r / 0.5)
    np.testing.assert_allclose(got.r2_ceiling_normalised, got.r * np.abs(got.r) / 0.25)
    np.testing.assert_allclose(got.q_permutation, benjamini_hochberg(got.p_permutation))
    # Benjamini and Yekutieli (2001): q times the harmonic number of the tests.
    harmonic = sum(1 / k for k in range(1, 9))
    np.testing.assert_allclose(got.q_by, np.minimum(1, harmonic * got.q))


def test_only_voxels_with_a_ceiling_worth_dividing_by_have_a_normalised_score(rng):
    x = rng.standard_normal((9, 6))
    got = score_voxels(x, x, np.array([np.nan, 0, -1, 0.001, 0.05, 0.5]))
    assert np.isnan(got.ceiling_normalised).tolist() == [True, True, True, True, False, False]


def test_offsets_of_folds_change_no_score_of_a_cross_validated_study(rng):
    folds = np.repeat([0, 1, 2], 7)
    predicted = rng.standard_normal((21, 8))
    measured = predicted + rng.standard_normal((21, 8))
    offset = 10 * rng.standard_normal((3, 8))[folds]
    plain = score_voxels(predicted, measured, np.ones(8), folds)
    shifted = score_voxels(predicted - offset, measured + offset, np.ones(8), folds)
    for name, values in vars(plain).items():
        np.testing.assert_allclose(getattr(shifted, name), values, rtol=1e-5, atol=1e-6, err_msg=name)
    a, b = (
        x - np.array([x[folds == f].mean(axis=0) for f in range(3)])[folds] for x in (measured, predicted)
    )
    np.testing.assert_allclose(plain.r2, r2_score(a, b, multioutput="raw_values"))


def test_constant_voxels_are_never_significant(rng):
    predicted, measured = rng.standard_normal((2, 9, 3))
    measured[:, 0] = 0
    got = score_voxels(predicted, measured, np.ones(3))
    assert (got.r[0], got.r2[0], got.p[0], got.q[0]) == (0, 0, 1, 1)
    assert (got.q_by[0], got.p_permutation[0], got.q_permutation[0]) == (1, 1, 1)


def test_the_mean_as_prediction_explains_nothing(rng):
    measured = rng.standard_normal((30, 3))
    mean = np.tile(measured.mean(axis=0), (30, 1))
    np.testing.assert_allclose(explained_variance([Sums.of(mean, measured)], False), 0, atol=1e-12)
