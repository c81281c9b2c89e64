"""Regression problems for the ridge tests, and refits of folds with scikit-learn."""

import numpy as np
import torch
from sklearn.linear_model import Ridge
from sklearn.preprocessing import StandardScaler

from cortex2image.ridge.basis import Training, with_constant
from cortex2image.ridge.engine import make_training
from cortex2image.ridge.folds import Fold, make_folds
from cortex2image.ridge.inputs import as_blocks
from cortex2image.ridge.need import Need, Splits
from cortex2image.ridge.operators import FoldOperator
from cortex2image.ridge.planning import Plan
from cortex2image.ridge.posing import Posed

ALPHAS = np.logspace(-3, 6, 10)
SHAPES = {
    "one feature": (30, 1),
    "tall": (40, 9),
    "square": (24, 24),
    "wide": (20, 60),
    "nearly square": (25, 24),
}


def drawn(shape: str, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return predictors of one of `SHAPES` and five targets, from hardly any noise to mostly noise."""
    n, p = SHAPES[shape]
    X = rng.normal(1, np.linspace(0.2, 2, p), (n, p))
    noise = np.linspace(0.1, 20, 5)
    return X, 3 + X @ rng.standard_normal((p, 5)) + noise * rng.standard_normal((n, 5))


REFIT_ALPHAS = torch.tensor([1e-6, 1.0, 1e3], dtype=torch.float64)
REFIT_SHAPES = {"tall": (40, 12), "wide": (24, 50)}


def posed(X: np.ndarray, Y: np.ndarray, standardize: bool) -> Training:
    """Return the decomposed training rows, in double precision on the CPU."""
    dual = X.shape[0] <= X.shape[1]
    cpu, plan = torch.device("cpu"), Plan(200, 4, 3, 2)
    rows = Posed(as_blocks(X), len(X), [], None)
    return make_training(rows, Y.dtype, cpu, dual, True, standardize, plan)


def predictions(operator: FoldOperator, training: Training, Y: np.ndarray) -> np.ndarray:
    """Return the predictions of a fold's operators, (a, m, t)."""
    train = torch.from_numpy(np.flatnonzero(operator.fold.train))
    rows = torch.from_numpy(Y)[train]
    mean = rows.mean(dim=0) if operator.around_mean else 0
    if operator.on_projections:
        rows = with_constant(training.basis, train).T @ rows
    predicted = operator.matrix @ rows
    if operator.mixing is not None:
        predicted = torch.einsum("aj,jmt->amt", operator.mixing, predicted)
    return (predicted + mean).numpy()


def refitted(X: np.ndarray, Y: np.ndarray, fold: Fold, standardize: bool) -> np.ndarray:
    """Return the predictions of scikit-learn after fitting the fold, (a, m, t)."""
    scaler = StandardScaler(with_std=standardize).fit(X[fold.train])
    train, new = scaler.transform(X[fold.train]), scaler.transform(X[fold.validation])
    return np.array(
        [Ridge(float(a), solver="svd").fit(train, Y[fold.train]).predict(new) for a in REFIT_ALPHAS]
    )


def awkward(name: str, X: np.ndarray) -> np.ndarray:
    """Return X with one of the properties that break careless solvers."""
    if name == "duplicated rows":
        return np.repeat(X[: len(X) // 2], 2, axis=0)
    if name == "collinear columns":
        return np.column_stack([X, X[:, :3], X @ np.ones((X.shape[1], 1))])
    if name == "column that one row owns":
        return np.column_stack([X, np.eye(len(X))[:, 4]])
    return X * np.logspace(-4, 1, X.shape[1])


FIVE_FOLDS = Splits.of_folds(make_folds(5, 2000, None, 0))
NEED = Need(2000, 500, 10_000, alphas=13, dual=False, splits=FIVE_FOLDS)
