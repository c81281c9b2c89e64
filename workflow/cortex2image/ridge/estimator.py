"""Cross-validated ridge regression of very many targets, as a scikit-learn estimator."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, MultiOutputMixin, RegressorMixin
from sklearn.utils.validation import check_array, check_is_fitted, validate_data

from cortex2image.device import choose_device
from cortex2image.errors import ConfigError, DataError
from cortex2image.ridge.design import Projected
from cortex2image.ridge.engine import Fitted, Problem, make_problem, predict_once, scores
from cortex2image.ridge.folds import Fold, check_groups, make_folds
from cortex2image.ridge.inputs import (
    PREDICTORS,
    TARGETS,
    Beside,
    Blocks,
    RowGroups,
    Sliced,
    as_blocks,
    check_finite,
    check_rows,
    checked_alphas,
    warn_at_edge,
)
from cortex2image.ridge.linalg import threads_of
from cortex2image.ridge.need import Need, Splits
from cortex2image.ridge.planning import plan
from cortex2image.ridge.repeats import Averaged, PerTrial

# How penalties are selected: K-fold, generalised, or leave-one-out cross-validation.
SELECTIONS = ("kfold", "gcv", "loo")


@dataclass(frozen=True)
class BlockFit:
    """Predictions (m, t) for new rows, penalties (t,) and best scores (t,) of a block of targets."""

    predicted: np.ndarray
    alpha: np.ndarray
    score: np.ndarray


class RidgeCV(MultiOutputMixin, RegressorMixin, BaseEstimator):
    """Ridge regression with a penalty chosen by cross-validation for each target.

    Minimises ||Y - X W - b||^2 + alpha ||W||^2. No row is scored by a fit that has seen its targets. With
    folds, centres, scales and weights are computed from the training rows of each fold alone; the final fit
    uses all rows and the chosen penalties. The closed forms (gcv, loo) differ in one point: with
    `standardize`, the scales of X come from all training rows, left-out rows included.

    float32 input is computed in float32, except for Gram matrices, decompositions and operators of folds,
    which are computed in float64, as are products with targets that would amplify the rounding of float32
    (penalties far below the eigenvalues of X'X). Any other input is computed in float64.

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
    X may be an array, or a :class:`~cortex2image.ridge.inputs.Sliced` or
    :class:`~cortex2image.ridge.inputs.RowGroups`, which are read in blocks. With at least as many columns as
    rows, predictions need the training rows: the estimator keeps a reference to X, which must not change.
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

    def fit(self, X: np.ndarray | Blocks, Y: np.ndarray, groups: np.ndarray | None = None) -> "RidgeCV":
        """Choose the penalties and fit the weights.

        Parameters
        ----------
        X : (n, p) array or blocks
        Y : (n, t) or (n,) array
        groups : (n,) array, optional
            Rows of one group never fall on both sides of a fold.

        Raises
        ------
        DataError
            NaN or infinity, X and Y of different lengths, fewer groups than folds.
        ConfigError
            No penalty; penalties that are not positive, finite and sorted; an unknown selection; a device
            that is not available; a memory bound that is too small; groups of several rows with
            `selection="gcv"`.
        """
        problem, kept = self._selected(X, Y, groups, keep=self.selection != "kfold")
        self._fitted = Fitted.fit(problem, self.alpha_, kept)
        return self

    def fit_and_predict(
        self,
        X: np.ndarray | Blocks,
        Y: np.ndarray,
        X_new: np.ndarray | Blocks,
        groups: np.ndarray | None = None,
    ) -> np.ndarray:
        """Fit and return the (m, t) predictions for the (m, p) rows `X_new`; `predict` cannot follow.

        Parameters and errors are those of `fit`. Only the weights of one batch of targets exist at a time.
        """
        problem, _ = self._selected(X, Y, groups, keep=False)
        predicted = predict_once(problem, self.alpha_, self._new_blocks(X_new))
        return predicted[:, 0] if self._flat else predicted

    def predict_blocks(
        self,
        X: np.ndarray | Blocks | PerTrial,
        targets: Iterable[np.ndarray | PerTrial | Averaged],
        X_new: np.ndarray | Blocks,
        groups: np.ndarray | None = None,
    ) -> Iterator[BlockFit]:
        """Fit targets that come in blocks, and yield the predictions for new rows, block by block.

        The training rows are decomposed once. No more than one block of targets is in memory, if the caller
        keeps none.

        Parameters
        ----------
        X : (n, p) array or blocks, or PerTrial with n trials
        targets : iterable of (n, t_b) arrays, or of PerTrial with n trials
        X_new : (m, p) array or blocks
        groups : (n,) array, optional
            As in `fit`.
        """
        rows = X.row if isinstance(X, PerTrial) else np.arange(X.shape[0])
        X = X.each() if isinstance(X, PerTrial) else X
        for block in targets:
            predicted = self.fit_and_predict(X, _each(block, rows), X_new, groups)
            yield BlockFit(predicted, self.alpha_, self.best_score_)

    def predict(self, X: np.ndarray | Blocks) -> np.ndarray:
        """Return the (m, t) predictions for (m, p) rows; (m,) if fitted to a 1-D target."""
        check_is_fitted(self, "_fitted")
        predicted = self._fitted.predict(self._new_blocks(X))
        return predicted[:, 0] if self._flat else predicted

    @property
    def coef_(self) -> np.ndarray:
        """Weights of the columns of X, in the units of X."""
        check_is_fitted(self, "_fitted")
        weights = self._fitted.weights()
        return weights[:, 0] if self._flat else weights

    @property
    def intercept_(self) -> np.ndarray | float:
        """Prediction for a row of zeros."""
        check_is_fitted(self, "_fitted")
        intercept = self._fitted.means - self._fitted.scaling.centre @ self._fitted.weights()
        return float(intercept[0]) if self._flat else intercept.astype(self._fitted.means.dtype, copy=False)

    def _selected(
        self, X: np.ndarray | Blocks, Y: np.ndarray, groups: np.ndarray | None, keep: bool
    ) -> tuple[Problem, Projected | None]:
        """Choose the penalties; return the problem and, on request, the projections of the targets."""
        self.__dict__.pop("_fitted", None)
        alphas = checked_alphas(self.alphas)
        blocks, Y = self._checked(X, Y)
        folds, groups = self._split(len(Y), groups)
        problem = self._make_problem(blocks, Y, folds, groups, len(alphas))
        kept = Projected.empty(len(problem.training.basis.values), problem.targets) if keep else None
        found = scores(problem, self.selection, alphas, folds, groups, not self.alpha_per_target, kept)
        best = found.argmax(axis=0)
        if not self.alpha_per_target:
            best[:] = found.mean(axis=1).argmax()
        self.alpha_, self.best_score_ = alphas[best], found[best, np.arange(Y.shape[1])]
        self.cv_scores_ = found if alphas[0] == np.atleast_1d(self.alphas)[0] else found[::-1]
        warn_at_edge(self.alpha_[self.best_score_ > 0], alphas)
        return problem, kept

    def _checked(self, X: np.ndarray | Blocks, Y: np.ndarray) -> tuple[Blocks, np.ndarray]:
        """Check settings, X and Y; return X in blocks and Y as an (n, t) array."""
        if self.selection not in SELECTIONS:
            expected = f"one of {', '.join(SELECTIONS)}"
            raise ConfigError("ridge selection", expected, f"{self.selection}", "choose one of these")
        if isinstance(X, Sliced | RowGroups | Beside):
            Y, self.n_features_in_ = check_array(Y, **TARGETS), X.shape[1]
        else:
            X, Y = validate_data(self, X, Y, validate_separately=(PREDICTORS, TARGETS))
        blocks = as_blocks(X)
        check_rows(blocks, Y)
        self._flat = Y.ndim == 1
        return blocks, Y.reshape(len(Y), -1)

    def _split(self, rows: int, groups: np.ndarray | None) -> tuple[list[Fold], np.ndarray | None]:
        """Return the folds, none for closed forms, and the groups as an array."""
        groups = None if groups is None else np.asarray(groups)
        if self.selection == "kfold":
            return make_folds(self.cv, rows, groups, self.random_state), groups
        different = check_groups(rows, groups)
        if self.selection == "gcv" and different < rows:
            raise ConfigError(
                "ridge selection",
                "loo or kfold, since groups have more than one row",
                "gcv, which takes repeats for independent rows",
                "choose loo or kfold, or average the rows of each group",
            )
        return [], groups

    def _make_problem(
        self,
        blocks: Blocks,
        Y: np.ndarray,
        folds: list[Fold],
        groups: np.ndarray | None,
        alphas: int,
        bands: int = 0,
    ) -> Problem:
        """Divide the memory and set up the problem."""
        device, dtype = choose_device(self.device), np.result_type(blocks.dtype, Y.dtype)
        dual = blocks.shape[0] <= blocks.shape[1]
        splits = Splits.of_folds(folds) if folds else Splits()
        if self.selection == "loo":
            splits = Splits.of_groups(np.arange(len(Y)) if groups is None else groups)
        reread = dual and isinstance(blocks, RowGroups)
        need = Need(*blocks.shape, Y.shape[1], alphas, dual, splits, bands, reread)
        shares = plan(need, dtype, device.type, threads_of(device), self.max_memory_gb, self.n_targets_batch)
        return make_problem(blocks, Y, dtype, device, dual, self.fit_intercept, self.standardize, shares)

    def _new_blocks(self, X: np.ndarray | Blocks) -> Blocks:
        """Check new rows and return them in blocks."""
        if isinstance(X, Sliced | RowGroups | Beside):
            if X.shape[1] != self.n_features_in_:
                found, fix = f"{X.shape[1]}", "give the columns of the training rows"
                raise DataError("ridge, columns of X", f"{self.n_features_in_}", found, fix)
        else:
            X = validate_data(self, X, reset=False, **PREDICTORS)
        blocks = as_blocks(X)
        check_finite("X", blocks)
        return blocks


def _each(block: np.ndarray | PerTrial | Averaged, rows: np.ndarray) -> np.ndarray:
    """Return the targets of every trial; `rows` are the rows of predictors that trials share."""
    if isinstance(block, Averaged):
        return block.means[np.unique(rows, return_inverse=True)[1]]
    return block.each() if isinstance(block, PerTrial) else block
