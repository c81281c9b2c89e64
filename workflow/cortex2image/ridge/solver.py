"""Ridge regression of many targets from one eigendecomposition.

With centred predictors X (n rows, p columns) and targets Y (n, t), the ridge weights are

    primal:  W = (X'X + alpha I)^-1 X'Y = V (L + alpha)^-1 (XV)'Y    with  X'X = V L V'
    dual:    W = X'(XX' + alpha I)^-1 Y = X' U (L + alpha)^-1 U'Y    with  XX' = U L U'

(Hastie, Tibshirani and Friedman 2009, The Elements of Statistical Learning, section 3.4.1 and exercise
18.4). Both read: predictions = scores(X_new) diag(1 / (L + alpha)) loadings' Y. Neither the decomposition
nor the scores depend on the target or on alpha, so all targets and penalties share them.
"""

from dataclasses import dataclass

import numpy as np
from scipy import linalg


@dataclass(frozen=True)
class Decomposition:
    """Training rows in the basis in which ridge regression is diagonal; k <= min(n, p) directions.

    Attributes
    ----------
    rows : (n, p) array
        The centred and scaled training rows.
    vectors : (p, k) array in primal form, (n, k) array in dual form
        V or U of the module's docstring.
    values : (k,) array
        Eigenvalues L, all positive.
    loadings : (n, k) array
        X V or U: what maps targets to the basis.
    dual : bool
    """

    rows: np.ndarray
    vectors: np.ndarray
    values: np.ndarray
    loadings: np.ndarray
    dual: bool

    def scores(self, rows: np.ndarray) -> np.ndarray:
        """Return the (m, k) coordinates of (m, p) rows, centred and scaled like the training rows."""
        return (rows @ self.rows.T) @ self.vectors if self.dual else rows @ self.vectors

    def project(self, targets: np.ndarray) -> np.ndarray:
        """Return the (k, t) coordinates of (n, t) centred targets."""
        return self.loadings.T @ targets

    def weights(self, projected: np.ndarray, alphas: np.ndarray) -> np.ndarray:
        """Return the weights of targets with a penalty of their own.

        Parameters
        ----------
        projected : (k, t) array
            What :meth:`project` gave.
        alphas : (t,) array

        Returns
        -------
        (p, t) array in primal form; (n, t) array in dual form, weights of the training rows.
        """
        return self.vectors @ (projected / (self.values[:, None] + alphas.astype(self.values.dtype)))


def decompose(rows: np.ndarray) -> Decomposition:
    """Decompose (n, p) centred rows in the cheaper of the two forms.

    The Gram matrix and its eigenvalues are computed in double precision, since squaring the rows doubles
    the digits that are lost; everything else keeps the precision of `rows`. Directions whose eigenvalue is
    rounding error are left out.
    """
    n, p = rows.shape
    dual = n < p
    exact = rows.astype(np.float64, copy=False)
    values, vectors = linalg.eigh(exact @ exact.T if dual else exact.T @ exact, check_finite=False)
    kept = values > np.finfo(np.float64).eps * max(n, p) * max(values[-1], 0.0)
    values, vectors = values[kept].astype(rows.dtype), vectors[:, kept].astype(rows.dtype)
    return Decomposition(rows, vectors, values, vectors if dual else rows @ vectors, dual)


def squared_errors(
    decomposition: Decomposition,
    train_targets: np.ndarray,
    scores: np.ndarray,
    targets: np.ndarray,
    alphas: np.ndarray,
) -> np.ndarray:
    """Return the (alphas, t) sums over rows of the squared prediction errors.

    Parameters
    ----------
    decomposition : of the training rows
    train_targets : (n, t) array
        Centred targets of the training rows.
    scores : (m, k) array
        :meth:`Decomposition.scores` of the rows to predict.
    targets : (m, t) array
        Their targets, centred like `train_targets`.
    alphas : (a,) array
    """
    projected = decomposition.project(train_targets)
    errors = np.empty((len(alphas), targets.shape[1]))
    for row, alpha in zip(errors, alphas.astype(targets.dtype), strict=True):
        residual = targets - (scores / (decomposition.values + alpha)) @ projected
        row[:] = np.einsum("mt,mt->t", residual, residual)
    return errors
