"""Cross-validated ridge regression with very many targets, as a scikit-learn estimator."""

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, MultiOutputMixin, RegressorMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from cortex2image.errors import ConfigError
from cortex2image.ridge.folds import Folds, make_folds
from cortex2image.ridge.inputs import PREDICTORS, TARGETS, check_finite, check_rows
from cortex2image.ridge.scaling import Scaling
from cortex2image.ridge.solver import decompose, squared_errors

EDGE_SHARE = 0.2


class RidgeCV(MultiOutputMixin, RegressorMixin, BaseEstimator):
    """Ridge regression whose penalty is chosen by cross-validation, for each target on its own.

    Minimises ||Y - X W - b||^2 + alpha ||W||^2. Centres, scales and weights are fitted on the training rows
    of a fold alone, then once more on all rows with the chosen penalties. float32 input is computed in
    float32 (its Gram matrix in float64), everything else in float64.

    Parameters
    ----------
    alphas : sequence of positive floats
        The penalties to choose from.
    cv : int, scikit-learn splitter or iterable of index pairs
        A number means that many shuffled folds, over whole groups where `fit` is given groups.
    fit_intercept : bool
        Centre X and Y. Without it X and Y are used as they are.
    alpha_per_target : bool
        Choose a penalty for each target; otherwise one, by the mean score over targets.
    standardize : bool
        Divide the columns of X by their standard deviation over training rows.
    device : "auto" or "cpu"
    random_state : int
        Seed of the shuffled folds, in [0, 2**32).
    n_targets_batch : int
        Targets handled at once; bounds the working memory and changes no result.

    Attributes
    ----------
    alpha_ : (t,) array
        The chosen penalties. Of equal scores the largest penalty wins, so a constant target has the largest.
    best_score_ : (t,) array
        R^2 of the chosen penalty, errors pooled over all validation rows, against predicting the mean of the
        fold's training rows (0 without an intercept): 0 is no better than that. 0 for constant targets.
    coef_ : (p, t) array, or (p,) for a single 1-D target; computed on request
    intercept_ : (t,) array, or float for a single 1-D target
    """

    def __init__(
        self,
        alphas: Sequence[float] = (0.1, 1.0, 10.0),
        cv: Any = 5,
        fit_intercept: bool = True,
        alpha_per_target: bool = True,
        standardize: bool = False,
        device: str = "auto",
        random_state: int = 0,
        n_targets_batch: int = 4096,
    ):
        self.alphas = alphas
        self.cv = cv
        self.fit_intercept = fit_intercept
        self.alpha_per_target = alpha_per_target
        self.standardize = standardize
        self.device = device
        self.random_state = random_state
        self.n_targets_batch = n_targets_batch

    def fit(self, X: np.ndarray, Y: np.ndarray, groups: np.ndarray | None = None) -> "RidgeCV":
        """Choose the penalties and fit the weights.

        Parameters
        ----------
        X : (n, p) array
        Y : (n, t) or (n,) array
        groups : (n,) array, optional
            Rows of one group never fall on both sides of a fold.

        Raises
        ------
        DataError
            NaN or Inf, X and Y of different lengths, fewer groups than folds.
        ConfigError
            No penalty, a penalty that is not positive and finite, a device that is not at hand.
        """
        alphas = self._checked_settings()
        X, Y = validate_data(self, X, Y, validate_separately=(PREDICTORS, TARGETS))
        check_rows(X, Y)
        self._flat = Y.ndim == 1
        X, Y = X.astype(np.result_type(X, Y), copy=False), Y.reshape(len(Y), -1)
        folds = make_folds(self.cv, len(X), None if groups is None else np.asarray(groups), self.random_state)
        scores = self._scores(X, Y, folds, alphas)
        best = scores.argmax(axis=0)
        if not self.alpha_per_target:
            best[:] = scores.mean(axis=1).argmax()
        self.alpha_, self.best_score_ = alphas[best], scores[best, np.arange(Y.shape[1])]
        _warn_at_edge(self.alpha_[self.best_score_ > 0], alphas)
        self._fit_weights(X, Y)
        return self

    def predict(self, X: np.ndarray) -> np.ndarray:
        """Return the (m, t) predictions for (m, p) rows; (m,) if fitted to a 1-D target."""
        check_is_fitted(self)
        X = validate_data(self, X, reset=False, **PREDICTORS)
        check_finite("X", X)
        rows = self._predictor_scaling.apply(X)
        if self._dual_rows is not None:
            rows = rows @ self._dual_rows.T
        predicted = rows @ self._weights + self._target_centre
        return predicted[:, 0] if self._flat else predicted

    @property
    def coef_(self) -> np.ndarray:
        """Weights of the columns of X, in the units of X."""
        check_is_fitted(self)
        weights = self._weights if self._dual_rows is None else self._dual_rows.T @ self._weights
        weights = weights / self._predictor_scaling.scale[:, None]
        return weights[:, 0] if self._flat else weights

    @property
    def intercept_(self) -> np.ndarray | float:
        """What is predicted for a row of zeros."""
        intercept = self._target_centre - self._predictor_scaling.centre @ self.coef_
        return float(intercept[0]) if self._flat else intercept

    def _checked_settings(self) -> np.ndarray:
        alphas = np.sort(np.atleast_1d(np.asarray(self.alphas, dtype=np.float64)))[::-1]
        if not len(alphas) or not (np.isfinite(alphas).all() and alphas[-1] > 0):
            raise ConfigError("ridge alphas", "positive finite numbers", f"{self.alphas}", "correct the grid")
        if self.device not in ("auto", "cpu"):
            raise ConfigError("ridge device", "auto or cpu", self.device, "choose one of these")
        return alphas

    def _scores(self, X: np.ndarray, Y: np.ndarray, folds: Folds, alphas: np.ndarray) -> np.ndarray:
        errors, total = np.zeros((len(alphas), Y.shape[1])), np.zeros(Y.shape[1])
        for train, validation in folds:
            scaling = Scaling.fit(X[train], self.fit_intercept, self.standardize)
            decomposition = decompose(scaling.apply(X[train]))
            scores = decomposition.scores(scaling.apply(X[validation]))
            for batch in self._batches(Y):
                targets = Y[:, batch].astype(X.dtype, copy=False)
                centre = Scaling.fit(targets[train], self.fit_intercept)
                fitted, held_out = centre.apply(targets[train]), centre.apply(targets[validation])
                errors[:, batch] += squared_errors(decomposition, fitted, scores, held_out, alphas)
                total[batch] += np.einsum("mt,mt->t", held_out, held_out)
        return np.where(total > 0, 1 - errors / np.where(total > 0, total, 1), 0.0)

    def _fit_weights(self, X: np.ndarray, Y: np.ndarray) -> None:
        self._predictor_scaling = Scaling.fit(X, self.fit_intercept, self.standardize)
        decomposition = decompose(self._predictor_scaling.apply(X))
        self._dual_rows = decomposition.rows if decomposition.dual else None
        self._target_centre = np.empty(Y.shape[1], X.dtype)
        self._weights = np.empty((len(decomposition.vectors), Y.shape[1]), X.dtype)
        for batch in self._batches(Y):
            targets = Y[:, batch].astype(X.dtype, copy=False)
            centre = Scaling.fit(targets, self.fit_intercept)
            projected = decomposition.project(centre.apply(targets))
            self._weights[:, batch] = decomposition.weights(projected, self.alpha_[batch])
            self._target_centre[batch] = centre.centre

    def _batches(self, Y: np.ndarray) -> list[slice]:
        starts = range(0, Y.shape[1], self.n_targets_batch)
        return [slice(start, start + self.n_targets_batch) for start in starts]


def _warn_at_edge(chosen: np.ndarray, alphas: np.ndarray) -> None:
    """Warn if many targets that can be predicted at all chose an end of the grid."""
    if len(alphas) < 2 or not len(chosen):
        return
    for edge, way_out in ((alphas[0], "add larger ones"), (alphas[-1], "add smaller ones")):
        share = float(np.mean(chosen == edge))
        if share > EDGE_SHARE:
            warnings.warn(
                f"ridge alpha {edge:g}, an end of the grid, was chosen for {share:.0%} of the {len(chosen)} "
                f"predictable targets (limit {EDGE_SHARE:.0%}); the best alpha may lie outside: {way_out}",
                stacklevel=3,
            )
