"""Permutation nulls."""

import numpy as np
import pytest
from scipy.stats import kstest, permutation_test

from cortex2image.stats.permutation import null_means, permutation_p, permutations


def test_rows_are_permutations_and_differ(rng):
    order = permutations(6, 200, rng)
    assert (np.sort(order, axis=1) == np.arange(6)).all()
    counts = np.stack([(order == i).mean(axis=0) for i in range(6)])
    np.testing.assert_allclose(counts, 1 / 6, atol=0.1)


def test_groups_exchange_within_themselves_only(rng):
    groups = np.array(["r2", "r1", "r2", "r1", "r1", "r3"])
    order = permutations(6, 100, rng, groups)
    assert (groups[order] == groups).all()
    assert (np.sort(order, axis=1) == np.arange(6)).all()
    assert (order[:, 5] == 5).all()
    assert len(np.unique(order, axis=0)) == 12


def test_the_null_is_the_mean_of_the_permuted_pairs(rng):
    matrix, order = rng.normal(size=(7, 7)), permutations(7, 20, rng)
    expected = [np.mean([matrix[pairing[j], j] for j in range(7)]) for pairing in order]
    np.testing.assert_allclose(null_means(matrix, order), expected)


def test_p_agrees_with_scipy(rng):
    a, b = rng.normal(size=(2, 30))
    b += 0.3 * a
    matrix = np.outer(a, b)
    order = permutations(30, 5000, rng)
    p = permutation_p(np.diagonal(matrix).mean(), null_means(matrix, order), True)
    scipys = permutation_test(
        (a,), lambda x: (x * b).mean(), permutation_type="pairings", n_resamples=5000, alternative="greater"
    )
    assert p == pytest.approx(scipys.pvalue, abs=0.02)


def test_p_is_uniform_where_there_is_nothing(rng):
    ps = []
    for _ in range(300):
        matrix, order = rng.normal(size=(12, 12)), permutations(12, 199, rng)
        ps.append(permutation_p(np.diagonal(matrix).mean(), null_means(matrix, order), True))
    assert kstest(ps, "uniform").pvalue > 0.01


def test_p_counts_the_good_direction_and_is_never_zero():
    null = np.array([0.1, 0.2, 0.3])
    assert permutation_p(0.9, null, True) == 0.25
    assert permutation_p(0.9, null, False) == 1
    assert permutation_p(0.2, null, True) == 0.75
    assert permutation_p(0.2, null, False) == 0.75


def test_rounding_is_no_evidence():
    assert permutation_p(0.5 + 1e-13, np.full(99, 0.5), True) == 1
