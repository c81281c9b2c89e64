"""The permutation null of columns against a loop over permutations, and its level on silent columns."""

import numpy as np
import pytest
from scipy.stats import pearsonr, permutation_test

from cortex2image.errors import DataError
from cortex2image.stats import permuted_products as module
from cortex2image.stats.permuted_products import PermutationNull, permuted_products, row_permutations


def null_p(
    predicted: np.ndarray,
    measured: np.ndarray,
    folds: np.ndarray | None = None,
    draws: int = 200,
    seed: int = 4,
) -> np.ndarray:
    null = PermutationNull(predicted.shape[1], draws, folds is not None, seed)
    labels = np.zeros(len(predicted), int) if folds is None else folds
    for fold in np.unique(labels):
        rows = labels == fold
        null.add(int(fold), slice(0, predicted.shape[1]), predicted[rows], measured[rows])
    return null.p()


def centred(x: np.ndarray, folds: np.ndarray) -> np.ndarray:
    return x - np.array([x[folds == fold].mean() for fold in folds])


def test_p_is_that_of_a_loop_over_permutations(rng):
    measured, noise = rng.standard_normal((2, 12, 7))
    predicted = np.linspace(0, 1, 7) * measured + noise
    order = row_permutations(12, 200, 4, 0)
    expected = []
    for p, m in zip(predicted.T, measured.T, strict=True):
        r = pearsonr(p, m).statistic
        expected.append((1 + sum(pearsonr(p[o], m).statistic >= r - 1e-5 for o in order)) / 201)
    np.testing.assert_allclose(null_p(predicted, measured), expected)


def test_p_agrees_with_all_permutations(rng):
    """Of 6 rows, all 720 permutations can be listed, as SciPy does."""
    measured, noise = rng.standard_normal((2, 6, 4))
    predicted = measured + noise
    exact = [
        permutation_test(
            (p,), lambda a, m=m: pearsonr(a, m).statistic, permutation_type="pairings",
            alternative="greater", n_resamples=np.inf,
        ).pvalue
        for p, m in zip(predicted.T, measured.T, strict=True)
    ]  # fmt: skip
    np.testing.assert_allclose(null_p(predicted, measured, draws=20_000), exact, atol=0.012)


def test_permutations_of_folds_stay_within_them_and_are_wider_by_the_root_of_two(rng):
    folds = np.repeat([0, 1, 2], [5, 7, 4])
    measured, noise = rng.standard_normal((2, 16, 5))
    predicted = 0.5 * measured + noise + 10 * folds[:, None]
    orders = [row_permutations(n, 200, 4, fold) for fold, n in enumerate((5, 7, 4))]
    start = np.array([0, 5, 12])
    expected = []
    for p, m in zip(predicted.T, measured.T, strict=True):
        p, m = centred(p, folds), centred(m, folds)
        draws = [
            sum(p[s : s + len(o[d])][o[d]] @ m[s : s + len(o[d])] for s, o in zip(start, orders, strict=True))
            for d in range(200)
        ]
        expected.append((1 + np.sum(np.sqrt(2) * np.array(draws) >= p @ m)) / 201)
    np.testing.assert_allclose(null_p(predicted, measured, folds), expected)


def test_blocks_and_their_order_change_nothing(rng, monkeypatch):
    folds, (predicted, measured) = np.repeat([0, 1], 8), rng.standard_normal((2, 16, 9))
    whole = null_p(predicted, measured, folds)
    monkeypatch.setattr(module, "VALUES_AT_ONCE", 1)
    monkeypatch.setattr(module, "FEWEST_COLUMNS", 2)
    null = PermutationNull(9, 200, True, 4)
    for fold in (1, 0):
        for columns in (slice(5, 9), slice(0, 5)):
            rows = folds == fold
            null.add(fold, columns, predicted[rows, columns], measured[rows, columns])
    np.testing.assert_array_equal(null.p(), whole)


def test_silent_columns_have_p_below_5_percent_in_5_percent_of_cases(rng):
    predicted, measured = rng.standard_normal((2, 30, 20_000))
    # Skewed and heavy-tailed responses: exchangeable, but not normal.
    p = null_p(predicted, np.exp(measured), draws=400)
    assert 0.044 < np.mean(p <= 0.05) < 0.056


def test_constant_columns_are_never_significant(rng):
    predicted, measured = rng.standard_normal((2, 9, 3))
    predicted[:, 0], measured[:, 1] = 3.7, 0.1
    assert null_p(predicted, measured)[:2].tolist() == [1, 1]


def test_permutations_are_uniform_and_follow_from_seed_and_fold():
    order = row_permutations(3, 6000, 1, 0)
    _, counts = np.unique(order, axis=0, return_counts=True)
    assert len(counts) == 6
    assert (np.abs(counts - 1000) < 120).all()
    np.testing.assert_array_equal(order, row_permutations(3, 6000, 1, 0))
    assert (order != row_permutations(3, 6000, 1, 1)).any()
    assert (order != row_permutations(3, 6000, 2, 0)).any()


def test_operations_grow_with_columns_and_no_product_of_draws_and_columns_is_kept(rng, monkeypatch):
    """Counts gathered values: twice the columns are twice the work, in pieces of a bounded size."""
    pieces = []

    def counted(predicted: np.ndarray, measured: np.ndarray, order: np.ndarray) -> np.ndarray:
        pieces.append(predicted.size * len(order))
        return permuted_products(predicted, measured, order)

    monkeypatch.setattr(module, "permuted_products", counted)
    totals, largest = [], []
    for columns in (4000, 8000, 16_000):
        pieces.clear()
        null_p(*rng.standard_normal((2, 20, columns)), draws=10)
        totals.append(sum(pieces))
        largest.append(max(pieces))
    assert totals == [10 * 20 * columns for columns in (4000, 8000, 16_000)]
    assert max(largest) <= 10 * module.VALUES_AT_ONCE


def test_rows_that_differ_between_blocks_are_refused(rng):
    null = PermutationNull(4, 10, False, 0)
    null.add(0, slice(0, 2), *rng.standard_normal((2, 5, 2)))
    with pytest.raises(DataError, match="5 and 6 rows in fold 0"):
        null.add(0, slice(2, 4), *rng.standard_normal((2, 6, 2)))
