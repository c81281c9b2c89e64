"""Combinations of operators against the operators themselves."""

import numpy as np
import pytest
import torch
from tests.support.refits import posed

from cortex2image.ridge import RidgeCV, kfold
from cortex2image.ridge.compression import LARGEST_MISS, compressed
from cortex2image.ridge.fold_operators import shared_operators
from cortex2image.ridge.folds import make_folds
from cortex2image.ridge.training import FoldOperator

MANY = np.logspace(-2, 4, 25)

pytestmark = pytest.mark.filterwarnings("ignore:ridge alpha")


@pytest.fixture(params=[(90, 40), (40, 90)], ids=["tall", "wide"])
def data(request: pytest.FixtureRequest, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    n, p = request.param
    X = rng.standard_normal((n, 8)) @ rng.standard_normal((8, p)) + 0.1 * rng.standard_normal((n, p))
    Y = X @ rng.standard_normal((p, 6)) * np.logspace(-3, 1, 6) + 0.1 * rng.standard_normal((n, 6))
    return X.astype(np.float32), Y.astype(np.float32)


def operators(X: np.ndarray, Y: np.ndarray) -> list[FoldOperator]:
    folds = make_folds(4, len(X), None, 0)
    return list(shared_operators(posed(X, Y, False), folds, torch.from_numpy(MANY)))


def test_combinations_give_the_operators_back(data):
    for operator in operators(*data):
        fewer = compressed(operator)
        assert fewer.mixing is not None
        assert fewer.mixing.shape == (len(MANY), len(fewer.matrix))
        assert len(fewer.matrix) <= 0.6 * len(MANY)
        again = torch.einsum("aj,jmw->amw", fewer.mixing, fewer.matrix)
        missed = torch.linalg.vector_norm(again - operator.matrix, dim=(1, 2))
        largest = torch.linalg.vector_norm(operator.matrix, dim=(1, 2)).max()
        assert (missed < 3 * LARGEST_MISS * largest).all()


def test_double_precision_and_single_penalties_stay_as_they_are(data):
    operator = operators(*data)[0]
    double = FoldOperator(operator.fold, operator.matrix.double(), operator.on_projections)
    assert compressed(double) is double
    alone = FoldOperator(operator.fold, operator.matrix[:1], operator.on_projections)
    assert compressed(alone) is alone


def test_scores_are_those_without_combinations(data, monkeypatch):
    """From targets of noise to targets that are predicted almost without error."""
    fewer = RidgeCV(MANY, cv=4).fit(*data)
    monkeypatch.setattr(kfold, "compressed", lambda operator: operator)
    direct = RidgeCV(MANY, cv=4).fit(*data)
    assert direct.best_score_.max() > 0.99
    np.testing.assert_allclose(fewer.cv_scores_, direct.cv_scores_, atol=1e-5)
    np.testing.assert_array_equal(fewer.alpha_, direct.alpha_)
