"""Every operator of a fold predicts what scikit-learn predicts after fitting the fold."""

import numpy as np
import pytest
import torch
from sklearn.linear_model import Ridge
from sklearn.preprocessing import StandardScaler

from cortex2image.ridge.blocks import as_blocks
from cortex2image.ridge.engine import pose
from cortex2image.ridge.fold_operators import (
    FoldOperator,
    Training,
    own_operator,
    shared_operators,
    with_constant,
)
from cortex2image.ridge.folds import Fold, make_folds
from cortex2image.ridge.memory import Plan
from cortex2image.ridge.scaling import Scaling

ALPHAS = torch.tensor([1e-6, 1.0, 1e3], dtype=torch.float64)
SHAPES = {"tall": (40, 12), "wide": (24, 50)}


@pytest.fixture(params=SHAPES, ids=str)
def data(request: pytest.FixtureRequest, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    n, p = SHAPES[request.param]
    X = rng.normal(2, np.linspace(0.5, 2, p), (n, p))
    return X, 3 + X @ rng.standard_normal((p, 2)) + rng.standard_normal((n, 2))


def training(X: np.ndarray, Y: np.ndarray, standardize: bool) -> Training:
    dual = X.shape[0] <= X.shape[1]
    posed = pose(as_blocks(X), Y, Y.dtype, torch.device("cpu"), dual, True, standardize, Plan(200, 4, 2))
    return posed.training


def predictions(operator: FoldOperator, shared: Training, Y: np.ndarray) -> np.ndarray:
    rows = torch.from_numpy(Y[operator.fold.train])
    if operator.on_projections:
        rows = with_constant(shared.basis.left[torch.from_numpy(operator.fold.train)], shared).T @ rows
    return (operator.matrix @ rows).numpy()


def refitted(X: np.ndarray, Y: np.ndarray, fold: Fold, standardize: bool) -> np.ndarray:
    scaler = StandardScaler(with_std=standardize).fit(X[fold.train])
    train, new = scaler.transform(X[fold.train]), scaler.transform(X[fold.validation])
    return np.array([Ridge(float(a), solver="svd").fit(train, Y[fold.train]).predict(new) for a in ALPHAS])


def test_shared_operators_predict_as_refitting_does(data):
    X, Y = data
    shared = training(X, Y, False)
    folds = make_folds(4, len(X), None, 0)
    for operator in shared_operators(shared, folds, ALPHAS):
        assert operator.on_projections == (X.shape[0] > X.shape[1])
        expected = refitted(X, Y, operator.fold, False)
        np.testing.assert_allclose(predictions(operator, shared, Y), expected, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("standardize", [False, True])
@pytest.mark.parametrize("on_projections", [False, True])
def test_own_operators_predict_as_refitting_does(data, standardize, on_projections):
    X, Y = data
    shared = training(X, Y, standardize)
    fold = make_folds(4, len(X), None, 0)[1]
    scaling = Scaling.fit(X[fold.train], True, standardize)
    on_projections = on_projections and not shared.basis.dual
    operator = own_operator(shared, fold, scaling, ALPHAS, on_projections)
    expected = refitted(X, Y, fold, standardize)
    np.testing.assert_allclose(predictions(operator, shared, Y), expected, rtol=1e-4, atol=1e-4)
