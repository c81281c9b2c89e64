"""Units, moments and Gram matrices of folds against cvmatrix and explicit rows."""

import numpy as np
import pytest
import torch
from cvmatrix.cvmatrix import CVMatrix
from sklearn.preprocessing import StandardScaler
from tests.support.ridge_problems import posed

from cortex2image.ridge import fold_grams, operators
from cortex2image.ridge.engine import make_training
from cortex2image.ridge.fold_grams import own_gram
from cortex2image.ridge.folds import Fold, make_folds
from cortex2image.ridge.inputs import Sliced
from cortex2image.ridge.planning import Plan
from cortex2image.ridge.posing import Posed


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


@pytest.mark.parametrize("standardize", [False, True])
@pytest.mark.parametrize("weighted", [False, True])
def test_moments_of_folds_are_those_of_cvmatrix(rng, standardize, weighted):
    X = rng.normal(2, np.linspace(0.5, 2, 7), (40, 7))
    weights = np.resize([1.0, 2, 3], 40) if weighted else None
    training = make_training(
        Posed(Sliced(X), 40, [], None, weights),
        X.dtype,
        torch.device("cpu"),
        False,
        True,
        standardize,
        Plan(200, 4, 3, 2),
    )
    oracle = CVMatrix(center_X=True, center_Y=False, scale_X=standardize, scale_Y=False, ddof=0)
    oracle.fit(X, weights=weights)
    for fold in make_folds(4, 40, None, 0):
        expected = oracle.training_XTX(np.flatnonzero(fold.validation))[0]
        left_out = training.design.select(~fold.train)
        _, _, moments = operators._own_moments(training, fold, left_out)
        whole = training.design.scaling.scale
        # In units of all rows unless the fold has its own.
        scale = 1 if standardize else np.outer(whole, whole)
        np.testing.assert_allclose(moments.numpy() * scale, expected, rtol=1e-9, atol=1e-9)


def test_columns_that_vary_in_held_out_rows_alone_are_computed_from_training_rows(rng, monkeypatch):
    X = rng.standard_normal((40, 5))
    fold: Fold = make_folds(4, 40, None, 0)[0]
    X[fold.train, 3] = 0.7
    X[fold.validation, 3] += 1e6
    calls = []
    original = operators._exact_moments
    monkeypatch.setattr(operators, "_exact_moments", lambda *a: (calls.append(1), original(*a))[1])
    training = posed(X, X[:, :1], True)
    _, scale, moments = operators._own_moments(training, fold, training.design.select(~fold.train))
    assert calls == [1]
    assert scale[3] == 1
    assert not moments[3].any()
