"""Scores of every penalty by K-fold cross-validation, for any number of targets.

The work per target is j n w multiplications for n rows and j operators of width w (rank + 1 on projections,
the different targets of a fold's training rows on samples), and n w more on projections, anew for every
portion of the operators that fits into memory. No other work grows with the number of targets. In single
precision j is less than the number of penalties, see `compression`.

Targets that rows share (features of a picture that was shown three times) stand once: what multiplies them
is summed over their rows before.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import torch

from cortex2image.ridge.basis import Training, with_constant
from cortex2image.ridge.compression import combine, mixture, products_of
from cortex2image.ridge.folds import Fold, hold_out_once
from cortex2image.ridge.linalg import product, squared_residuals
from cortex2image.ridge.operators import FoldOperator, own_operator
from cortex2image.ridge.planning import Plan
from cortex2image.ridge.repeats import Side
from cortex2image.ridge.shared_operators import shared_operators
from cortex2image.ridge.targets import Batch, Targets
from cortex2image.ridge.threads import side_by_side


@dataclass(frozen=True)
class Portion:
    """Operators that are in memory together: of consecutive folds from `first`, and of some penalties."""

    first: int
    penalties: slice
    operators: list[FoldOperator]


@dataclass(frozen=True)
class FoldOperators:
    """The operators of all folds and penalties, for any number of blocks of targets.

    They are kept if all of them fit into memory, and computed anew for every block of targets if not.

    Attributes
    ----------
    training : Training
    folds : list of Fold
    alphas : (a,) array
    plan : Plan
        How many folds and penalties have their operators in memory at once, and how many operators are
        computed side by side; changes results by rounding only.
    """

    training: Training
    folds: list[Fold]
    alphas: np.ndarray
    plan: Plan

    def portions(self) -> Iterator[Portion]:
        """Yield all operators, as many at a time as fit into memory."""
        if self.plan.folds >= len(self.folds) and self.plan.penalties >= len(self.alphas):
            yield self._whole
            return
        for first in range(0, len(self.folds), self.plan.folds):
            for start in range(0, len(self.alphas), self.plan.penalties):
                yield self._portion(first, slice(start, start + self.plan.penalties))

    @cached_property
    def _whole(self) -> Portion:
        return self._portion(0, slice(None))

    @cached_property
    def fitted(self) -> list[Side]:
        """Training rows of every fold, with their targets."""
        return [self.training.side(fold.train) for fold in self.folds]

    @cached_property
    def held_out(self) -> list[Side]:
        """Held-out rows of every fold, with their targets."""
        return [self.training.side(fold.validation) for fold in self.folds]

    @cached_property
    def means(self) -> list[tuple[torch.Tensor, torch.Tensor]]:
        """For each fold: what the mean of the training trials sums of their targets, (u,), and what the mean
        predicts for the held-out rows, (m,), in the precision of the data; zeros without an intercept."""
        roots, found = self.training.design.roots, []
        for train, held_out in zip(self.fitted, self.held_out, strict=True):
            mine = roots[train.rows] * self.training.intercept
            share = train.summed(mine) / roots[train.rows].square().sum()
            found.append((share, roots[held_out.rows]))
        return found

    @cached_property
    def parts(self) -> list[torch.Tensor]:
        """For each fold, the held-out rows of U and of the direction of the mean by target, (u, k + 1)."""
        basis = self.training.basis
        return [side.summed(with_constant(basis, side.rows)) for side in self.held_out]

    def _portion(self, first: int, penalties: slice) -> Portion:
        training = self.training
        some = self.folds[first : first + self.plan.folds]
        alphas = torch.from_numpy(self.alphas[penalties]).to(training.gram.device)
        once = hold_out_once(self.folds)
        if once and not training.standardize:
            # `map` keeps no reference to an uncompressed operator, so only one exists at a time.
            made = list(map(compressed, shared_operators(training, some, alphas, self.plan.makers)))
        else:
            made = self._own(some, alphas, once)
        return Portion(first, penalties, made)

    def _own(self, folds: list[Fold], alphas: torch.Tensor, once: bool) -> list[FoldOperator]:
        """Return the operators of folds on their own, small ones side by side: their products alone would
        leave threads waiting. Folds that are left over get all threads.

        Operators on projections, which folds that hold out every row `once` allow in primal form, are for
        folds with more training targets than directions: fewer columns make up for the projections.
        """
        directions = len(self.training.basis.values) if once and not self.training.basis.dual else np.inf

        def work(fold: Fold) -> FoldOperator:
            on_projections = len(self.training.side(fold.train).targets) > directions
            return own_operator(self.training, fold, alphas, on_projections)

        workers = self.plan.makers
        even = len(folds) - len(folds) % workers
        return side_by_side(work, folds[:even], workers) + [work(fold) for fold in folds[even:]]


def kfold_scores(operators: FoldOperators, targets: Targets) -> np.ndarray:
    """Return the scores of all penalties.

    Parameters
    ----------
    operators : FoldOperators
    targets : Targets, (n, t)

    Returns
    -------
    (a, t) array
        R^2, with errors pooled over all validation trials, against predicting the mean of the fold's training
        trials (0 without an intercept). 0 for constant targets.
    """
    errors = np.zeros((len(operators.alphas), targets.count))
    total = np.zeros(targets.count)
    for portion in operators.portions():
        _add_errors(operators, portion, targets, errors[portion.penalties], total)
        del portion  # the next one takes its place
    errors /= np.where(total > 0, total, 1)
    scores = np.subtract(1, errors, out=errors)
    scores[:, total <= 0] = 0
    return scores


def _add_errors(
    operators: FoldOperators,
    portion: Portion,
    targets: Targets,
    errors: np.ndarray,
    total: np.ndarray,
) -> None:
    """Add squared errors of some folds to `errors`, and, once a fold, those of the mean to `total`.

    `errors` is (a, t), with the errors of every penalty; `total` is (t,).
    """
    on_projections = any(operator.on_projections for operator in portion.operators)
    first_penalties = not portion.penalties.start

    def work(batch: Batch) -> None:
        projections = _projections(operators, batch.rows) if on_projections else None
        for number, operator in enumerate(portion.operators, portion.first):
            error, null = _squared_errors(operators, operator, number, batch.rows, projections)
            errors[:, batch.part] += error
            total[batch.part] += null * first_penalties
        if portion.first == 0:
            errors[:, batch.part] += batch.within
            total[batch.part] += batch.within * first_penalties

    targets.each(work, condensed=True)


def _projections(operators: FoldOperators, rows: torch.Tensor) -> torch.Tensor:
    """Return the projections of the held-out targets of each fold, (folds, k + 1, b)."""
    sides = zip(operators.parts, operators.held_out, strict=True)
    return torch.stack([product(part.T, side.of_targets(rows)) for part, side in sides])


def _known(
    operators: FoldOperators,
    operator: FoldOperator,
    number: int,
    rows: torch.Tensor,
    projections: torch.Tensor | None,
) -> torch.Tensor:
    """Return what the operator multiplies, (w, b): projections or samples of the training targets.

    Held-out targets enter in two ways, neither of which changes an error. First, targets are centred by their
    mean over all rows; operators with an intercept reproduce constants, so this shifts predictions and
    targets alike. Second, projections of the training rows are those of all rows minus those of the held-out
    rows, with a rounding error of a few units in the last place of the larger. An operator that would amplify
    this error in single precision is in double precision, and its training rows are projected again.
    """
    train = operators.fitted[number]
    if projections is None or not operator.on_projections:
        return train.of_targets(rows).to(operator.matrix.dtype)
    if operator.matrix.dtype == projections.dtype:
        return projections.sum(dim=0) - projections[number]
    left = train.summed(with_constant(operators.training.basis, train.rows, exact=True))
    return product(left.T, train.of_targets(rows).double())


def _squared_errors(
    operators: FoldOperators,
    operator: FoldOperator,
    number: int,
    rows: torch.Tensor,
    projections: torch.Tensor | None,
) -> tuple[np.ndarray, np.ndarray]:
    """Return sums of squared errors over held-out rows: of penalties, (a, b), and of the mean, (b,)."""
    known = _known(operators, operator, number, rows, projections)
    measured = operators.held_out[number].of_rows(rows).to(known.dtype)
    share, predicts = (vector.to(known.dtype) for vector in operators.means[number])
    mean = share @ operators.fitted[number].of_targets(rows).to(known.dtype)
    apart = torch.addr(measured, predicts, mean, alpha=-1)
    null = apart.square().sum(dim=0).double().cpu().numpy()
    wanted = apart if operator.around_mean else measured
    return squared_residuals(operator.matrix, operator.mixing, known, wanted), null


def compressed(operator: FoldOperator) -> FoldOperator:
    """Write operators as combinations of fewer; unchanged in double precision or if fewer do not suffice."""
    if operator.matrix.dtype == torch.float64 or operator.mixing is not None:
        return operator
    mixing = mixture(products_of(operator.matrix), operator.matrix.shape[1])
    if mixing is None:
        return operator
    mixing = mixing.to(operator.matrix.dtype)
    return replace(operator, matrix=combine(operator.matrix, mixing), mixing=mixing)
