"""Gram matrices of folds that scale their own rows, against the inner products of explicit rows."""

import numpy as np
import pytest
from sklearn.preprocessing import StandardScaler
from tests.support.ridge_problems import posed

from cortex2image.ridge import fold_grams
from cortex2image.ridge.fold_grams import own_gram
from cortex2image.ridge.folds import make_folds


def explicit(X: np.ndarray, train: np.ndarray) -> np.ndarray:
    """Return the inner products of rows in units of the training rows."""
    rows = StandardScaler().fit(X[train].astype(float)).transform(X.astype(float))
    return rows @ rows.T


@pytest.fixture(params=[(40, 300), (40, 41)], ids=str)
def rows(request: pytest.FixtureRequest, rng: np.random.Generator) -> np.ndarray:
    n, p = request.param
    return rng.normal(3, np.linspace(0.5, 2, p), (n, p))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_gram_matrices_of_scaled_folds_are_those_of_their_rows(rows, dtype):
    X, fold = rows.astype(dtype), make_folds(4, 40, None, 0)[1]
    got = own_gram(posed(X, X[:, :1], True), fold.train, 1.0)
    expected = explicit(X, fold.train)
    np.testing.assert_allclose(got, expected, atol=3e-6 * expected.max() if dtype == np.float32 else 1e-9)


def test_single_precision_is_used_where_penalties_can_bear_it(rows, monkeypatch):
    X, train = rows.astype(np.float32), make_folds(4, 40, None, 0)[1].train
    calls = []
    original = fold_grams._sum_of_columns
    monkeypatch.setattr(fold_grams, "_sum_of_columns", lambda *a: (calls.append(1), original(*a))[1])
    own_gram(posed(X, X[:, :1], True), train, 1.0)
    assert len(calls) == 1
    exact = own_gram(posed(X, X[:, :1], True), train, 1e-6)
    np.testing.assert_allclose(exact, explicit(X, train), rtol=1e-6, atol=1e-6)
    own_gram(posed(rows, rows[:, :1], True), train, 1.0)
    assert len(calls) == 1


def test_a_column_of_which_a_fold_has_hardly_anything_keeps_its_digits(rows):
    X, train = rows.astype(np.float32), make_folds(4, 40, None, 0)[1].train
    X[train, 2] = 0.3 + 1e-4 * X[train, 2]
    X[~train, 2] += 1e3
    got = own_gram(posed(X, X[:, :1], True), train, 1.0)
    expected = explicit(X, train)
    np.testing.assert_allclose(got[train][:, train], expected[train][:, train], rtol=1e-5, atol=1e-4)
