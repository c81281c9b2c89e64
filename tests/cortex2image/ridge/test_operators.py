"""A fold's own operators predict what scikit-learn predicts after fitting the fold."""

import numpy as np
import pytest
import torch
from tests.support.ridge_problems import REFIT_ALPHAS, REFIT_SHAPES, posed, predictions, refitted

from cortex2image.ridge import operators
from cortex2image.ridge.fold_systems import System
from cortex2image.ridge.folds import make_folds
from cortex2image.ridge.operators import is_fine, own_operator


def test_gains_that_single_precision_cannot_bear_are_seen(rng):
    training = posed(rng.standard_normal((25, 4)), rng.standard_normal((25, 1)), False)
    assert is_fine(torch.full((2, 3, 1), 1999.0), training)
    assert not is_fine(torch.full((2, 3, 1), 2001.0), training)


@pytest.mark.parametrize("shape", REFIT_SHAPES, ids=str)
def test_factors_and_one_decomposition_give_the_same_operators(rng, shape, monkeypatch):
    X = rng.normal(2, 1, REFIT_SHAPES[shape])
    training, fold = posed(X, X[:, :1], True), make_folds(4, len(X), None, 0)[0]
    decompositions: list[int] = []
    decompose = operators.Spectral.of
    monkeypatch.setattr(operators.Spectral, "of", lambda *a: (decompositions.append(1), decompose(*a))[1])
    by_factors = own_operator(training, fold, REFIT_ALPHAS, not training.basis.dual)
    assert not decompositions
    monkeypatch.setattr(operators, "solved", lambda *_: None)
    decomposed = own_operator(training, fold, REFIT_ALPHAS, not training.basis.dual)
    assert decompositions == [1]
    np.testing.assert_allclose(by_factors.matrix, decomposed.matrix, rtol=1e-6, atol=1e-6)


def test_systems_without_factors_are_decomposed():
    system = System(torch.ones(1, 2).double(), -torch.eye(2).double(), lambda half: half, columns=False)
    assert operators.solved(system, torch.tensor([0.5]).double()) is None


@pytest.mark.parametrize("standardize", [False, True])
@pytest.mark.parametrize("on_projections", [False, True])
@pytest.mark.parametrize(
    "spread", [None, 0.0, 1e-5], ids=["plain", "constant in the fold", "nearly constant"]
)
@pytest.mark.parametrize("shape", REFIT_SHAPES, ids=str)
def test_own_operators_predict_as_refitting_does(rng, shape, spread, standardize, on_projections):
    """Also with columns that vary in held-out rows only, or nearly so."""
    n, p = REFIT_SHAPES[shape]
    X = rng.normal(2, np.linspace(0.5, 2, p), (n, p))
    Y = 3 + X @ rng.standard_normal((p, 2)) + rng.standard_normal((n, 2))
    fold = make_folds(4, n, None, 0)[1]
    if spread is not None:
        lone = 0.3 + spread * rng.standard_normal(n)
        lone[fold.validation] += 1e3
        X = np.column_stack([X, lone])
    training = posed(X, Y, standardize)
    on_projections = on_projections and not training.basis.dual
    operator = own_operator(training, fold, REFIT_ALPHAS, on_projections)
    got, expected = predictions(operator, training, Y), refitted(X, Y, fold, standardize)
    largest = np.abs(expected).max(axis=1, keepdims=True)
    np.testing.assert_allclose(got / largest, expected / largest, atol=1e-4)
