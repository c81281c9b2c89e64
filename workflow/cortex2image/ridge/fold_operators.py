"""What predicts the held-out rows of a fold for every penalty, ready to meet any number of targets.

For a fold with training rows T and validation rows F, ridge regression with an intercept predicts

    features:  mean(Y_T) + (X_F - m) (X_T'X_T + alpha)^-1 X_T'Y_T           operator on X'Y_T and sum(Y_T)
    samples:   mean(Y_T) + K_FT (K_TT + alpha)^-1 Y_T,  K = XX'             operator on Y_T
    shared:    -Q_FF^-1 Q_FT Y_T,  Q = (K + alpha)^-1 without its constant  the same, one inverse for all folds

where X and K are centred with the training rows of the fold. The last line is the inverse of a block matrix;
an intercept is its limit of an infinite eigenvalue for the constant vector. All targets share the operators, so
that the work per target is one product. They are computed in double precision, except that `shared` uses that of
the data where the condition number is below `WELL_CONDITIONED`.
"""

from dataclasses import dataclass

import numpy as np
import torch

from cortex2image.ridge.basis import Basis
from cortex2image.ridge.design import Design
from cortex2image.ridge.folds import Fold
from cortex2image.ridge.scaling import Scaling

WELL_CONDITIONED = 300.0


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
        largest = self.basis.values[-1] if len(self.basis.values) else torch.ones((), dtype=torch.float64)
        return alphas.clamp_min(4 * torch.finfo(torch.float64).eps * max(self.design.blocks.shape) * float(largest))


@dataclass(frozen=True)
class FoldOperator:
    """Predictions of a fold.

    Attributes
    ----------
    fold : Fold
    matrix : (a, m, k) tensor
        For a penalties and m validation rows. k is the number of training rows, or p + 1 with `on_moments`.
    on_moments : bool
        It is applied to X'Y and the sum of Y over training rows, else to Y of the training rows.
    """

    fold: Fold
    matrix: torch.Tensor
    on_moments: bool


def feature_operator(
    training: Training, fold: Fold, scaling: Scaling, alphas: torch.Tensor, on_moments: bool
) -> FoldOperator:
    """Return the operator of a fold from products of columns.

    Parameters
    ----------
    training : Training, in primal form
    fold : Fold
    scaling : Scaling
        Of the fold's training rows.
    alphas : (a,) tensor, float64
    on_moments : bool
        Without it the operator is applied to samples: slower with p < n, but exact in single precision where
        predictors are ill-conditioned, and possible where validation rows of folds overlap.
    """
    design = training.design
    centre, scale = _relative(scaling, design)
    left_out = design.select(~fold.train).double()
    gram = training.gram - left_out.T @ left_out - fold.train.sum() * torch.outer(centre, centre)
    gram /= torch.outer(scale, scale)
    rows = (design.select(fold.validation).double() - centre) / scale
    matrix = torch.stack([_solved(gram, rows, alpha) for alpha in training.floor(alphas)]) / scale
    mean = training.intercept / fold.train.sum() - matrix @ centre
    if on_moments:
        return FoldOperator(fold, torch.cat([matrix, mean[..., None]], dim=2).to(design.dtype), True)
    matrix = matrix @ design.select(fold.train).double().T + mean[..., None]
    return FoldOperator(fold, matrix.to(design.dtype), False)


def sample_operator(
    training: Training, fold: Fold, scaling: Scaling, alphas: torch.Tensor
) -> FoldOperator:
    """Return the operator of a fold from products of rows, which `scaling` of its training rows defines."""
    design = training.design
    gram = Design(design.blocks, scaling, design.device, design.dtype, design.elements).gram()
    train, validation = torch.from_numpy(fold.train), torch.from_numpy(fold.validation)
    square, rows = gram[train][:, train], gram[validation][:, train]
    del gram
    matrix = torch.stack([_solved(square, rows, alpha) for alpha in training.floor(alphas)])
    matrix += training.intercept / fold.train.sum()
    return FoldOperator(fold, matrix.to(design.dtype), False)


def shared_operators(training: Training, folds: list[Fold], alphas: torch.Tensor) -> list[FoldOperator]:
    """Return the operators of folds that together hold out every row once, without scaling of their own."""
    n, dtype = len(training.gram), training.design.dtype
    matrices = [
        torch.empty(
            len(alphas), int(f.validation.sum()), int(f.train.sum()), dtype=dtype, device=training.gram.device
        )
        for f in folds
    ]
    for number, alpha in enumerate(training.floor(alphas)):
        inverse = _residual_inverse(training, alpha)
        for fold, matrix in zip(folds, matrices, strict=True):
            train, validation = torch.from_numpy(fold.train), torch.from_numpy(fold.validation)
            held_out = inverse[validation]
            factor = torch.linalg.cholesky(held_out[:, validation])
            matrix[number] = -torch.cholesky_solve(held_out[:, train], factor)
    return [FoldOperator(f, m, False) for f, m in zip(folds, matrices, strict=True)]


def _residual_inverse(training: Training, alpha: torch.Tensor) -> torch.Tensor:
    """Return (K + alpha)^-1, without the constant direction if there is an intercept."""
    values = training.basis.values
    n, largest = len(training.gram), float(values[-1])
    deficient = len(values) < n - training.intercept
    condition = (largest + alpha) / ((0 if deficient else values[0]) + alpha)
    dtype = training.design.dtype if condition < WELL_CONDITIONED else torch.float64
    # The constant is no direction of a centred K. A large eigenvalue there keeps the inverse well-conditioned.
    shifted = (training.gram + training.intercept * largest / n).to(dtype)
    shifted.diagonal().add_(float(alpha))
    inverse = torch.cholesky_inverse(torch.linalg.cholesky(shifted))
    return inverse - training.intercept / (n * (largest + float(alpha)))


def _solved(gram: torch.Tensor, rows: torch.Tensor, alpha: torch.Tensor) -> torch.Tensor:
    """Return rows (gram + alpha)^-1."""
    shifted = gram.clone()
    shifted.diagonal().add_(alpha)
    return torch.cholesky_solve(rows.T, torch.linalg.cholesky(shifted)).T


def _relative(scaling: Scaling, design: Design) -> tuple[torch.Tensor, torch.Tensor]:
    """Return centre and scale of a fold in the units of the design."""
    whole = design.scaling
    centre = (scaling.centre.astype(np.float64) - whole.centre) / whole.scale
    scale = scaling.scale.astype(np.float64) / whole.scale
    return torch.from_numpy(centre).to(design.device), torch.from_numpy(scale).to(design.device)
