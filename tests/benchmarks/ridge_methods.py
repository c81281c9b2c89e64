"""The methods that the ridge benchmarks compare, their data, and their numbers of multiplications."""

from dataclasses import dataclass

import numpy as np
import pytest
import torch
from sklearn.model_selection import KFold

from cortex2image.ridge import RidgeCV, gcv, kfold
from cortex2image.ridge.operators import FoldOperator

ALPHAS = np.logspace(0, 6, 13)
FOLDS = 5
TEST_ROWS = 200
# Targets with which operations are counted.
COUNTED = 1000


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


def ours(data: Data, selection: str, device: str = "cpu", standardize: bool = False) -> np.ndarray:
    """Return the predictions of this solver for the test rows."""
    model = RidgeCV(ALPHAS, cv=data.folds, selection=selection, device=device, standardize=standardize)
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


def operations(name: str, shape: tuple[int, int, int]) -> str:
    """Return a table row of multiplications in billions, of all targets and shared by all targets."""
    n, p, t = shape
    a, train, held_out, side = len(ALPHAS), n * (FOLDS - 1) // FOLDS, n // FOLDS, min(n, p)
    width = side if p < n else train
    combined, products = counted(Data.make(n, p, min(t, COUNTED)))
    folds = combined * n * width + n * side * (2 if p < n else 1)
    peer_folds = a * n * train + a * n * side
    shared = [n * p * side / 2, 9 * side**3, a * n * held_out * 2 * width]
    values = [n * side, folds, peer_folds, (1 + products) * n * side]
    by_target = " | ".join(f"{value * t / 1e9:.0f}" for value in values)
    return f"| {name} | {by_target} | {combined:.1f} | {products:.1f} | {sum(shared) / 1e9:.0f} |"


def counted(data: Data) -> tuple[float, float]:
    """Return the number of combined operators of a fold, and of products with U per target in leave one out.

    Leave one out takes a product for the likely penalty and one for each penalty that bounds do not exclude.
    """
    combined: list[int] = []
    columns: list[int] = []
    compressed, residuals = kfold.compressed, gcv.Residuals.of

    def recorded(operator: FoldOperator) -> FoldOperator:
        fewer = compressed(operator)
        combined.append(len(fewer.matrix))
        return fewer

    def taken(self: object, penalty: int, chosen: torch.Tensor, double: bool) -> torch.Tensor:
        columns.append(len(chosen))
        return residuals(self, penalty, chosen, double)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kfold, "compressed", recorded)
        patch.setattr(gcv.Residuals, "of", taken)
        ours(data, "kfold")
        ours(data, "loo")
    return float(np.mean(combined)), sum(columns) / data.Y.shape[1]
