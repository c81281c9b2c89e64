"""Correlation of every row with every row, against SciPy and NumPy in float64, in both number formats."""

import numpy as np
import pytest
from scipy.stats import pearsonr

from cortex2image.errors import DataError
from cortex2image.metrics import similarity
from cortex2image.metrics.similarity import Rows, correlation_matrix

U = 2.0**-24


@pytest.fixture
def single(monkeypatch):
    """Products are float32 at any size."""
    monkeypatch.setattr(similarity, "MOST_IN_DOUBLE", 0)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.uint8])
def test_correlation_is_pearsons(rng, dtype):
    a, b = (rng.uniform(0, 255, (n, 40)).astype(dtype) for n in (5, 7))
    expected = [[pearsonr(x.astype(float), y.astype(float)).statistic for y in b] for x in a]
    np.testing.assert_allclose(correlation_matrix(a, b), expected, atol=1e-12)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.uint8])
def test_single_precision_is_as_near_as_stated(rng, single, dtype):
    latent = rng.normal(size=(1, 3000))
    a, b = (100 + 20 * (rng.normal(size=(n, 3000)) + latent) for n in (5, 7))
    a, b = a.astype(dtype), b.astype(dtype)
    expected = np.corrcoef(a.astype(float), b.astype(float))[:5, 5:]
    found = correlation_matrix(a, b)
    assert np.abs(found - expected).max() < 2e-7 < (1024 + 8) * U
    assert np.abs(found - expected).max() > 1e-12  # or the format was not single precision after all


@pytest.mark.parametrize("mean", [1.0, 1e2, 1e4])
def test_means_far_from_zero_do_not_drown_what_varies(rng, single, mean):
    """The oracle takes the same float32 values, so that only the arithmetic differs."""
    a, b = ((mean + rng.normal(size=(n, 4000))).astype(np.float32) for n in (4, 5))
    b[0] = a[0]
    expected = np.corrcoef(a.astype(float), b.astype(float))[:4, 4:]
    found = correlation_matrix(a, b)
    # Both means are rounded, each by up to mean x 2^-24, and the SD is 1.
    assert np.abs(found - expected).max() < 2e-7 + (mean * U) ** 2
    assert found[0, 0] == pytest.approx(1, abs=1e-6)


def test_float64_values_keep_their_digits_until_they_are_centred(rng, single):
    a, b = 1e9 + rng.normal(size=(3, 500)), 1e9 + rng.normal(size=(4, 500))
    expected = np.corrcoef(a, b)[:3, 3:]
    np.testing.assert_allclose(correlation_matrix(a, b), expected, atol=2e-6)


@pytest.mark.parametrize("block", [7, 33, 1000])
def test_blocks_of_columns_change_nothing(rng, monkeypatch, block):
    a, b = rng.normal(5, 1, (4, 100)), rng.normal(-3, 1, (6, 100))
    whole = correlation_matrix(a, b)
    monkeypatch.setattr(similarity, "COLUMNS_AT_ONCE", block)
    np.testing.assert_allclose(correlation_matrix(a, b), whole, atol=1e-12)


@pytest.mark.parametrize("most", [0, 2**34])
def test_constant_rows_correlate_zero(rng, monkeypatch, most):
    monkeypatch.setattr(similarity, "MOST_IN_DOUBLE", most)
    a, b = rng.normal(size=(3, 50)).astype(np.float32), rng.normal(size=(2, 50)).astype(np.float32)
    a[1] = 0.1
    r = correlation_matrix(a, b)
    assert (r[1] == 0).all()
    assert (r[[0, 2]] != 0).all()


@pytest.mark.parametrize("most", [0, 2**34])
def test_equal_rows_have_equal_correlations_to_the_last_digit(rng, monkeypatch, most):
    """A matrix product may treat the rows at its edges in another way, which would tell copies apart."""
    monkeypatch.setattr(similarity, "MOST_IN_DOUBLE", most)
    a, b = (rng.normal(size=(n, 3001)).astype(np.float32) for n in (45, 37))
    a[[7, 44]], b[[3, 30, 36]] = a[2], b[1]
    r = correlation_matrix(a, b)
    np.testing.assert_array_equal(r[[7, 44]], r[[2, 2]])
    np.testing.assert_array_equal(r[:, [3, 30, 36]], r[:, [1, 1, 1]])
    np.testing.assert_allclose(r, np.corrcoef(a.astype(float), b.astype(float))[:45, 45:], atol=2e-7)


def test_rows_that_differ_in_few_places_are_not_taken_for_copies(rng):
    a = np.tile(rng.normal(size=(1, 1000)), (2, 1))
    a[1, 501] += 1  # between the places that are compared first
    r = correlation_matrix(a, a)
    assert r[0, 0] == pytest.approx(1, abs=1e-12)
    assert r[0, 1] < 1 - 1e-5


def test_chosen_rows_of_a_file_are_correlated_as_they_are(rng, tmp_path):
    stored, other = rng.normal(size=(9, 2000)).astype(np.float32), rng.normal(size=(4, 2000))
    np.save(tmp_path / "features.npy", stored)
    mapped = np.load(tmp_path / "features.npy", mmap_mode="r")
    which = np.array([8, 0, 5, 5])
    found = correlation_matrix(Rows(mapped, which), other)
    np.testing.assert_array_equal(found, correlation_matrix(stored[which], other))
    np.testing.assert_allclose(found, correlation_matrix(other, Rows(mapped, which)).T, atol=1e-12)


def test_rows_come_in_batches(rng):
    stored = rng.normal(size=(9, 20))
    which = np.array([8, 0, 5, 5, 1])
    batches = list(Rows(stored, which).batches(2))
    assert [len(batch) for batch in batches] == [2, 2, 1]
    np.testing.assert_array_equal(np.concatenate(batches), stored[which])


@pytest.mark.parametrize("value", [np.nan, np.inf, 1e30])
def test_what_is_not_finite_is_refused(rng, single, value):
    a, b = (rng.normal(size=(3, 50)).astype(np.float32) for _ in range(2))
    a[1, 3] = b[2, 3] = value
    with pytest.raises(DataError, match="finite numbers"):
        correlation_matrix(a, b)
