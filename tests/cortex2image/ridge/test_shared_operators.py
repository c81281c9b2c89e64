"""Shared operators predict what scikit-learn predicts after fitting each fold."""

import numpy as np
import pytest
from tests.support.ridge_problems import REFIT_ALPHAS, REFIT_SHAPES, posed, predictions, refitted

from cortex2image.ridge.complement import saturated
from cortex2image.ridge.folds import make_folds
from cortex2image.ridge.shared_operators import shared_operators


@pytest.fixture(params=REFIT_SHAPES, ids=str)
def data(request: pytest.FixtureRequest, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    n, p = REFIT_SHAPES[request.param]
    X = rng.normal(2, np.linspace(0.5, 2, p), (n, p))
    return X, 3 + X @ rng.standard_normal((p, 2)) + rng.standard_normal((n, 2))


def test_shared_operators_predict_as_refitting_does(data, monkeypatch):
    X, Y = data
    training, folds = posed(X, Y, False), make_folds(4, len(X), None, 0)
    monkeypatch.setattr("cortex2image.ridge.shared_operators.own_operator", None)
    for operator in shared_operators(training, folds, REFIT_ALPHAS):
        assert operator.on_projections == (X.shape[0] > X.shape[1])
        expected = refitted(X, Y, operator.fold, False)
        np.testing.assert_allclose(predictions(operator, training, Y), expected, rtol=1e-4, atol=1e-4)


def test_a_row_of_leverage_one_gives_its_fold_an_operator_of_its_own(data):
    """The large column of row 4 makes R of its fold rounding error; in dual form this takes repeated rows."""
    X, Y = data
    X, Y = np.column_stack([X, 1e4 * np.eye(len(X))[:, 4]]), Y.copy()
    X[-3:], Y[-3:] = X[:3], Y[:3]
    training, folds = posed(X, Y, False), make_folds(4, len(X), None, 0)
    assert not saturated(training.basis)
    for operator in shared_operators(training, folds, REFIT_ALPHAS):
        expected = refitted(X, Y, operator.fold, False)
        np.testing.assert_allclose(predictions(operator, training, Y), expected, rtol=1e-4, atol=1e-4)
