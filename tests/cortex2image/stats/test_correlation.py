"""Correlations against SciPy, and their null distribution."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import kstest, norm, pearsonr
from sklearn.linear_model import Ridge
from sklearn.model_selection import LeaveOneGroupOut, cross_val_predict

from cortex2image.errors import DataError
from cortex2image.stats import correlation
from cortex2image.stats.correlation import Sums, correlate, correlations, is_constant, sums_by_fold


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


FOLDS = np.repeat([3, 0, 7, 5, 1, 2, 9, 8], 8)


def leave_fold_out(features: np.ndarray, measured: np.ndarray) -> np.ndarray:
    """Return ridge predictions of every row from the fold that holds it out."""
    return cross_val_predict(Ridge(100.0), features, measured, cv=LeaveOneGroupOut(), groups=FOLDS)


def offsets(rng: np.random.Generator, columns: int) -> np.ndarray:
    """Return one offset per fold and column, as large as the noise."""
    return rng.standard_normal((10, columns))[FOLDS]


def test_within_folds_r_is_that_of_rows_less_the_mean_of_their_fold(rng):
    predicted, measured = rng.standard_normal((2, 64, 5)) + offsets(rng, 5)
    got = correlate(predicted, measured, FOLDS)
    a, b = (x - pd.DataFrame(x).groupby(FOLDS).transform("mean").to_numpy() for x in (predicted, measured))
    np.testing.assert_allclose(got.r, [pearsonr(x, y).statistic for x, y in zip(a.T, b.T, strict=True)])


def test_within_folds_p_is_the_permutation_null_with_twice_its_variance(rng):
    predicted = rng.standard_normal((64, 3)) * np.linspace(0.5, 3, 64)[:, None]
    measured = 0.4 * predicted * [-1, 0, 1] + rng.standard_normal((64, 3)) + offsets(rng, 3)
    inside = [np.flatnonzero(fold == FOLDS) for fold in np.unique(FOLDS)]
    orders = np.empty((20000, 64), dtype=int)
    for rows in inside:
        orders[:, rows] = rng.permuted(np.tile(rows, (20000, 1)), axis=1)
    drawn = np.stack([m[orders] @ p for p, m in zip(predicted.T, measured.T, strict=True)], axis=1)
    z = (np.sum(predicted * measured, axis=0) - drawn.mean(axis=0)) / drawn.std(axis=0)
    np.testing.assert_allclose(correlate(predicted, measured, FOLDS).p, norm.sf(z / np.sqrt(2)), atol=0.02)


@pytest.mark.parametrize("width", [2, 100])
@pytest.mark.parametrize("strength", [0, 1])
def test_cross_validated_noise_is_as_often_significant_as_p_says(rng, width, strength):
    measured = rng.standard_normal((64, 2000)) + strength * offsets(rng, 2000)
    got = correlate(leave_fold_out(rng.standard_normal((64, width)), measured), measured, FOLDS)
    assert -0.1 < got.r.mean() < 0.02
    assert np.mean(got.p < 0.05) <= 0.06
    assert np.mean(got.p < 0.001) <= 0.002


def test_the_doubled_variance_is_that_of_the_refitted_null(rng):
    features, measured = rng.standard_normal((64, 100)), rng.standard_normal((64, 2000))
    z = norm.isf(correlate(leave_fold_out(features, measured), measured, FOLDS).p)
    assert 0.9 < z.std() <= 1.02


def test_planted_signal_is_found_through_offsets_of_runs(rng):
    features = rng.standard_normal((64, 4))
    measured = (
        features @ rng.standard_normal((4, 200)) / 2 + rng.standard_normal((64, 200)) + 5 * offsets(rng, 200)
    )
    got = correlate(leave_fold_out(features, measured), measured, FOLDS)
    assert np.mean(got.p < 0.05) > 0.6
    assert got.r.mean() > 0.4


def test_what_is_constant_in_every_fold_is_no_evidence(rng):
    by_fold, varying = offsets(rng, 1) + 0.1, rng.standard_normal((64, 1))
    got = correlate(np.hstack([by_fold, varying]), np.hstack([varying, by_fold]), FOLDS)
    np.testing.assert_array_equal(got.r, [0, 0])
    np.testing.assert_array_equal(got.p, [1, 1])
    assert is_constant(np.hstack([by_fold, varying]), FOLDS).tolist() == [True, False]
    assert not is_constant(by_fold).any()


def test_folds_of_one_row_are_refused():
    with pytest.raises(DataError, match="9 rows in 8 folds"):
        correlate(np.zeros((9, 1)), np.zeros((9, 1)), np.array([0, *range(8)]))


def test_columns_compared_in_parts_are_those_compared_at_once(rng, monkeypatch):
    predicted, measured = rng.standard_normal((2, 12, 7)).astype(np.float32)
    folds = np.repeat([0, 1, 2], 4)
    whole = correlate(predicted, measured, folds)
    monkeypatch.setattr(correlation, "VALUES_AT_ONCE", 8)
    blocks = [sums_by_fold(predicted[:, c], measured[:, c], folds) for c in (slice(0, 3), slice(3, 7))]
    got = correlations([Sums.beside(parts) for parts in zip(*blocks, strict=True)], within_folds=True)
    np.testing.assert_allclose(got.r, whole.r, rtol=1e-12)
    np.testing.assert_allclose(got.p, whole.p, rtol=1e-12)
