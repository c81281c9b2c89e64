"""Fewer operators than penalties.

In the singular basis of a fold's training rows, operators differ by L / (L + alpha) alone. These functions of
the eigenvalues are smooth, so that in single precision a dozen penalties span less than a dozen directions.
Targets then meet orthogonal combinations of the operators, and the predictions of each penalty are put
together from theirs, which costs next to nothing.

Scores of every penalty by K folds, for any number of targets.

Work per target, in multiplications: j n w for n rows and j operators of width w (rank + 1 on projections, the
training rows of a fold on samples), and n w more on projections; j is the number of penalties, or less in
single precision (see `compression`). Nothing else grows with the number of targets.
"""

from dataclasses import replace
from itertools import product as pairs

import numpy as np
import torch

from cortex2image.ridge.basis import Training, with_constant
from cortex2image.ridge.design import Targets
from cortex2image.ridge.folds import Fold, hold_out_once
from cortex2image.ridge.linalg import eigh, product, squared_residuals
from cortex2image.ridge.operators import FoldOperator, own_operator
from cortex2image.ridge.planning import Plan
from cortex2image.ridge.shared_operators import shared_operators

# What combinations may miss of an operator, by its norm, as a share of the largest: about what single
# precision rounds away. Of one whose rows are longer than 1, which magnifies noise, no more counts than that.
LARGEST_MISS = 2e-6
# Rows of operators that are in double precision at once.
ROWS = 16


def compressed(operator: FoldOperator) -> FoldOperator:
    """Return the operator as combinations of fewer ones; itself in double precision, or if none is spared."""
    if operator.matrix.dtype == torch.float64:
        return operator
    values, vectors = eigh(_products(operator.matrix))
    largest = min(float(values[-1].clamp_min(0)), operator.matrix.shape[1]) ** 0.5
    dropped = _dropped(values, vectors, LARGEST_MISS * largest)
    if dropped == 0:
        return operator
    vectors, flat = vectors[:, dropped:].to(operator.matrix.dtype), operator.matrix.flatten(1)
    combined = product(vectors.T, flat).view(-1, *operator.matrix.shape[1:])
    return replace(operator, matrix=combined, mixing=vectors)


def _products(matrix: torch.Tensor) -> torch.Tensor:
    """Return the inner products of (a, m, w) operators, (a, a) float64, a few rows at a time."""
    total = torch.zeros(len(matrix), len(matrix), dtype=torch.float64, device=matrix.device)
    for rows in matrix.split(ROWS, dim=1):
        double = rows.flatten(1).double()
        total += product(double, double.T)
    return total


def _dropped(values: torch.Tensor, vectors: torch.Tensor, miss: float) -> int:
    """Return how many of the first directions may go until an operator misses as much."""
    missed = (values.clamp_min(0) * vectors.square()).cumsum(dim=1).amax(dim=0).sqrt()
    return int((missed < miss).sum())


def kfold_scores(
    training: Training, targets: Targets, folds: list[Fold], alphas: np.ndarray, plan: Plan
) -> np.ndarray:
    """Return the scores of all penalties.

    Parameters
    ----------
    training : Training
    targets : Targets, (n, t)
    folds : list of Fold
    alphas : (a,) array
    plan : Plan
        Folds, and penalties, whose operators are in memory together, and how many are made side by side;
        changes no result but by rounding.

    Returns
    -------
    (a, t) array
        R^2, errors pooled over all validation rows, against predicting the mean of the fold's training rows
        (0 without an intercept). 0 where no target varies.
    """
    errors = np.zeros((len(alphas), targets.count))
    total = np.zeros(targets.count)
    starts = pairs(range(0, len(folds), plan.folds), range(0, len(alphas), plan.penalties))
    for start, first in starts:
        some = slice(first, first + plan.penalties)
        together = folds[start : start + plan.folds]
        operators = _operators(training, folds, together, alphas[some], plan.makers)
        _add_errors(training, targets, folds, start, operators, errors[some], total if first == 0 else None)
        # They are gone before the next are made.
        del operators
    errors /= np.where(total > 0, total, 1)
    scores = np.subtract(1, errors, out=errors)
    scores[:, total <= 0] = 0
    return scores


def _add_errors(
    training: Training,
    targets: Targets,
    folds: list[Fold],
    start: int,
    operators: list[FoldOperator],
    errors: np.ndarray,
    total: np.ndarray | None,
) -> None:
    """Add the squared errors of the folds from `start` on, (a, t), and those of the mean, (t,) if wanted."""
    parts = _parts(training, folds) if operators[0].on_projections else []

    def work(batch: slice, rows: torch.Tensor, _: torch.Tensor) -> None:
        projections = _projections(parts, folds, rows) if parts else None
        for number, operator in enumerate(operators, start):
            known = _known(operator, training, rows, projections, number)
            error, null = _squared_errors(operator, known, rows, training.intercept)
            errors[:, batch] += error
            if total is not None:
                total[batch] += null

    targets.each(work)


def _operators(
    training: Training, all_folds: list[Fold], folds: list[Fold], alphas: np.ndarray, makers: int
) -> list[FoldOperator]:
    penalties = torch.from_numpy(alphas).to(training.gram.device)
    once = hold_out_once(all_folds)
    if once and not training.standardize:
        operators = shared_operators(training, folds, penalties, makers)
    else:
        on_projections = once and not training.basis.dual
        operators = (own_operator(training, fold, penalties, on_projections) for fold in folds)
    # A map keeps no operator that it has handed on: no two are there with all penalties.
    return list(map(compressed, operators))


def _parts(training: Training, folds: list[Fold]) -> list[torch.Tensor]:
    """Return U and the constant over the held-out rows of each fold, (m, k + 1)."""
    return [with_constant(training.basis.left[torch.from_numpy(f.validation)], training) for f in folds]


def _projections(parts: list[torch.Tensor], folds: list[Fold], rows: torch.Tensor) -> torch.Tensor:
    """Return U'Y and the constant's share of Y over the held-out rows of each fold, (folds, k + 1, b)."""
    held_out = [torch.from_numpy(fold.validation) for fold in folds]
    return torch.stack([product(part.T, rows[mask]) for part, mask in zip(parts, held_out, strict=True)])


def _known(
    operator: FoldOperator,
    training: Training,
    rows: torch.Tensor,
    projections: torch.Tensor | None,
    number: int,
) -> torch.Tensor:
    """Return what the operator is applied to, (w, b): a function of the fold's training targets alone.

    Of held-out targets two things remain that change no error. Targets are measured from their mean over all
    rows, which an operator with an intercept hands through. And projections of all folds less those of the
    held-out one are exact up to rounding, a few units in the last place of the larger of the two. An operator
    that would amplify that of single precision is in double precision, and its training rows are projected
    anew.
    """
    train = torch.from_numpy(operator.fold.train)
    if projections is None:
        return rows[train].to(operator.matrix.dtype)
    if operator.matrix.dtype == projections.dtype:
        return projections.sum(dim=0) - projections[number]
    exact = rows.double().mul_(train[:, None].to(rows.device))
    constant = training.intercept / len(rows) ** 0.5
    return torch.cat([product(training.basis.exact.T, exact), constant * exact.sum(dim=0, keepdim=True)])


def _squared_errors(
    operator: FoldOperator, known: torch.Tensor, rows: torch.Tensor, intercept: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Return the sums over held-out rows of squared errors, (a, b), and of those of the mean alone, (b,)."""
    measured = rows[torch.from_numpy(operator.fold.validation)].to(known.dtype)
    train = torch.from_numpy(operator.fold.train).to(rows)
    mean = (train @ rows) * (intercept / train.sum())
    null = (measured - mean).square_().sum(dim=0).double().cpu().numpy()
    return squared_residuals(operator.matrix, operator.mixing, known, measured), null
