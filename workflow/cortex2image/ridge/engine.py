"""The steps of a fit that all estimators share: setting up the problem, scores, coefficients, predictions."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import torch

from cortex2image.ridge.basis import Basis, ScoreMap, Training, decompose
from cortex2image.ridge.design import Design, Projected, Scaling, Targets
from cortex2image.ridge.folds import Fold
from cortex2image.ridge.gcv import gcv_scores
from cortex2image.ridge.inputs import Blocks
from cortex2image.ridge.kfold import kfold_scores
from cortex2image.ridge.leave_one_out import leave_one_out_scores
from cortex2image.ridge.linalg import as_tensor, dtype_of, product
from cortex2image.ridge.planning import Plan


@dataclass(frozen=True)
class Problem:
    """Training rows and targets, ready for selection and fitting, with the division of memory."""

    training: Training
    targets: Targets
    plan: Plan


def make_problem(
    blocks: Blocks,
    Y: np.ndarray,
    dtype: np.dtype,
    device: torch.device,
    dual: bool,
    intercept: bool,
    standardize: bool,
    plan: Plan,
) -> Problem:
    """Set up the problem of (n, p) predictors, which are decomposed, and (n, t) targets."""
    scaling = Scaling.fit_blocks(blocks, slice(None), intercept, standardize, plan.block)
    design = Design(blocks, scaling, device, plan.block)
    gram = design.gram() if dual else design.moments()
    n = blocks.shape[0]
    constant = gram.new_full((n,), intercept / n**0.5)
    basis = decompose(design, gram, dual, dtype_of(dtype), constant)
    training = Training(design, gram, basis, intercept, standardize)
    return Problem(training, Targets(Y, intercept, dtype, device, plan.targets, plan.together), plan)


def scores(
    problem: Problem,
    selection: str,
    alphas: np.ndarray,
    folds: list[Fold],
    groups: np.ndarray | None,
    complete: bool,
    kept: Projected | None = None,
) -> np.ndarray:
    """Score every penalty for every target.

    Parameters
    ----------
    problem : Problem
    selection : "kfold", "gcv" or "loo"
    alphas : (a,) array
    folds : list of Fold, for "kfold"
    groups, complete
        As in :func:`~cortex2image.ridge.leave_one_out.leave_one_out_scores`, for "loo".
    kept : Projected, optional
        Filled by "gcv" and "loo", which compute the projections of the targets.

    Returns
    -------
    (a, t) array
    """
    basis, targets = problem.training.basis, problem.targets
    if selection == "kfold":
        return kfold_scores(problem.training, targets, folds, alphas, problem.plan)
    if selection == "gcv":
        return gcv_scores(basis, targets, alphas, kept)
    labels = np.arange(len(basis.left)) if groups is None else groups
    return leave_one_out_scores(basis, targets, alphas, labels, complete, kept)


def coefficients(
    basis: Basis,
    targets: Targets,
    alphas: np.ndarray,
    take: Callable[[slice, torch.Tensor, torch.Tensor], None],
) -> None:
    """Compute the coefficients of every target, batch by batch.

    Parameters
    ----------
    basis : Basis
    targets : Targets, (n, t)
    alphas : (t,) array
        Penalty of each target.
    take : callable
        Called as `take(slice of targets, (k, b) filtered projections, (b,) means)`.
    """
    filters, which = _filters(basis, alphas)

    def work(batch: slice, rows: torch.Tensor, means: torch.Tensor) -> None:
        take(batch, product(basis.left.T, rows).mul_(filters[:, torch.from_numpy(which[batch])]), means)

    targets.each(work)


def _filters(basis: Basis, alphas: np.ndarray) -> tuple[torch.Tensor, np.ndarray]:
    """Return the (k, a) filters of the a different penalties, and the (t,) index of each target's penalty."""
    different, which = np.unique(alphas, return_inverse=True)
    filters = basis.filters(torch.from_numpy(different).to(basis.values.device))
    return filters.to(basis.left.dtype), which


@dataclass(frozen=True)
class Fitted:
    """Fitted regression of t targets, in the singular basis.

    Attributes
    ----------
    score_map : ScoreMap
    scaling : Scaling
        Centre and scale of the predictors.
    coefficients : (k, t) array
        Filtered projections.
    means : (t,) array
        Means of the targets; 0 without an intercept.
    device : torch.device
    elements : int
        Largest number of values in a block of predictors.
    """

    score_map: ScoreMap
    scaling: Scaling
    coefficients: np.ndarray
    means: np.ndarray
    device: torch.device
    elements: int

    @classmethod
    def fit(cls, problem: Problem, alphas: np.ndarray, kept: Projected | None = None) -> "Fitted":
        """Fit all training rows with the (t,) penalties; `kept`, the projections if known, is overwritten."""
        basis, targets, design = problem.training.basis, problem.targets, problem.training.design
        if kept is None:
            kept = Projected.empty(len(basis.values), targets)
            coefficients(basis, targets, alphas, kept.put)
        else:
            filters, which = _filters(basis, alphas)
            table = filters.cpu().numpy()
            for start in range(0, len(alphas), targets.size):
                batch = slice(start, start + targets.size)
                kept.values[:, batch] *= table[:, which[batch]]
        return cls(basis.score_map, design.scaling, kept.values, kept.means, design.device, design.elements)

    def predict(self, new: Blocks) -> np.ndarray:
        """Return the (m, t) predictions for (m, p) rows."""
        rows = Design(new, self.scaling, self.device, self.elements)
        score = self.score_map.scores(rows).to(dtype_of(self.coefficients.dtype))
        predicted = product(score, as_tensor(self.coefficients, self.device)).cpu().numpy()
        predicted += self.means
        return predicted

    def only(self, columns: slice) -> "Fitted":
        """Return the regression that predicts the deviation from the mean due to some columns alone."""
        scale = np.full_like(self.scaling.scale, np.inf)
        scale[columns] = self.scaling.scale[columns]
        return replace(self, scaling=Scaling(self.scaling.centre, scale), means=np.zeros_like(self.means))

    def weights(self) -> np.ndarray:
        """Return the (p, t) weights of the predictors in their own units."""
        weights = self.score_map.weights(as_tensor(self.coefficients, self.device)).cpu().numpy()
        weights /= self.scaling.scale[:, None]
        return weights.astype(self.coefficients.dtype, copy=False)


def predict_once(problem: Problem, alphas: np.ndarray, new: Blocks) -> np.ndarray:
    """Fit and return the (m, t) predictions for (m, p) rows, keeping coefficients of one batch at a time."""
    basis, design = problem.training.basis, problem.training.design
    rows = Design(new, design.scaling, design.device, design.elements)
    score = basis.score_map.scores(rows).to(basis.left.dtype)
    predicted = np.empty((new.shape[0], problem.targets.count), problem.targets.dtype)

    def predict(batch: slice, filtered: torch.Tensor, means: torch.Tensor) -> None:
        predicted[:, batch] = product(score, filtered).add_(means).cpu().numpy()

    coefficients(basis, problem.targets, alphas, predict)
    return predicted
