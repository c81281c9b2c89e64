"""Numbers of multiplications of the methods that the ridge benchmarks compare."""

from dataclasses import dataclass

import numpy as np
import pytest
import torch
from tests.benchmarks.ridge_methods import ALPHAS, FOLDS, Data, ours

from cortex2image.ridge import gcv, kfold
from cortex2image.ridge.operators import FoldOperator

# Targets with which operations are counted.
COUNTED = 1000
HEADER = (
    "| billions of multiplications | projection | K folds | peer | leave one out "
    "| combinations of penalties | products with U a target, leaving one out | K folds, shared by targets |"
    "\n|---|---|---|---|---|---|---|---|"
)


@dataclass(frozen=True)
class Operations:
    """What a case takes.

    Attributes
    ----------
    shape : n, p and t
    combined : float
        Operators of a fold that targets are multiplied with.
    products : float
        Products with U per target when leaving one out.
    """

    shape: tuple[int, int, int]
    combined: float
    products: float

    @classmethod
    def count(cls, shape: tuple[int, int, int]) -> "Operations":
        """Count while fits run, with at most COUNTED of the targets."""
        n, p, t = shape
        data = Data.make(n, p, min(t, COUNTED))
        return cls(shape, combined_operators(data), residual_products(data))

    @property
    def beyond_floor(self) -> float:
        """Return the multiplications of leave one out by which it exceeds its floor (see `ridge_methods`)."""
        n, p, t = self.shape
        return max(0.0, self.products - 1) * n * min(n, p) * t

    def row(self, name: str) -> str:
        """Return a table row of multiplications in billions, of all targets and shared by all targets."""
        n, p, t = self.shape
        a, train, held_out, side = len(ALPHAS), n * (FOLDS - 1) // FOLDS, n // FOLDS, min(n, p)
        width = side if p < n else train
        folds = self.combined * n * width + n * side * (2 if p < n else 1)
        peer_folds = a * n * train + a * n * side
        shared = [n * p * side / 2, 9 * side**3, a * n * held_out * 2 * width]
        values = [n * side, folds, peer_folds, (1 + self.products) * n * side]
        by_target = " | ".join(f"{value * t / 1e9:.0f}" for value in values)
        counts = f"{self.combined:.1f} | {self.products:.1f}"
        return f"| {name} | {by_target} | {counts} | {sum(shared) / 1e9:.0f} |"


def combined_operators(data: Data) -> float:
    """Return the mean number of combined operators of a fold."""
    combined: list[int] = []
    compressed = kfold.compressed

    def recorded(operator: FoldOperator) -> FoldOperator:
        fewer = compressed(operator)
        combined.append(len(fewer.matrix))
        return fewer

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kfold, "compressed", recorded)
        ours(data, "kfold")
    return float(np.mean(combined))


def residual_products(data: Data) -> float:
    """Return the number of products with U per target in leave one out.

    Leave one out takes a product for the likely penalty and one for each penalty that bounds do not exclude.
    """
    columns: list[int] = []
    residuals = gcv.Residuals.of

    def taken(self: object, penalty: int, chosen: torch.Tensor, double: bool) -> torch.Tensor:
        columns.append(len(chosen))
        return residuals(self, penalty, chosen, double)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gcv.Residuals, "of", taken)
        ours(data, "loo")
    return sum(columns) / data.Y.shape[1]
