"""What the folds of a problem share, and what each of them ends as: an operator on targets."""

from dataclasses import dataclass

import torch

from cortex2image.ridge.basis import Basis
from cortex2image.ridge.design import Design
from cortex2image.ridge.folds import Fold

# The rounding error of single precision may grow so many times on its way from projections to predictions.
LARGEST_GAIN = 1e4
EPSILON = torch.finfo(torch.float64).eps


@dataclass(frozen=True)
class Training:
    """What all folds share.

    Attributes
    ----------
    design : Design, (n, p), scaled with all training rows
    gram : (n, n) tensor in dual form, (p, p) tensor in primal form, float64
    basis : Basis
    intercept, standardize : bool
    """

    design: Design
    gram: torch.Tensor
    basis: Basis
    intercept: bool
    standardize: bool

    def floor(self, alphas: torch.Tensor) -> torch.Tensor:
        """Return the penalties, none below rounding error: a smaller one is no different, but singular."""
        largest = float(self.basis.values[-1]) if len(self.basis.values) else 1.0
        return alphas.clamp_min(4 * EPSILON * max(self.design.blocks.shape) * largest)

    def rounding(self, alpha: torch.Tensor) -> float:
        """Return about how much rounding changes R, whose directions come from a rounded Gram matrix."""
        values = self.basis.values
        return float(EPSILON * values[-1] / (values[0] + alpha)) if len(values) else EPSILON


@dataclass(frozen=True)
class FoldOperator:
    """Predictions of a fold.

    Attributes
    ----------
    fold : Fold
    matrix : (a, m, w) tensor
        For a penalties and m held-out rows. w is k + 1 on projections, else the number of training rows.
        Double precision if projections in that of the data are too coarse.
    on_projections : bool
    mixing : (a, j) tensor, optional
        The operators of the penalties are these combinations of `matrix`, which then is (j, m, w).
    """

    fold: Fold
    matrix: torch.Tensor
    on_projections: bool
    mixing: torch.Tensor | None = None


def with_constant(left: torch.Tensor, training: Training) -> torch.Tensor:
    """Return (m, k) rows of U with one more column: the intercept's direction, 0 without one."""
    constant = training.intercept / len(training.basis.left) ** 0.5
    return torch.cat([left, left.new_full((len(left), 1), constant)], dim=1)


def is_fine(matrix: torch.Tensor, training: Training) -> bool:
    """Return whether rounding of single-precision projections stays small in the predictions."""
    largest = torch.linalg.vector_norm(matrix, dim=2).max() * len(training.basis.left) ** 0.5
    return bool(largest < LARGEST_GAIN)
