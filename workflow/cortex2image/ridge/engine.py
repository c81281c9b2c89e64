"""The steps of a fit that all estimators share: setting up the problem, scores, coefficients, predictions."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch

from cortex2image.ridge.basis import Basis, ScoreMap, Training, decompose
from cortex2image.ridge.conditioning import warn_of_swamped
from cortex2image.ridge.design import Design, Scaling
from cortex2image.ridge.folds import Fold
from cortex2image.ridge.gcv import gcv_scores
from cortex2image.ridge.inputs import Blocks
from cortex2image.ridge.kernels import KernelBlocks, KernelDesign
from cortex2image.ridge.kfold import FoldOperators, kfold_scores
from cortex2image.ridge.leave_one_out import leave_one_out_scores
from cortex2image.ridge.linalg import as_tensor, dtype_of, product
from cortex2image.ridge.planning import Plan
from cortex2image.ridge.posing import Posed
from cortex2image.ridge.repeats import Shared
from cortex2image.ridge.targets import Batch, Projected, Targets


@dataclass(frozen=True)
class Problem:
    """Training rows and targets, ready for selection and fitting, with the division of memory."""

    training: Training
    targets: Targets
    plan: Plan


def make_training(
    posed: Posed,
    dtype: np.dtype,
    device: torch.device,
    dual: bool,
    intercept: bool,
    standardize: bool,
    plan: Plan,
    shared: Shared | None = None,
    least_alpha: float = 0.0,
    shares: np.ndarray | None = None,
) -> Training:
    """Decompose the rows of a regression.

    `shared` says which of them have targets in common, `shares` are factors of the bands of a kernel.
    """
    rows, weights, lifted = posed.blocks, posed.weights, posed.lifted
    if lifted is not None:
        rows, weights = lifted.pictures, lifted.repeats.counts.astype(np.float64)
    design = _design(rows, device, intercept, standardize, plan.block, weights)
    if shares is not None and isinstance(design, KernelDesign):
        design = design.mixed(shares)
    gram = _dual_gram(design, standardize, least_alpha) if dual else design.moments()
    constant = intercept * design.roots / design.roots.square().sum().sqrt()
    basis = decompose(design, gram, dual, dtype_of(dtype), constant, least_alpha)
    training = Training(design, gram, basis, intercept, standardize, shared)
    return training if lifted is None else training.lift(posed.blocks, lifted.repeats.member)


def _design(
    rows: Blocks,
    device: torch.device,
    intercept: bool,
    standardize: bool,
    block: int,
    weights: np.ndarray | None,
) -> Design:
    """Return the design of rows that are given as predictors or by their inner products."""
    if isinstance(rows, KernelBlocks):
        return KernelDesign.of(rows, intercept, device, weights)
    scaling = Scaling.fit_blocks(rows, intercept, standardize, block, weights)
    return Design(rows, scaling, device, block, weights)


def _dual_gram(design: Design, standardize: bool, least_alpha: float) -> torch.Tensor:
    """Return XX' after a look at columns so large that others are lost in it."""
    if isinstance(design, KernelDesign):
        gram = design.gram()
        design.warn_of_mean(least_alpha, float(gram.diagonal().max()))
        return gram
    if standardize:
        return design.gram()
    squares = torch.empty(design.blocks.shape[1], dtype=torch.float64, device=design.device)
    gram = design.gram(squares)
    warn_of_swamped(squares, design.blocks.shape[0], least_alpha)
    return gram


def scores(
    problem: Problem,
    selection: str,
    alphas: np.ndarray,
    folds: list[Fold],
    groups: np.ndarray | None,
    complete: bool,
    kept: Projected | None = None,
    operators: FoldOperators | None = None,
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
    operators : FoldOperators, optional
        Operators of these folds and penalties, if they serve several blocks of targets.

    Returns
    -------
    (a, t) array
    """
    training, targets = problem.training, problem.targets
    if selection == "kfold":
        return kfold_scores(operators or FoldOperators(training, folds, alphas, problem.plan), targets)
    if selection == "gcv":
        return gcv_scores(training.basis, targets, alphas, kept)
    labels = np.arange(len(training.basis.left)) if groups is None else groups
    return leave_one_out_scores(training.basis, targets, alphas, labels, complete, kept)


def coefficients(
    training: Training,
    targets: Targets,
    alphas: np.ndarray,
    take: Callable[[slice, torch.Tensor, torch.Tensor], None],
) -> None:
    """Compute the coefficients of every target, batch by batch.

    Parameters
    ----------
    training : Training
    targets : Targets, (n, t)
    alphas : (t,) array
        Penalty of each target.
    take : callable
        Called as `take(slice of targets, (k, b) filtered projections, (b,) means)`.
    """
    filters, which = _filters(training.basis, alphas)
    every = training.side(np.ones(len(training.basis.left), dtype=bool))
    left = every.summed(training.basis.left)

    def work(batch: Batch) -> None:
        projected = product(left.T, every.of_targets(batch.rows) if every.member is not None else batch.rows)
        take(batch.part, projected.mul_(filters[:, torch.from_numpy(which[batch.part])]), batch.means)

    targets.each(work, condensed=True)


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
    design : Design
        The training rows, in whose units new rows are brought.
    coefficients : (k, t) array
        Filtered projections.
    means : (t,) array
        Means of the targets; 0 without an intercept.
    """

    score_map: ScoreMap
    design: Design
    coefficients: np.ndarray
    means: np.ndarray

    @classmethod
    def fit(cls, problem: Problem, alphas: np.ndarray, kept: Projected | None = None) -> "Fitted":
        """Fit all training rows with the (t,) penalties; `kept`, the projections if known, is overwritten."""
        basis, targets, design = problem.training.basis, problem.targets, problem.training.design
        if kept is None:
            kept = Projected.of(problem.training, targets)
            coefficients(problem.training, targets, alphas, kept.put)
        else:
            filters, which = _filters(basis, alphas)
            table = filters.cpu().numpy()
            for start in range(0, len(alphas), targets.size):
                batch = slice(start, start + targets.size)
                kept.values[:, batch] *= table[:, which[batch]]
        return cls(basis.score_map, basis.score_map.design(design), kept.values, kept.means)

    def predict(self, new: Blocks) -> np.ndarray:
        """Return the (m, t) predictions for (m, p) rows."""
        score = self.score_map.scores(self.design.new(new)).to(dtype_of(self.coefficients.dtype))
        predicted = product(score, as_tensor(self.coefficients, self.design.device)).cpu().numpy()
        predicted += self.means
        return predicted

    def weights(self) -> np.ndarray:
        """Return the (p, t) weights of the predictors in their own units.

        Raises
        ------
        ConfigError
            Predictors are known by their inner products only.
        """
        found = self.score_map.weights(as_tensor(self.coefficients, self.design.device)).cpu().numpy()
        weights: np.ndarray = found / self.design.scaling.scale[:, None]
        return weights.astype(self.coefficients.dtype, copy=False)


def predict_once(problem: Problem, alphas: np.ndarray, score: torch.Tensor) -> np.ndarray:
    """Fit, keeping coefficients of one batch, and return (m, t) predictions for rows with (m, k) scores."""
    predicted = np.empty((len(score), problem.targets.count), problem.targets.dtype)

    def predict(batch: slice, filtered: torch.Tensor, means: torch.Tensor) -> None:
        predicted[:, batch] = product(score, filtered).add_(means).cpu().numpy()

    coefficients(problem.training, problem.targets, alphas, predict)
    return predicted


def new_scores(training: Training, new: Blocks) -> torch.Tensor:
    """Return the scores of new rows on the singular directions, (m, k), in the precision of the data."""
    score_map = training.basis.score_map
    return score_map.scores(score_map.design(training.design).new(new)).to(training.basis.left.dtype)
