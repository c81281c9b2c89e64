"""Cross-validated ridge regression of very many targets.

Steps use this class. :class:`~cortex2image.ridge.estimator.RidgeCV` makes a scikit-learn estimator of it,
whose import takes longer than a small fit.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from cortex2image.errors import ConfigError
from cortex2image.leakage import FinishedFit, HeldOut
from cortex2image.ridge.checking import (
    New,
    Predictors,
    check_width,
    checked_new,
    checked_predictors,
    checked_rows,
)
from cortex2image.ridge.choice import best
from cortex2image.ridge.engine import Fitted, Problem, new_scores, predict_once, scores
from cortex2image.ridge.inputs import checked_alphas, checked_array, warn_at_edge
from cortex2image.ridge.kernels import Kernel
from cortex2image.ridge.posing import Posed, Split, pose, pose_repeats
from cortex2image.ridge.repeats import PerTrial
from cortex2image.ridge.solver import Given, Options, Solver, TargetRows
from cortex2image.ridge.targets import Projected
from cortex2image.ridge.threads import computing

# How penalties are selected: K-fold, generalised, or leave-one-out cross-validation.
SELECTIONS = ("kfold", "gcv", "loo")


@dataclass(frozen=True)
class BlockFit(FinishedFit):
    """Predictions (m, t) for new rows, penalties (t,) and best scores (t,) of a block of targets."""

    predicted: np.ndarray
    alpha: np.ndarray
    score: np.ndarray


@dataclass(frozen=True)
class FittedBlock(FinishedFit):
    """The fit of a block of t targets, before any new row is seen: penalties and best scores, (t,) each."""

    problem: Problem
    given: Given
    alpha: np.ndarray
    score: np.ndarray

    def predict(self, scores: torch.Tensor) -> np.ndarray:
        """Return the (m, t) predictions for new rows with (m, k) scores on the singular directions."""
        return self.given.undone(predict_once(self.problem, self.alpha, scores))


class CrossValidatedRidge:
    """Ridge regression with a penalty chosen by cross-validation for each target.

    Minimises ||Y - X W - b||^2 + alpha ||W||^2. No row is scored by a fit that has seen its targets. With
    folds, centres, scales and weights are computed from the training rows of each fold alone; the final fit
    uses all rows and the chosen penalties. The closed forms (gcv, loo) differ in one point: with
    `standardize`, the scales of X come from all training rows, left-out rows included. Rows that stand for
    several trials are left out with all of them.

    float32 input is computed in float32, except for Gram matrices, decompositions and operators of folds,
    which are computed in float64 wherever float32 would show beside the least penalty, as are products with
    targets that would amplify the rounding of float32 (penalties far below the eigenvalues of X'X). Any other
    input is computed in float64.

    Parameters
    ----------
    alphas : sequence of positive floats, ascending or descending
        The penalties to choose from.
    cv : int, scikit-learn splitter or iterable of index pairs
        A number means that many shuffled folds, of whole groups if `fit` is given groups.
    fit_intercept : bool
        Centre X and Y. Without it X and Y are used as they are.
    alpha_per_target : bool
        Choose a penalty for each target; otherwise one for all, by the mean score over targets.
    standardize : bool
        Divide the columns of X by their standard deviation over training rows.
    selection : "kfold", "gcv" or "loo"
        How penalties are scored: by the folds of `cv`; by generalised cross-validation; or by leaving out one
        row, or one group, at a time. The last two are closed forms and take the time of one fit.
    device : "auto", "cpu", "cuda" or "cuda:N"
        See :func:`~cortex2image.device.choose_device`.
    random_state : int
        Seed of the shuffled folds, in [0, 2**32).
    n_targets_batch : int, optional
        Targets handled at once; bounds the working memory and changes no result. None chooses by memory.
    max_memory_gb : float, optional
        Bound on the memory of a fit beyond X, Y and the results, in GB (1e9 bytes).
    threads : int, optional
        Threads on a CPU. None takes all processors that the process may use; environment variables that limit
        the threads of libraries change nothing. Results differ by rounding at most.

    Attributes
    ----------
    alpha_ : (t,) array
        The chosen penalties. Ties go to the larger penalty, so a constant target gets the largest.
    best_score_ : (t,) array
        R^2 of the chosen penalty, with errors pooled over all validation rows, against predicting the mean of
        the fold's training rows (0 without an intercept). 0 for constant targets.
    cv_scores_ : (a, t) array
        R^2 of every penalty, in the order of `alphas`. With `selection="loo"`, scores of penalties that
        cannot be the best are upper bounds.
    coef_ : (p, t) array, or (p,) if fitted to a 1-D target; computed on request
    intercept_ : (t,) array, or float if fitted to a 1-D target

    Notes
    -----
    X may be an array; a :class:`~cortex2image.ridge.inputs.Sliced`, which is read in blocks; a
    :class:`~cortex2image.ridge.repeats.PerTrial`, whose trials share rows; or a
    :class:`~cortex2image.ridge.kernels.Kernel` of inner products. With at least as many columns as rows,
    predictions need the training rows: the estimator keeps a reference to X, which must not change.
    """

    def __init__(
        self,
        alphas: Sequence[float] = (0.1, 1.0, 10.0),
        cv: Any = 5,
        fit_intercept: bool = True,
        alpha_per_target: bool = True,
        standardize: bool = False,
        selection: str = "kfold",
        device: str = "auto",
        random_state: int = 0,
        n_targets_batch: int | None = None,
        max_memory_gb: float | None = None,
        threads: int | None = None,
    ):
        self.alphas = alphas
        self.cv = cv
        self.fit_intercept = fit_intercept
        self.alpha_per_target = alpha_per_target
        self.standardize = standardize
        self.selection = selection
        self.device = device
        self.random_state = random_state
        self.n_targets_batch = n_targets_batch
        self.max_memory_gb = max_memory_gb
        self.threads = threads

    def fit(
        self,
        X: Predictors,
        Y: TargetRows,
        groups: np.ndarray | None = None,
        weights: np.ndarray | None = None,
    ) -> "CrossValidatedRidge":
        """Choose the penalties and fit the weights.

        Parameters
        ----------
        X : (n, p) array or blocks, PerTrial of n trials, or Kernel
            Trials that share a row of X are decomposed once: the fit is that of `X.matrix[X.row]`. A Kernel
            gives inner products of rows instead of the rows, and so does that of new rows.
        Y : (n, t) or (n,) array, PerTrial of n trials, or Averaged over the trials of X
            Trials that share a row of Y share the work: the fit is that of `Y.matrix[Y.row]`.
        groups : (n,) array, optional
            Rows of one group never fall on both sides of a fold.
        weights : (n,) array, optional
            Trials that each row of X stands for, with the row of Y as their mean; not for PerTrial.

        Raises
        ------
        DataError
            NaN or infinity, X and Y of different lengths, fewer groups than folds, weights that are not
            positive and finite, trials of rows that do not exist.
        ConfigError
            No penalty; penalties that are not positive, finite and sorted; an unknown selection; a device
            that is not available; a memory bound that is too small; groups of several rows with
            `selection="gcv"`.
        """
        with computing(self.threads):
            posed = self.pose(X, groups, weights)
            given = Given.of(Y, posed)
            solver = Solver.of(posed, given, checked_alphas(self.alphas), self.options())
            problem = solver.problem(given)
            kept = None if self.selection == "kfold" else Projected.of(solver.training, problem.targets)
            self._choose(solver, problem, kept)
            self._fitted, self._flat = Fitted.fit(problem, self.alpha_, kept), given.flat
            given.undone(self._fitted.coefficients)
            given.undone(self._fitted.means)
        return self

    def fit_and_predict(
        self, X: Predictors, Y: TargetRows, X_new: New, groups: np.ndarray | None = None
    ) -> np.ndarray:
        """Fit and return the (m, t) predictions for the (m, p) rows `X_new`; `predict` cannot follow.

        Parameters and errors are those of `fit`. Only the weights of one batch of targets exist at a time.
        """
        fitted = next(self.predict_blocks(X, [Y], X_new, groups))
        self.alpha_, self.best_score_ = fitted.alpha, fitted.score
        return fitted.predicted[:, 0] if self._flat else fitted.predicted

    def predict_blocks(
        self,
        X: Predictors,
        targets: Iterable[TargetRows],
        X_new: New | HeldOut[New],
        groups: np.ndarray | None = None,
    ) -> Iterator[BlockFit]:
        """Fit targets that come in blocks, and yield the predictions for new rows, block by block.

        New rows may be held out: they are first read when the first block is fitted.

        The training rows are decomposed once. No more than one block of targets is in memory, if the caller
        keeps none. `predict` cannot follow.

        Parameters
        ----------
        X : (n, p) array or blocks, or PerTrial with n trials
        targets : iterable of (n, t_b) arrays, of PerTrial with n trials, or of Averaged
            The first block has the most targets.
        X_new : (m, p) array or blocks, held out or not
        groups : (n,) array, optional
            As in `fit`.

        Raises
        ------
        DataError, ConfigError
            As in `fit`.
        """
        new = _NewRows(self, X_new)
        for fit in self.fit_blocks(X, targets, groups):
            yield new.predicted(fit)
            del fit  # or two blocks would be in memory

    def fit_blocks(
        self, X: Predictors, targets: Iterable[TargetRows], groups: np.ndarray | None = None
    ) -> Iterator[FittedBlock]:
        """Fit targets that come in blocks; no new row is given, so that none can be read.

        Parameters and errors are those of `predict_blocks`.
        """
        posed, solver = self.pose(X, groups, None), None
        for Y in targets:
            with computing(self.threads):
                given = Given.of(Y, posed)
                if solver is None:
                    solver = Solver.of(posed, given, checked_alphas(self.alphas), self.options())
                problem, self._flat = solver.problem(given), given.flat
                self._choose(solver, problem, None)
            yield FittedBlock(problem, given, self.alpha_, self.best_score_)

    def predict(self, X: New) -> np.ndarray:
        """Return the (m, t) predictions for (m, p) rows; (m,) if fitted to a 1-D target."""
        with computing(self.threads):
            predicted = self.finished().predict(checked_new(self, X))
        return predicted[:, 0] if self._flat else predicted

    @property
    def coef_(self) -> np.ndarray:
        """Weights of the columns of X, in the units of X."""
        with computing(self.threads):
            weights = self.finished().weights()
        return weights[:, 0] if self._flat else weights

    @property
    def intercept_(self) -> np.ndarray | float:
        """Prediction for a row of zeros."""
        fitted = self.finished()
        intercept = fitted.means - fitted.design.scaling.centre @ fitted.weights()
        return float(intercept[0]) if self._flat else intercept.astype(fitted.means.dtype, copy=False)

    def finished(self) -> Fitted:
        """Return the fit of :meth:`fit`."""
        return self._fitted

    def validated(self, X: Any, reset: bool) -> np.ndarray:
        """Return predictors as a float matrix, and note its number of columns, or compare it without `reset`.

        Raises
        ------
        DataError
            Another number of columns than was fitted.
        """
        matrix = checked_array(X)
        if reset:
            self.n_features_in_ = matrix.shape[1]
        check_width(self, matrix.shape[1])
        return matrix

    def options(self) -> Options:
        """Return the settings that a solver needs."""
        return Options(
            self.fit_intercept,
            self.standardize,
            self.selection,
            self.device,
            self.n_targets_batch,
            self.max_memory_gb,
        )

    def pose(self, X: Predictors, groups: np.ndarray | None, weights: np.ndarray | None) -> Posed:
        """Check settings and predictors, and pose the regression; an earlier fit is forgotten."""
        self.__dict__.pop("_fitted", None)
        if self.selection not in SELECTIONS:
            expected = f"one of {', '.join(SELECTIONS)}"
            raise ConfigError("ridge selection", expected, f"{self.selection}", "choose one of these")
        checked_alphas(self.alphas)
        split = Split(self.selection, self.cv, self.random_state)
        if isinstance(X, PerTrial | Kernel):
            if weights is not None:
                fix = "leave out weights: rows are weighted by their trials"
                raise ConfigError("ridge weights", "none beside PerTrial or Kernel", "weights", fix)
            return pose_repeats(checked_rows(self, X), split, groups)
        return pose(checked_predictors(self, X), weights, split, groups)

    def _choose(self, solver: Solver, problem: Problem, kept: Projected | None) -> None:
        """Choose the penalties of a block of targets; fill `kept` with their projections if given."""
        alphas, posed = solver.alphas, solver.posed
        found = scores(
            problem,
            self.selection,
            alphas,
            posed.folds,
            posed.groups,
            not self.alpha_per_target,
            kept,
            solver.operators,
        )
        chosen = best(found)
        if not self.alpha_per_target:
            chosen[:] = best(found.mean(axis=1)[:, None])
        self.alpha_, self.best_score_ = alphas[chosen], found[chosen, np.arange(found.shape[1])]
        self.cv_scores_ = found if alphas[0] == np.atleast_1d(self.alphas)[0] else found[::-1]
        warn_at_edge(self.alpha_[self.best_score_ > 0], alphas)


class _NewRows:
    """New rows of an estimator, which are read, checked and projected once, when a block is fitted."""

    def __init__(self, ridge: CrossValidatedRidge, rows: New | HeldOut[New]):
        self._ridge, self._rows = ridge, rows
        self._scores: torch.Tensor | None = None

    def predicted(self, fit: FittedBlock) -> BlockFit:
        with computing(self._ridge.threads):
            if self._scores is None:
                rows = self._rows.open(fit) if isinstance(self._rows, HeldOut) else self._rows
                self._scores = new_scores(fit.problem.training, checked_new(self._ridge, rows))
            return BlockFit(fit.predict(self._scores), fit.alpha, fit.score)
