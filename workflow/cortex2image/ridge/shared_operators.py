"""Operators of all folds from one decomposition, for folds that hold out every row once and scale X alike.

Let U be the left singular vectors and f the filters of all training rows (see `basis`), with the intercept as
one more direction of filter 1. The residuals of all rows are R Y with R = I - U f U'. For a fold
with training rows T and held-out rows F, a ridge regression of T predicts (inverse of a block matrix)

    -R_FF^-1 R_FT Y_T  =  R_FF^-1 U_F f U_T'Y_T

Operators are computed in double precision, or in the precision of the data if the condition number of the
matrix to invert is below `WELL_CONDITIONED`.

R is a difference. If hardly anything is left of it (a single row gives a column its variance, or penalties
are tiny), it is mostly rounding error. If the error of R_FF may exceed `LARGEST_ERROR`, the fold gets an
operator of its own (see `operators`).
"""

from collections.abc import Iterator

import numpy as np
import torch

from cortex2image.ridge.basis import Training, with_constant
from cortex2image.ridge.complement import saturated
from cortex2image.ridge.folds import Fold
from cortex2image.ridge.linalg import product
from cortex2image.ridge.operators import FoldOperator, is_fine, own_operator
from cortex2image.ridge.repeats import Side
from cortex2image.ridge.threads import side_by_side, torch_threads

# Condition number below which single precision suffices to invert R_FF.
WELL_CONDITIONED = 300.0
# Largest relative error of R_FF.
LARGEST_ERROR = 1e-6
# Penalties whose R is in memory at once: R and the matrix it comes from fit into the memory that the
# decomposition has freed.
RESIDUAL_MATRICES = 2


def shared_operators(
    training: Training, folds: list[Fold], alphas: torch.Tensor, makers: int = 1
) -> Iterator[FoldOperator]:
    """Yield the operators of every fold; the folds together hold out every row once and scale X alike.

    Operators of `makers` penalties are computed side by side. No reference to a fold's operators is kept:
    unless the caller keeps one, they are freed before those of the next fold are computed.
    """
    penalties = training.floor(alphas)
    if training.on_samples:
        together = _shared_on_samples(training, folds, penalties, makers)
        shared = (together.pop(0) for _ in folds)
    else:
        shared = (_shared_on_projections(training, fold, penalties, makers) for fold in folds)
    for fold in folds:
        yield next(shared) or own_operator(training, fold, alphas, not training.basis.dual)


def _residual_matrix(training: Training, alpha: torch.Tensor) -> torch.Tensor:
    """Return R, (n, n), up to a factor, which cancels in the operators."""
    basis = training.basis
    if not saturated(basis):
        filters = basis.filters(alpha[None])[:, 0]
        weighted = basis.exact * filters.sqrt()
        residual = product(weighted, weighted.T).neg_()
        residual.sub_(torch.outer(basis.constant, basis.constant)).diagonal().add_(1)
        return residual
    # If U spans all rows, R is U (1 - f) U': no difference of nearly equal numbers.
    remaining = (basis.values[0] + alpha) / (basis.values + alpha)
    left = basis.left if 1 / remaining[-1] < WELL_CONDITIONED else basis.exact
    weighted = left * remaining.sqrt().to(left.dtype)
    return product(weighted, weighted.T)


def _shared_on_samples(
    training: Training, folds: list[Fold], alphas: torch.Tensor, makers: int
) -> list[FoldOperator | None]:
    """Return the operators of every fold in dual form; None for a fold whose R_FF is imprecise."""
    sides = [(training.side(fold.train), training.side(fold.validation)) for fold in folds]
    matrices = [_empty(training, held_out, len(alphas), len(train.targets)) for train, held_out in sides]
    exact = saturated(training.basis)

    def usable(number: int) -> list[bool]:
        residual = _residual_matrix(training, alphas[number])
        least = 0.0 if exact else training.rounding(alphas[number]) / LARGEST_ERROR
        return [
            _on_samples(residual, train, held_out, least, matrix[number])
            for (train, held_out), matrix in zip(sides, matrices, strict=True)
        ]

    fine = np.all(side_by_side(usable, range(len(alphas)), min(RESIDUAL_MATRICES, makers)), axis=0)
    return [
        FoldOperator(fold, matrix, False) if each else None
        for fold, matrix, each in zip(folds, matrices, fine, strict=True)
    ]


def _on_samples(residual: torch.Tensor, train: Side, held_out: Side, least: float, out: torch.Tensor) -> bool:
    """Write the operator of a penalty to `out` and return True; False if a pivot of R_FF is <= `least`."""
    rows = residual[held_out.rows]
    with torch_threads():
        factor, failed = torch.linalg.cholesky_ex(rows[:, held_out.rows])
        if failed or factor.diagonal().min() ** 2 <= least:
            return False
        out[:] = _solve(factor, train.summed(rows[:, train.rows], dim=1)).neg_()
    return True


def _shared_on_projections(
    training: Training, fold: Fold, alphas: torch.Tensor, makers: int
) -> FoldOperator | None:
    """Return the operators of a fold in primal form; None if R_FF is imprecise."""
    held_out = training.side(fold.validation)
    matrix = _empty(training, held_out, len(alphas), len(training.basis.values) + 1)
    usable = _all_on_projections(training, held_out, alphas, matrix, makers)
    if usable and not is_fine(matrix, training):
        matrix = matrix.double()
        usable = _all_on_projections(training, held_out, alphas, matrix, makers)
    return FoldOperator(fold, matrix, True) if usable else None


def _all_on_projections(
    training: Training, held_out: Side, alphas: torch.Tensor, matrix: torch.Tensor, makers: int
) -> bool:
    """Write the operators of all penalties to `matrix`; return whether R_FF was precise enough for all."""
    each = list(zip(alphas, matrix, strict=True))
    return all(side_by_side(lambda one: _on_projections(training, held_out, *one), each, makers))


def _on_projections(training: Training, held_out: Side, alpha: torch.Tensor, out: torch.Tensor) -> bool:
    """Write the operator of a penalty to `out` if R_FF is precise enough; return whether it is."""
    basis = training.basis
    filters = torch.cat([basis.filters(alpha[None])[:, 0], basis.values.new_ones(1)])
    for exact in (False, True) if out.dtype == torch.float32 else (True,):
        left = with_constant(basis, held_out.rows, exact)
        roots = filters.sqrt().to(left.dtype)
        half = left * roots
        spare = torch.eye(len(left), dtype=left.dtype, device=left.device) - product(half, half.T)
        with torch_threads():
            factor, failed = torch.linalg.cholesky_ex(spare)
        least = 0.0 if failed else float(factor.diagonal().min()) ** 2
        if least > 1 / WELL_CONDITIONED:
            break
    usable = least > training.rounding(alpha) / LARGEST_ERROR
    if usable:
        with torch_threads():
            out[:] = _solve(factor, half.mul_(roots))
    return usable


def _empty(training: Training, held_out: Side, penalties: int, width: int) -> torch.Tensor:
    """Allocate the operators of a fold, (penalties, m, width)."""
    left = training.basis.left
    return torch.empty(penalties, len(held_out.rows), width, dtype=left.dtype, device=left.device)


def _solve(factor: torch.Tensor, rows: torch.Tensor) -> torch.Tensor:
    """Return A^-1 rows, given the Cholesky factor of A."""
    if factor.dtype == torch.float64:
        return torch.cholesky_solve(rows, factor)
    # In single precision A is well-conditioned, and one product is faster than two triangular solutions.
    return product(torch.cholesky_inverse(factor), rows)
