"""The methods that the ridge benchmarks compare, and their data."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from sklearn.model_selection import KFold

from cortex2image.ridge import RidgeCV

ALPHAS = np.logspace(0, 6, 13)
FOLDS = 5
TEST_ROWS = 200


@dataclass(frozen=True)
class Data:
    """Training and test rows; targets from pure noise to nearly pure signal."""

    X: np.ndarray
    Y: np.ndarray
    X_test: np.ndarray
    Y_test: np.ndarray
    folds: list[tuple[np.ndarray, np.ndarray]]

    @classmethod
    def make(cls, n: int, p: int, t: int) -> "Data":
        """Draw targets, and predictors with variances that decrease like those of voxels."""
        rng = np.random.default_rng(0)
        X = rng.standard_normal((n + TEST_ROWS, p), dtype=np.float32)
        X *= np.arange(1, p + 1, dtype=np.float32) ** -0.25
        Y = X @ rng.standard_normal((p, t), dtype=np.float32)
        Y *= np.sqrt(rng.random(t, dtype=np.float32)) / Y.std(axis=0)
        Y += rng.standard_normal((n + TEST_ROWS, t), dtype=np.float32)
        folds = list(KFold(FOLDS, shuffle=True, random_state=0).split(X[:n]))
        return cls(X[:n], Y[:n], X[n:], Y[n:], folds)


def solver(**options: Any) -> RidgeCV:
    """Return this solver with the penalties of the benchmarks and the threads of torch."""
    if "threads" in RidgeCV().get_params():
        options["threads"] = torch.get_num_threads()
    return RidgeCV(ALPHAS, **{"device": "cpu"} | options)


def ours(data: Data, selection: str, device: str = "cpu", standardize: bool = False) -> np.ndarray:
    """Return the predictions of this solver for the test rows."""
    model = solver(cv=data.folds, selection=selection, device=device, standardize=standardize)
    return model.fit(data.X, data.Y).predict(data.X_test)


def peer(data: Data, kind: type) -> np.ndarray:
    """Return the predictions of an estimator of himalaya for the test rows."""
    model = kind(alphas=ALPHAS.astype(np.float32), cv=data.folds, fit_intercept=True)
    return model.fit(data.X, data.Y).predict(data.X_test)


def floor(data: Data, selection: str) -> None:
    """Do what a closed form cannot avoid: Gram matrix, eigendecomposition, one projection of the targets.

    Leave one out also takes the residuals of one penalty, another product of the same size.
    """
    X = (data.X - data.X.mean(axis=0)).astype(np.float64)
    dual = X.shape[0] <= X.shape[1]
    _, vectors = np.linalg.eigh(X @ X.T if dual else X.T @ X)
    left = (vectors if dual else X @ vectors).astype(np.float32)
    projected = left.T @ data.Y
    if selection == "loo":
        left @ projected


def accuracy(predicted: np.ndarray, measured: np.ndarray) -> float:
    """Return the mean correlation over targets."""
    a, b = predicted - predicted.mean(axis=0), measured - measured.mean(axis=0)
    scale = np.sqrt((a**2).sum(axis=0) * (b**2).sum(axis=0))
    return float(np.mean((a * b).sum(axis=0) / np.where(scale > 0, scale, 1)))
