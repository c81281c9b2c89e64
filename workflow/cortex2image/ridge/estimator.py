"""Cross-validated ridge regression of very many targets, as a scikit-learn estimator."""

from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, MultiOutputMixin, RegressorMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from cortex2image.ridge.cross_validated import CrossValidatedRidge
from cortex2image.ridge.engine import Fitted
from cortex2image.ridge.inputs import PREDICTORS


class RidgeCV(MultiOutputMixin, RegressorMixin, BaseEstimator, CrossValidatedRidge):
    """:class:`~cortex2image.ridge.cross_validated.CrossValidatedRidge` as scikit-learn expects an estimator.

    Parameters, attributes and methods are those of that class. Names of columns are compared too, and errors
    about numbers of columns, and about a fit that was never made, are those of scikit-learn.
    """

    def finished(self) -> Fitted:
        """Return the fit; raise NotFittedError if there is none."""
        check_is_fitted(self, "_fitted")
        return super().finished()

    def validated(self, X: Any, reset: bool) -> np.ndarray:
        """Return predictors as a float matrix, checked and noted by scikit-learn."""
        return np.asarray(validate_data(self, X, reset=reset, **PREDICTORS))
