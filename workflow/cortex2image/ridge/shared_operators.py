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

R is a difference. Where hardly anything remains of it (a row that alone gives a column its variance, tiny
penalties) rounding would show. Where that may exceed `LARGEST_ERROR`, a fold gets an operator of its own.
"""

from collections.abc import Iterator

import numpy as np
import torch

from cortex2image.ridge.basis import Training, with_constant
from cortex2image.ridge.folds import Fold
from cortex2image.ridge.linalg import product, side_by_side
from cortex2image.ridge.operators import FoldOperator, is_fine, own_operator

WELL_CONDITIONED = 300.0
LARGEST_ERROR = 1e-6
# R, and a matrix it is made of, that exist at once find room where the decomposition was made.
RESIDUAL_MATRICES = 2


def shared_operators(
    training: Training, folds: list[Fold], alphas: torch.Tensor, makers: int = 1
) -> Iterator[FoldOperator]:
    """Yield the operators of folds that together hold out every row once and scale X alike.

    No reference to one is kept: where the caller keeps none, it is gone before the next is made. Those of so
    many penalties are made side by side.
    """
    penalties = training.floor(alphas)
    if training.basis.dual:
        together = _shared_on_samples(training, folds, penalties, makers)
        shared = (together.pop(0) for _ in folds)
    else:
        shared = (_shared_on_projections(training, fold, penalties, makers) for fold in folds)
    for fold in folds:
        yield next(shared) or own_operator(training, fold, alphas, not training.basis.dual)


def _residual_matrix(training: Training, alpha: torch.Tensor) -> torch.Tensor:
    """Return R, (n, n), up to a factor."""
    basis, n = training.basis, len(training.gram)
    if not basis.spans_all(training.intercept):
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


def _shared_on_samples(
    training: Training, folds: list[Fold], alphas: torch.Tensor, makers: int
) -> list[FoldOperator | None]:
    """Return the operators in dual form, None where rounding would show."""
    matrices = [_empty(training, fold, len(alphas), int(fold.train.sum())) for fold in folds]
    exact = training.basis.spans_all(training.intercept)

    def usable(number: int) -> list[bool]:
        residual = _residual_matrix(training, alphas[number])
        least = 0.0 if exact else training.rounding(alphas[number]) / LARGEST_ERROR
        return [
            _on_samples(residual, fold, least, matrix[number])
            for fold, matrix in zip(folds, matrices, strict=True)
        ]

    fine = np.all(side_by_side(usable, range(len(alphas)), min(RESIDUAL_MATRICES, makers)), axis=0)
    return [
        FoldOperator(fold, matrix, False) if each else None
        for fold, matrix, each in zip(folds, matrices, fine, strict=True)
    ]


def _on_samples(residual: torch.Tensor, fold: Fold, least: float, out: torch.Tensor) -> bool:
    """Write the operator of a penalty to `out` if eigenvalues of R_FF are above `least`; return whether."""
    train, held_out = torch.from_numpy(fold.train), torch.from_numpy(fold.validation)
    rows = residual[held_out]
    factor, failed = torch.linalg.cholesky_ex(rows[:, held_out])
    if failed or factor.diagonal().min() ** 2 <= least:
        return False
    out[:] = _solve(factor, rows[:, train]).neg_()
    return True


def _shared_on_projections(
    training: Training, fold: Fold, alphas: torch.Tensor, makers: int
) -> FoldOperator | None:
    """Return the operator in primal form, None if rounding would show in it."""
    matrix = _empty(training, fold, len(alphas), len(training.basis.values) + 1)
    usable = _all_on_projections(training, fold, alphas, matrix, makers)
    if usable and not is_fine(matrix, training):
        matrix = matrix.double()
        usable = _all_on_projections(training, fold, alphas, matrix, makers)
    return FoldOperator(fold, matrix, True) if usable else None


def _all_on_projections(
    training: Training, fold: Fold, alphas: torch.Tensor, matrix: torch.Tensor, makers: int
) -> bool:
    """Write the operators of all penalties to `matrix` if rounding does not show in them; return whether."""
    each = list(zip(alphas, matrix, strict=True))
    return all(side_by_side(lambda one: _on_projections(training, fold, *one), each, makers))


def _on_projections(training: Training, fold: Fold, alpha: torch.Tensor, out: torch.Tensor) -> bool:
    """Write the operator of a penalty to `out` if rounding does not show in it; return whether."""
    basis, held_out = training.basis, torch.from_numpy(fold.validation)
    filters = torch.cat([basis.filters(alpha[None])[:, 0], basis.values.new_ones(1)])
    for choice in (basis.left, basis.exact) if out.dtype == torch.float32 else (basis.exact,):
        left = with_constant(choice[held_out], training)
        roots = filters.sqrt().to(left.dtype)
        half = left * roots
        spare = torch.eye(len(left), dtype=left.dtype, device=left.device) - product(half, half.T)
        factor, failed = torch.linalg.cholesky_ex(spare)
        least = 0.0 if failed else float(factor.diagonal().min()) ** 2
        if least > 1 / WELL_CONDITIONED:
            break
    usable = least > training.rounding(alpha) / LARGEST_ERROR
    if usable:
        out[:] = _solve(factor, half.mul_(roots))
    return usable


def _empty(training: Training, fold: Fold, penalties: int, width: int) -> torch.Tensor:
    left = training.basis.left
    return torch.empty(penalties, int(fold.validation.sum()), width, dtype=left.dtype, device=left.device)


def _solve(factor: torch.Tensor, rows: torch.Tensor) -> torch.Tensor:
    """Return A^-1 rows from the Cholesky factor of A."""
    if factor.dtype == torch.float64:
        return torch.cholesky_solve(rows, factor)
    # Single precision means that A is well-conditioned; one product is faster than two triangular solutions.
    return product(torch.cholesky_inverse(factor), rows)
