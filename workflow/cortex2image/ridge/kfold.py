"""Scores of every penalty by K folds, for any number of targets.

Work per target, in multiplications: a n k for a penalties, n rows and operators of width k (p + 1 on moments, the
training rows of a fold on samples), and n p more on moments. Nothing else grows with the number of targets.
"""

from collections.abc import Iterator

import numpy as np
import torch

from cortex2image.ridge.fold_operators import (
    FoldOperator,
    Training,
    feature_operator,
    sample_operator,
    shared_operators,
)
from cortex2image.ridge.folds import Fold, hold_out_once
from cortex2image.ridge.scaling import Scaling
from cortex2image.ridge.targets import Targets

# Cross-products of ill-conditioned predictors lose so many times the rounding error of single precision.
LARGEST_LOSS = 3000.0


def kfold_scores(
    training: Training, targets: Targets, folds: list[Fold], alphas: np.ndarray, at_once: int
) -> np.ndarray:
    """Return the scores of all penalties.

    Parameters
    ----------
    training : Training
    targets : Targets, (n, t)
    folds : list of Fold
    alphas : (a,) array
    at_once : int
        Folds whose operators are in memory together.

    Returns
    -------
    (a, t) array
        R^2, errors pooled over all validation rows, against predicting the mean of the fold's training rows
        (0 without an intercept). 0 where no target varies.
    """
    errors = np.zeros((len(alphas), targets.values.shape[1]))
    total = np.zeros(targets.values.shape[1])
    for start in range(0, len(folds), at_once):
        operators = list(_operators(training, folds, folds[start : start + at_once], alphas))
        for batch, rows, _ in targets.batches():
            moments = _left_out_moments(training, rows, folds) if operators[0].on_moments else None
            for number, operator in enumerate(operators, start):
                known = _known(operator, rows, moments, number)
                error, null = _squared_errors(operator, known, rows, training.intercept)
                errors[:, batch] += error
                total[batch] += null
    return np.where(total > 0, 1 - errors / np.where(total > 0, total, 1), 0.0)


def _operators(
    training: Training, all_folds: list[Fold], folds: list[Fold], alphas: np.ndarray
) -> Iterator[FoldOperator]:
    penalties = torch.from_numpy(alphas).to(training.gram.device)
    once = hold_out_once(all_folds)
    if training.basis.dual and once and not training.standardize:
        yield from shared_operators(training, folds, penalties)
        return
    on_moments = once and not _loses_digits(training, float(alphas.min()))
    design = training.design
    dtype = np.float32 if design.dtype == torch.float32 else np.float64
    for fold in folds:
        choice = training.intercept, training.standardize, design.elements, dtype
        scaling = Scaling.fit_blocks(design.blocks, fold.train, *choice)
        if training.basis.dual:
            yield sample_operator(training, fold, scaling, penalties)
        else:
            yield feature_operator(training, fold, scaling, penalties, on_moments)


def _loses_digits(training: Training, alpha: float) -> bool:
    """Return whether cross-products X'Y in single precision are too coarse for the smallest penalty."""
    values = training.basis.values
    if training.design.dtype == torch.float64 or not len(values):
        return False
    return float(values[-1].sqrt() * (values.sqrt() / (values + alpha)).max()) > LARGEST_LOSS


def _left_out_moments(training: Training, rows: torch.Tensor, folds: list[Fold]) -> torch.Tensor:
    """Return X'Y and the sum of Y over the validation rows of each fold, (folds, p + 1, b)."""
    design = training.design
    shape = len(folds), design.blocks.shape[1] + 1, rows.shape[1]
    moments = torch.zeros(shape, dtype=rows.dtype, device=rows.device)
    for part, block in design.rows():
        for moment, fold in zip(moments, folds, strict=True):
            chosen = torch.from_numpy(fold.validation[part])
            held_out = rows[part][chosen]
            moment[:-1].addmm_(block[chosen].T, held_out)
            moment[-1] += held_out.sum(dim=0)
    return moments


def _known(
    operator: FoldOperator, rows: torch.Tensor, moments: torch.Tensor | None, number: int
) -> torch.Tensor:
    """Return what the training rows of a fold know of the targets, (k, b)."""
    if moments is None:
        return rows[torch.from_numpy(operator.fold.train)]
    return moments.sum(dim=0) - moments[number]


def _squared_errors(
    operator: FoldOperator, known: torch.Tensor, rows: torch.Tensor, intercept: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Return the sums over validation rows of squared errors, (a, b), and of those of the mean alone, (b,)."""
    held_out = rows[torch.from_numpy(operator.fold.validation)]
    total = known[-1] if operator.on_moments else known.sum(dim=0)
    mean = total * (intercept / operator.fold.train.sum())
    a, m, k = operator.matrix.shape
    residual = (operator.matrix.view(a * m, k) @ known).view(a, m, -1)
    residual -= held_out
    error = residual.square_().sum(dim=1)
    return error.double().cpu().numpy(), (held_out - mean).square_().sum(dim=0).double().cpu().numpy()
