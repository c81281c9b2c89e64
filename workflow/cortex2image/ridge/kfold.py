"""Scores of every penalty by K-fold cross-validation, for any number of targets.

The work per target is j n w multiplications for n rows and j operators of width w (rank + 1 on projections,
the training rows of a fold on samples), and n w more on projections. No other work grows with the number of
targets.

In single precision j is less than the number of penalties: operators are compressed. In the singular basis of
a fold's training rows, the operators of different penalties differ only in L / (L + alpha). These functions
of the eigenvalues L are smooth, so the operators of a dozen penalties span fewer than a dozen dimensions in
single precision. Targets are multiplied with an orthogonal basis of these dimensions, and the predictions of
each penalty are combinations of the products, at next to no cost.
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

# Largest norm of the part of an operator that compression may lose, as a share of the norm of the largest
# operator: about the rounding error of single precision. The norm of the largest counts as at most that of
# rows of length 1; longer rows amplify noise.
LARGEST_MISS = 2e-6
# Rows of operators that are converted to double precision at once.
ROWS = 16


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
        How many folds and penalties have their operators in memory at once, and how many operators are
        computed side by side; changes results by rounding only.

    Returns
    -------
    (a, t) array
        R^2, with errors pooled over all validation rows, against predicting the mean of the fold's training
        rows (0 without an intercept). 0 for constant targets.
    """
    errors = np.zeros((len(alphas), targets.count))
    total = np.zeros(targets.count)
    starts = pairs(range(0, len(folds), plan.folds), range(0, len(alphas), plan.penalties))
    for start, first in starts:
        some = slice(first, first + plan.penalties)
        together = folds[start : start + plan.folds]
        operators = _operators(training, folds, together, alphas[some], plan.makers)
        _add_errors(training, targets, folds, start, operators, errors[some], total if first == 0 else None)
        # These operators are freed before the next ones are computed.
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
    """Add squared errors of consecutive folds, the first being fold `start`, to `errors` and `total`.

    `errors`, (a, t), takes the errors of every penalty; `total`, (t,), if given, those of the mean.
    """
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
    """Return the compressed operators of `folds`, which are some of `all_folds`."""
    penalties = torch.from_numpy(alphas).to(training.gram.device)
    once = hold_out_once(all_folds)
    if once and not training.standardize:
        operators = shared_operators(training, folds, penalties, makers)
    else:
        on_projections = once and not training.basis.dual
        operators = (own_operator(training, fold, penalties, on_projections) for fold in folds)
    # `map` keeps no reference to an uncompressed operator, so only one exists at a time.
    return list(map(compressed, operators))


def _parts(training: Training, folds: list[Fold]) -> list[torch.Tensor]:
    """Return, for each fold, the held-out rows of U and of the constant direction, (m, k + 1)."""
    return [with_constant(training.basis.left[torch.from_numpy(f.validation)], training) for f in folds]


def _projections(parts: list[torch.Tensor], folds: list[Fold], rows: torch.Tensor) -> torch.Tensor:
    """Return the projections of the held-out targets of each fold, (folds, k + 1, b), from :func:`_parts`."""
    held_out = [torch.from_numpy(fold.validation) for fold in folds]
    return torch.stack([product(part.T, rows[mask]) for part, mask in zip(parts, held_out, strict=True)])


def _known(
    operator: FoldOperator,
    training: Training,
    rows: torch.Tensor,
    projections: torch.Tensor | None,
    number: int,
) -> torch.Tensor:
    """Return what the operator multiplies, (w, b): projections or samples of the training targets.

    Held-out targets enter in two ways, neither of which changes an error. First, targets are centred by their
    mean over all rows; operators with an intercept reproduce constants, so this shifts predictions and
    targets alike. Second, projections of the training rows are those of all rows minus those of the held-out
    rows, with a rounding error of a few units in the last place of the larger. An operator that would amplify
    this error in single precision is in double precision, and its training rows are projected again.
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
    """Return sums of squared errors over held-out rows: of penalties, (a, b), and of the mean, (b,)."""
    measured = rows[torch.from_numpy(operator.fold.validation)].to(known.dtype)
    train = torch.from_numpy(operator.fold.train).to(rows)
    mean = (train @ rows) * (intercept / train.sum())
    null = (measured - mean).square_().sum(dim=0).double().cpu().numpy()
    return squared_residuals(operator.matrix, operator.mixing, known, measured), null


def compressed(operator: FoldOperator) -> FoldOperator:
    """Write operators as combinations of fewer; unchanged in double precision or if fewer do not suffice."""
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
    """Return the inner products of a operators, (a, m, w), as an (a, a) tensor, float64."""
    total = torch.zeros(len(matrix), len(matrix), dtype=torch.float64, device=matrix.device)
    for start in range(0, matrix.shape[1], ROWS):
        rows = matrix[:, start : start + ROWS]
        double = rows.flatten(1).double()
        total += product(double, double.T)
    return total


def _dropped(values: torch.Tensor, vectors: torch.Tensor, miss: float) -> int:
    """Return how many of the first dimensions can be dropped before an operator loses a norm of `miss`."""
    missed = (values.clamp_min(0) * vectors.square()).cumsum(dim=1).amax(dim=0).sqrt()
    return int((missed < miss).sum())
