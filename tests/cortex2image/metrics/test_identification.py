"""Correlation, two-way identification and category credit against slow or foreign implementations."""

import numpy as np
import pytest
from scipy.stats import pearsonr
from sklearn.metrics import accuracy_score

from cortex2image.metrics import identification
from cortex2image.metrics.identification import (
    category_credit,
    category_templates,
    correlation_matrix,
    two_way,
    two_way_of_originals,
)


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.uint8])
def test_correlation_is_pearsons(rng, dtype):
    a, b = (rng.uniform(0, 255, (n, 40)).astype(dtype) for n in (5, 7))
    expected = [[pearsonr(x.astype(float), y.astype(float)).statistic for y in b] for x in a]
    np.testing.assert_allclose(correlation_matrix(a, b), expected, atol=1e-12)


def test_blocks_of_columns_change_nothing(rng, monkeypatch):
    a, b = rng.normal(5, 1, (4, 100)), rng.normal(-3, 1, (6, 100))
    whole = correlation_matrix(a, b)
    monkeypatch.setattr(identification, "COLUMNS_AT_ONCE", 7)
    np.testing.assert_allclose(correlation_matrix(a, b), whole, atol=1e-12)


def test_constant_rows_correlate_zero(rng):
    a, b = rng.normal(size=(3, 50)), rng.normal(size=(2, 50))
    a[1] = 0.1
    r = correlation_matrix(a, b)
    assert (r[1] == 0).all()
    assert (r[[0, 2]] != 0).all()


def brute_force(similarity):
    n = len(similarity)
    score = np.zeros((n, n))
    for i in range(n):
        for j in range(n):
            for k in set(range(n)) - {i}:
                other, own = similarity[k, j], similarity[i, j]
                score[i, j] += (other < own) + 0.5 * (other == own)
    return score / (n - 1)


def test_two_way_counts_the_originals_that_lose(rng):
    similarity = rng.integers(0, 6, (9, 9)) / 10
    np.testing.assert_allclose(two_way(similarity), brute_force(similarity), atol=1e-12)


def test_two_way_searches_the_originals_of_each_reconstruction():
    similarity = np.array([[0.9, 0.8, 0.7], [0.1, 0.2, 0.3], [0.0, 0.1, 0.5]])
    np.testing.assert_array_equal(np.diagonal(two_way(similarity)), [1.0, 0.5, 0.5])


def test_two_way_of_originals_counts_the_reconstructions_that_lose(rng):
    similarity = rng.integers(0, 6, (9, 9)) / 10
    beaten = [
        [[similarity[i, k] < similarity[i, j] for k in range(9) if k != j] for j in range(9)]
        for i in range(9)
    ]
    np.testing.assert_allclose(two_way_of_originals(similarity), np.mean(beaten, axis=2), atol=1e-12)


def test_directions_differ_and_so_do_ties():
    similarity = np.array([[0.9, 0.8, 0.7], [0.1, 0.2, 0.3], [0.0, 0.1, 0.5]])
    np.testing.assert_array_equal(np.diagonal(two_way_of_originals(similarity)), [1.0, 0.5, 1.0])
    assert (two_way_of_originals(np.zeros((4, 4))) == 0).all()


def test_perfect_and_constant_reconstructions(rng):
    originals = rng.normal(size=(12, 30))
    assert (np.diagonal(two_way(correlation_matrix(originals, originals))) == 1).all()
    same = np.tile(rng.normal(size=30), (12, 1))
    assert np.diagonal(two_way(correlation_matrix(originals, same))).mean() == pytest.approx(0.5, abs=1e-12)
    flat = np.full((12, 30), 0.3)
    assert (two_way(correlation_matrix(originals, flat)) == 0.5).all()


def test_an_original_that_is_there_twice_is_a_tie(rng):
    originals = rng.normal(size=(4, 30))
    originals[1] = originals[0]
    assert np.diagonal(two_way(correlation_matrix(originals, originals)))[0] == pytest.approx(2.5 / 3)


def test_category_credit_is_accuracy_where_nothing_ties(rng):
    similarity, labels = rng.normal(size=(40, 8)), rng.integers(0, 8, 40)
    credit = category_credit(similarity)[np.arange(40), labels]
    assert credit.mean() == accuracy_score(labels, similarity.argmax(1))


def test_category_credit_is_shared_by_ties():
    credit = category_credit(np.array([[1.0, 1.0, 0.0], [0.0, 0.0, 0.0]]))
    np.testing.assert_allclose(credit, [[0.5, 0.5, 0.0], [1 / 3, 1 / 3, 1 / 3]])


def test_templates_are_means_by_category():
    features = np.array([[0.0, 2.0], [4.0, 4.0], [2.0, 4.0]], np.float32)
    np.testing.assert_array_equal(category_templates(features, np.array([0, 1, 0]), 2), [[1, 3], [4, 4]])
