"""Predictions of held-out rows against scikit-learn on trials, fold by fold."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from sklearn.linear_model import Ridge
from tests.support.held_out import held_out

from cortex2image.errors import DataError
from cortex2image.ridge import RidgeCV, engine
from cortex2image.ridge.folds import make_folds
from cortex2image.ridge.held_out import HeldOutRidge
from cortex2image.ridge.kernels import Kernel
from cortex2image.ridge.products import Products
from cortex2image.ridge.repeats import Repeats

ALPHAS = np.logspace(-1, 4, 6)
CPU = torch.device("cpu")


@pytest.fixture
def data(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Features of 30 pictures, those of 5 new ones, the picture of each trial, and 4 targets of trials."""
    X, row = rng.normal(1, 1, (30, 50)), rng.permutation(np.repeat(np.arange(30), np.resize([1, 2, 3], 30)))
    Y = 5 + X[row, :4] + np.array([0.3, 1, 3, 30]) * rng.standard_normal((len(row), 4))
    return X, rng.normal(1, 1, (5, 50)), row, Y


def decomposed(X: np.ndarray, new: np.ndarray, row: np.ndarray) -> HeldOutRidge:
    folds = make_folds(4, len(X), np.arange(len(X)), 0)
    products = Products(X @ X.T, held_out(Kernel(new @ X.T)))
    return HeldOutRidge.of(products, np.bincount(row).astype(float), folds, ALPHAS, CPU)


def test_held_out_rows_are_predicted_by_fits_to_the_trials_of_other_rows(data):
    X, new, row, Y = data
    ridge = decomposed(X, new, row)
    got = ridge.fit(Repeats.of(row).average(Y).means)
    for t in range(Y.shape[1]):
        for fold in ridge.folds:
            trials = fold.train[row]
            model = Ridge(got.alpha[t]).fit(X[row][trials], Y[trials, t])
            expected = model.predict(X[fold.validation])
            np.testing.assert_allclose(got.held_out[fold.validation, t], expected, rtol=1e-7)
        whole = Ridge(got.alpha[t]).fit(X[row], Y[:, t]).predict(new)
        np.testing.assert_allclose(got.predicted[:, t], whole, rtol=1e-7)


@pytest.mark.filterwarnings("ignore:ridge alpha")
def test_penalties_are_those_of_cross_validation(data):
    X, new, row, Y = data
    ridge = decomposed(X, new, row)
    expected = RidgeCV(
        ALPHAS, cv=[(np.flatnonzero(f.train[row]), np.flatnonzero(f.validation[row])) for f in ridge.folds]
    )
    expected.fit(Kernel(X @ X.T, row), Y)
    np.testing.assert_array_equal(ridge.fit(Repeats.of(row).average(Y).means).alpha, expected.alpha_)


def test_targets_cost_no_decomposition(data, monkeypatch):
    X, new, row, Y = data
    counted = count_decompositions(monkeypatch)
    ridge = decomposed(X, new, row)
    assert counted() == 5
    means = Repeats.of(row).average(Y).means
    whole = ridge.fit(means)
    parts = [ridge.fit(means[:, part]) for part in (slice(0, 1), slice(1, 4))]
    np.testing.assert_allclose(np.hstack([part.held_out for part in parts]), whole.held_out, atol=1e-10)
    assert counted() == 5


def count_decompositions(monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    seen, decompose = [], engine.decompose
    monkeypatch.setattr(engine, "decompose", lambda *given: seen.append(None) or decompose(*given))
    return lambda: len(seen)


@pytest.mark.filterwarnings("ignore:ridge. inner products")
def test_single_precision_keeps_five_digits(data):
    X, new, row, Y = data
    means = Repeats.of(row).average(Y).means
    double = decomposed(X, new, row).fit(means)
    single = decomposed(X.astype("f4"), new.astype("f4"), row).fit(means.astype("f4"))
    np.testing.assert_allclose(single.held_out, double.held_out, rtol=2e-4, atol=2e-4)
    np.testing.assert_array_equal(single.alpha, double.alpha)


def test_a_constant_target_gets_the_largest_penalty_and_its_value(data):
    X, new, row, _ = data
    got = decomposed(X, new, row).fit(np.full((30, 1), 3.0))
    assert got.alpha == ALPHAS[-1]
    np.testing.assert_array_equal(got.held_out, 3.0)
    np.testing.assert_array_equal(got.predicted, 3.0)


def test_products_of_no_rows_are_refused(data):
    X, new, *_ = data
    folds = make_folds(4, 30, np.arange(30), 0)
    with pytest.raises(DataError, match="symmetric"):
        broken = X @ X.T + np.triu(np.ones((30, 30)))
        HeldOutRidge.of(Products(broken, held_out(Kernel(new @ X.T))), np.ones(30), folds, ALPHAS, CPU)
