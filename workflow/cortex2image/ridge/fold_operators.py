"""What predicts the held-out rows of a fold for every penalty, ready to meet any number of targets.

With left singular vectors U, filters f (see `basis`) and an intercept as one more direction 1/sqrt(n) of
filter 1, the residuals of all rows are R Y with R = I - U f U'. For a fold with training rows T and held-out
rows F, the ridge regression that has not seen F predicts (inverse of a block matrix)

    shared:    -R_FF^-1 R_FT Y_T  =  R_FF^-1 U_F f U_T'Y_T        one decomposition for all
    own:       mean(Y_T) + X_F (X_T'X_T + alpha)^-1 X_T'Y_T      where folds scale X by themselves, or overlap
               mean(Y_T) + K_FT (K_TT + alpha)^-1 Y_T            the same in dual form, K = XX'

All targets share the operators, so that the work per target is one product with U_T'Y_T ("projections") or
with Y_T ("samples"), whichever is shorter. Operators are computed in double precision; shared ones in that of
the data where the matrix to invert is better conditioned than `WELL_CONDITIONED`.
"""

from dataclasses import dataclass, replace

import numpy as np
import torch

from cortex2image.ridge.basis import Basis
from cortex2image.ridge.design import Design
from cortex2image.ridge.folds import Fold
from cortex2image.ridge.products import product
from cortex2image.ridge.scaling import Scaling

WELL_CONDITIONED = 300.0
# The rounding error of single precision may grow so many times on its way from projections to predictions.
LARGEST_GAIN = 1e4


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
        return alphas.clamp_min(4 * torch.finfo(torch.float64).eps * max(self.design.blocks.shape) * largest)


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
    """

    fold: Fold
    matrix: torch.Tensor
    on_projections: bool


def shared_operators(training: Training, folds: list[Fold], alphas: torch.Tensor) -> list[FoldOperator]:
    """Return the operators of folds that together hold out every row once and scale X alike."""
    penalties = training.floor(alphas)
    if not training.basis.dual:
        return [_shared_on_projections(training, fold, penalties) for fold in folds]
    matrices = [_empty(training, fold, len(alphas), int(fold.train.sum())) for fold in folds]
    for number, alpha in enumerate(penalties):
        residual = _residual_matrix(training, alpha)
        for fold, matrix in zip(folds, matrices, strict=True):
            matrix[number] = _on_samples(residual, fold)
    return [FoldOperator(f, m, False) for f, m in zip(folds, matrices, strict=True)]


def own_operator(
    training: Training, fold: Fold, scaling: Scaling, alphas: torch.Tensor, on_projections: bool
) -> FoldOperator:
    """Return the operator of a fold that scales X by itself, or of one of several that overlap.

    Parameters
    ----------
    training : Training
    fold : Fold
    scaling : Scaling
        Of the fold's training rows.
    alphas : (a,) tensor, float64
    on_projections : bool
        Only in primal form, for folds that together hold out every row once.
    """
    penalties = training.floor(alphas)
    if training.basis.dual:
        matrix = _from_rows(training, fold, scaling, penalties)
    else:
        matrix = _from_columns(training, fold, scaling, penalties, on_projections)
    single = matrix.to(training.basis.left.dtype)
    return FoldOperator(fold, single if _is_fine(matrix, training) else matrix, on_projections)


def _residual_matrix(training: Training, alpha: torch.Tensor) -> torch.Tensor:
    """Return R, (n, n), up to a factor."""
    basis, n = training.basis, len(training.gram)
    if len(basis.values) < n - training.intercept:
        filters = basis.filters(alpha[None])[:, 0]
        weighted = basis.exact * filters.sqrt()
        residual = product(weighted, weighted.T).neg_().sub_(training.intercept / n)
        residual.diagonal().add_(1)
        return residual
    # Without directions that no penalty reaches, R is U (1 - f) U': no difference of nearly equal numbers.
    remaining = (basis.values[0] + alpha) / (basis.values + alpha)
    left = basis.left if 1 / remaining[-1] < WELL_CONDITIONED else basis.exact
    weighted = left * remaining.sqrt().to(left.dtype)
    return product(weighted, weighted.T)


def _on_samples(residual: torch.Tensor, fold: Fold) -> torch.Tensor:
    train, held_out = torch.from_numpy(fold.train), torch.from_numpy(fold.validation)
    rows = residual[held_out]
    factor = torch.linalg.cholesky(rows[:, held_out])
    return -_solve(factor, rows[:, train])


def _shared_on_projections(training: Training, fold: Fold, alphas: torch.Tensor) -> FoldOperator:
    matrix = _empty(training, fold, len(alphas), len(training.basis.values) + 1)
    for alpha, part in zip(alphas, matrix, strict=True):
        _on_projections(training, fold, alpha, part)
    if not _is_fine(matrix, training):
        matrix = matrix.double()
        for alpha, part in zip(alphas, matrix, strict=True):
            _on_projections(training, fold, alpha, part)
    return FoldOperator(fold, matrix, True)


def _is_fine(matrix: torch.Tensor, training: Training) -> bool:
    """Return whether rounding of single-precision projections stays small in the predictions."""
    largest = torch.linalg.vector_norm(matrix, dim=2).max() * len(training.basis.left) ** 0.5
    return bool(largest < LARGEST_GAIN)


def _on_projections(training: Training, fold: Fold, alpha: torch.Tensor, out: torch.Tensor) -> None:
    """Write the operator of a penalty to `out`."""
    basis, held_out = training.basis, torch.from_numpy(fold.validation)
    filters = torch.cat([basis.filters(alpha[None])[:, 0], basis.values.new_ones(1)])
    for choice in (basis.left, basis.exact) if out.dtype == torch.float32 else (basis.exact,):
        left = with_constant(choice[held_out], training)
        filtered = left * filters.to(left.dtype)
        spare = torch.eye(len(left), dtype=left.dtype, device=left.device) - product(filtered, left.T)
        factor, failed = torch.linalg.cholesky_ex(spare, check_errors=choice is basis.exact)
        if not failed and factor.diagonal().min() ** 2 > 1 / WELL_CONDITIONED:
            break
    out[:] = _solve(factor, filtered)


def _empty(training: Training, fold: Fold, penalties: int, width: int) -> torch.Tensor:
    left = training.basis.left
    return torch.empty(penalties, int(fold.validation.sum()), width, dtype=left.dtype, device=left.device)


def _solve(factor: torch.Tensor, rows: torch.Tensor) -> torch.Tensor:
    """Return A^-1 rows from the Cholesky factor of A."""
    if factor.dtype == torch.float64:
        return torch.cholesky_solve(rows, factor)
    # Single precision means that A is well-conditioned; one product is faster than two triangular solutions.
    return product(torch.cholesky_inverse(factor), rows)


def with_constant(left: torch.Tensor, training: Training) -> torch.Tensor:
    """Return (m, k) rows of U with one more column: the intercept's direction, 0 without one."""
    constant = training.intercept / len(training.basis.left) ** 0.5
    return torch.cat([left, left.new_full((len(left), 1), constant)], dim=1)


def _from_columns(
    training: Training, fold: Fold, scaling: Scaling, alphas: torch.Tensor, on_projections: bool
) -> torch.Tensor:
    design, size = training.design, int(fold.train.sum())
    centre, scale = _relative(scaling, design)
    left_out = design.select(~fold.train)
    gram = training.gram - left_out.T @ left_out - size * torch.outer(centre, centre)
    gram /= torch.outer(scale, scale)
    rows = (design.select(fold.validation) - centre) / scale
    matrix = torch.stack([_solved(gram, rows, alpha) for alpha in alphas]) / scale
    mean = (training.intercept / size - matrix @ centre)[..., None]
    if on_projections:
        to_products = training.basis.score_map.matrix * training.basis.values
        return torch.cat([matrix @ to_products, mean * len(fold.train) ** 0.5], dim=2)
    return matrix @ design.select(fold.train).T + mean


def _from_rows(training: Training, fold: Fold, scaling: Scaling, alphas: torch.Tensor) -> torch.Tensor:
    gram = replace(training.design, scaling=scaling).gram()
    train, held_out = torch.from_numpy(fold.train), torch.from_numpy(fold.validation)
    square, rows = gram[train][:, train], gram[held_out][:, train]
    del gram
    matrix = torch.stack([_solved(square, rows, alpha) for alpha in alphas])
    return matrix + training.intercept / int(fold.train.sum())


def _solved(gram: torch.Tensor, rows: torch.Tensor, alpha: torch.Tensor) -> torch.Tensor:
    """Return rows (gram + alpha)^-1."""
    shifted = gram.clone()
    shifted.diagonal().add_(alpha)
    return torch.cholesky_solve(rows.T, torch.linalg.cholesky(shifted)).T


def _relative(scaling: Scaling, design: Design) -> tuple[torch.Tensor, torch.Tensor]:
    """Return centre and scale of a fold in the units of the design."""
    whole = design.scaling
    centre = (scaling.centre - whole.centre) / whole.scale
    scale = np.ones_like(centre)
    np.divide(scaling.scale, whole.scale, out=scale, where=np.isfinite(whole.scale))
    return torch.from_numpy(centre).to(design.device), torch.from_numpy(scale).to(design.device)
