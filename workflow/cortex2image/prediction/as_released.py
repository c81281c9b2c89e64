"""Ridge regression as in the code released with Takagi and Nishimoto 2023, for reproduction only.

It is worse than :class:`~cortex2image.ridge.estimator.RidgeCV` with its defaults in three ways. It has no
intercept although targets have a mean, so predictions lack the training mean of every target. Its folds are
consecutive trials, so repeats of a picture are both fitted and validated, which favours penalties that are
too small. And its penalties for z and c lie far below the eigenvalues of the predictors.
"""

from collections.abc import Iterable, Iterator

import numpy as np
from sklearn.base import BaseEstimator, MultiOutputMixin, RegressorMixin
from sklearn.model_selection import KFold
from sklearn.utils.validation import check_is_fitted, validate_data

from cortex2image.errors import DataError
from cortex2image.leakage import HeldOut
from cortex2image.ridge.cross_validated import BlockFit
from cortex2image.ridge.design import Scaling
from cortex2image.ridge.estimator import RidgeCV
from cortex2image.ridge.inputs import PREDICTORS, Sliced, check_finite
from cortex2image.ridge.planning import BLOCK
from cortex2image.ridge.repeats import Averaged, PerTrial

LATENT_ALPHAS = tuple(10.0**exponent for exponent in range(-6, 1))
OTHER_ALPHAS = (1e4, 2e4, 4e4)
FOLDS = 5


class AsReleasedRidgeCV(MultiOutputMixin, RegressorMixin, BaseEstimator):
    """The released regression: standardised predictors, targets as they are, groups ignored.

    Parameters
    ----------
    latent : bool
        Whether the targets are z or c; the released code used larger penalties for all other features.
    device, max_memory_gb, threads
        As in :class:`~cortex2image.ridge.estimator.RidgeCV`.

    Attributes
    ----------
    alpha_, best_score_ : (t,) arrays
        As in :class:`~cortex2image.ridge.estimator.RidgeCV`.
    """

    def __init__(
        self,
        latent: bool = True,
        device: str = "auto",
        max_memory_gb: float | None = None,
        threads: int | None = None,
    ):
        self.latent = latent
        self.device = device
        self.max_memory_gb = max_memory_gb
        self.threads = threads

    def fit(self, X: np.ndarray, Y: np.ndarray, groups: np.ndarray | None = None) -> "AsReleasedRidgeCV":
        """Fit (n, p) predictors and (n, t) or (n,) targets.

        Raises
        ------
        DataError, ConfigError
            As in :meth:`RidgeCV.fit`; fewer rows than the five folds.
        """
        X, ridge = self._standardised(X, np.arange(len(X))), self._inner()
        self._ridge = ridge.fit(X, Y)
        self.alpha_, self.best_score_ = ridge.alpha_, ridge.best_score_
        return self

    def predict_blocks(
        self,
        X: np.ndarray | PerTrial,
        targets: Iterable[np.ndarray | PerTrial | Averaged],
        X_new: np.ndarray | HeldOut[np.ndarray],
        groups: np.ndarray | None = None,
    ) -> Iterator[BlockFit]:
        """Fit targets that come in blocks, and yield the predictions for the (m, p) rows `X_new`.

        Parameters
        ----------
        X : (n, p) array, or PerTrial with n trials
        targets : iterable of (n, t_b) arrays, or of PerTrial with n trials
            Folds part the trials that share a row of X, so their mean is not enough.
        X_new : (m, p) array, held out or not
        groups : ignored

        Raises
        ------
        DataError, ConfigError
            As in :meth:`fit`.
        """
        source = X if isinstance(X, PerTrial) else PerTrial(X, np.arange(len(X)))
        train = PerTrial(self._standardised(source.matrix, source.row), source.row)
        closed = X_new if isinstance(X_new, HeldOut) else HeldOut(X_new, len(X_new), "new rows")
        new = closed.through(self._standard, self._applied)
        yield from self._inner().predict_blocks(train, targets, new)

    def predict(self, X: np.ndarray) -> np.ndarray:
        """Return the (m, t) predictions for (m, p) rows, without the mean of the targets."""
        check_is_fitted(self, "_ridge")
        return self._ridge.predict(self._applied(X))

    def _applied(self, X: np.ndarray) -> np.ndarray:
        """Standardise (m, p) new rows by the training trials."""
        return self._standard.apply(self._checked(X, reset=False))

    def _standardised(self, X: np.ndarray, row: np.ndarray) -> np.ndarray:
        """Standardise the rows of (n,) trials; keep mean and standard deviation over trials for new rows."""
        X = self._checked(X, reset=True)
        if len(row) < FOLDS:
            expected = f"at least {FOLDS} rows, one for each fold"
            raise DataError("ridge as released", expected, f"{len(row)}", "add training data")
        self._standard = Scaling.fit_blocks(Sliced(X), True, True, BLOCK, np.bincount(row, minlength=len(X)))
        return self._standard.apply(X).astype(X.dtype, copy=False)

    def _inner(self) -> RidgeCV:
        return RidgeCV(
            LATENT_ALPHAS if self.latent else OTHER_ALPHAS,
            cv=KFold(FOLDS),
            fit_intercept=False,
            device=self.device,
            max_memory_gb=self.max_memory_gb,
            threads=self.threads,
        )

    def _checked(self, X: np.ndarray, reset: bool) -> np.ndarray:
        X = validate_data(self, X, reset=reset, **PREDICTORS)
        check_finite("X", X)
        return X
