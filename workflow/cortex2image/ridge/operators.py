"""Operators of folds: for every penalty, the matrix that predicts held-out rows from training targets.

All targets share the operators of a fold with training rows T and held-out rows F. The work per target is one
product with the shorter of U_T'Y_T ("projections") and Y_T ("samples"). This module computes the operator of
one fold on its own, for folds that scale X themselves or overlap; `shared_operators` has a faster way for all
other folds. An own operator predicts

    mean(Y_T) + X_F (X_T'X_T + alpha)^-1 X_T'Y_T      primal form
    mean(Y_T) + K_FT (K_TT + alpha)^-1 Y_T            dual form, K = XX'

In primal form, X_T'X_T is X'X of all rows minus that of the held-out rows. If a column varies in held-out
rows only, this difference is rounding error: if less than `LEAST_KEPT` of the sum of squares of a column is
left, X_T'X_T is computed from the rows of T.
"""

from dataclasses import dataclass, replace

import numpy as np
import torch

from cortex2image.ridge.basis import Training
from cortex2image.ridge.design import Design, Scaling
from cortex2image.ridge.folds import Fold
from cortex2image.ridge.linalg import eigh, product, side_by_side, threads_of

# Largest factor by which rounding errors of single precision may grow from projections to predictions.
LARGEST_GAIN = 1e4
# Share of a column's sum of squares that keeps half the digits of the difference.
LEAST_KEPT = 1e-8


@dataclass(frozen=True)
class FoldOperator:
    """Operators of a fold, one for each of a penalties.

    Attributes
    ----------
    fold : Fold
    matrix : (a, m, w) tensor
        For m held-out rows. w is k + 1 on projections, the number of training rows on samples. In double
        precision if projections in the precision of the data are too coarse.
    on_projections : bool
        Whether the operators multiply projections rather than samples.
    mixing : (a, j) tensor, optional
        If given, `matrix` is (j, m, w), and the operators are combinations of its j operators with these
        weights.
    """

    fold: Fold
    matrix: torch.Tensor
    on_projections: bool
    mixing: torch.Tensor | None = None


def is_fine(matrix: torch.Tensor, training: Training) -> bool:
    """Return whether rounding of single-precision projections stays small in the predictions."""
    largest = torch.linalg.vector_norm(matrix, dim=2).max() * len(training.basis.left) ** 0.5
    return bool(largest < LARGEST_GAIN)


def own_operator(training: Training, fold: Fold, alphas: torch.Tensor, on_projections: bool) -> FoldOperator:
    """Compute the operators of a fold from its own training rows.

    Parameters
    ----------
    training : Training
    fold : Fold
    alphas : (a,) tensor, float64
    on_projections : bool
        Allowed in primal form only, for folds that together hold out every row once.
    """
    penalties = training.floor(alphas)
    scaling = _own_scaling(training, fold)
    if training.basis.dual:
        matrix = _from_rows(training, fold, scaling, penalties)
    else:
        matrix = _from_columns(training, fold, scaling, penalties, on_projections)
    single = matrix.to(training.basis.left.dtype)
    return FoldOperator(fold, single if is_fine(matrix, training) else matrix, on_projections)


def _own_scaling(training: Training, fold: Fold) -> Scaling:
    """Compute the centre of a fold's training rows, and their scale if columns are standardised."""
    design, standardize = training.design, training.standardize
    scaling = Scaling.fit_blocks(design.blocks, fold.train, training.intercept, standardize, design.elements)
    return scaling if standardize else replace(scaling, scale=design.scaling.scale)


def _from_columns(
    training: Training, fold: Fold, scaling: Scaling, alphas: torch.Tensor, on_projections: bool
) -> torch.Tensor:
    """Return the operators in primal form, (a, m, w)."""
    design = training.design
    centre, scale = _relative(scaling, design)
    gram = _moments(training, fold, scaling)
    rows = (design.select(fold.validation) - centre) / scale
    # A column that does not vary in the training rows gets no weight.
    rows[:, gram.diagonal() == 0] = 0
    if on_projections:
        to_products = training.basis.score_map.matrix * training.basis.values
        return _with_mean(_solved(gram, rows, alphas, to_products.div_(scale[:, None])), training, fold)
    samples = design.select(fold.train).T / scale[:, None]
    return _through_mean(_solved(gram, rows, alphas, samples), training)


def _with_mean(matrix: torch.Tensor, training: Training, fold: Fold) -> torch.Tensor:
    """Append a column for the mean to operators on projections, so that they reproduce constant targets."""
    constant = training.basis.exact[torch.from_numpy(fold.train)].sum(dim=0)
    share = len(fold.train) ** 0.5 * training.intercept / int(fold.train.sum())
    return torch.cat([matrix, (1 - matrix @ constant)[..., None] * share], dim=2)


def _through_mean(matrix: torch.Tensor, training: Training) -> torch.Tensor:
    """Add the training mean to predictions of operators on samples, in place; not without intercept."""
    if not training.intercept:
        return matrix
    return matrix.sub_(matrix.mean(dim=2, keepdim=True)).add_(1 / matrix.shape[2])


def _moments(training: Training, fold: Fold, scaling: Scaling) -> torch.Tensor:
    """Return X_T'X_T, (p, p), of a fold's training rows in the fold's own scaling."""
    centre, scale = _relative(scaling, training.design)
    left_out = training.design.select(~fold.train)
    gram = training.gram - left_out.T @ left_out - int(fold.train.sum()) * torch.outer(centre, centre)
    if (gram.diagonal() < LEAST_KEPT * training.gram.diagonal()).any():
        return replace(training.design, scaling=scaling).moments(fold.train)
    return gram.div_(torch.outer(scale, scale))


def _from_rows(training: Training, fold: Fold, scaling: Scaling, alphas: torch.Tensor) -> torch.Tensor:
    """Return the operators in dual form, (a, m, w)."""
    gram = replace(training.design, scaling=scaling).gram()
    train, held_out = torch.from_numpy(fold.train), torch.from_numpy(fold.validation)
    square, rows = gram[train][:, train], gram[held_out][:, train]
    del gram
    return _through_mean(_solved(square, rows, alphas), training)


def _solved(
    gram: torch.Tensor, rows: torch.Tensor, alphas: torch.Tensor, right: torch.Tensor | None = None
) -> torch.Tensor:
    """Return rows (gram + alpha)^-1 right for all penalties, from one decomposition; None stands for I."""
    values, vectors = eigh(gram)
    scores = product(rows, vectors)
    right = vectors.T if right is None else product(vectors.T, right)
    solved = scores.new_empty(len(alphas), len(rows), right.shape[1])

    def solve(number: int) -> None:
        solved[number] = product(scores / (values + alphas[number]), right)

    side_by_side(solve, range(len(alphas)), threads_of(gram.device))
    return solved


def _relative(scaling: Scaling, design: Design) -> tuple[torch.Tensor, torch.Tensor]:
    """Return centre and scale of a fold in the units of the scaled columns of the design."""
    whole = design.scaling
    centre = (scaling.centre - whole.centre) / whole.scale
    scale = np.ones_like(centre)
    np.divide(scaling.scale, whole.scale, out=scale, where=np.isfinite(whole.scale))
    return torch.from_numpy(centre).to(design.device), torch.from_numpy(scale).to(design.device)
