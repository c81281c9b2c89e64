"""Ridge regression as in the code released with Takagi and Nishimoto 2023, for reproduction only.

Three things make it worse than :class:`~cortex2image.ridge.estimator.RidgeCV` with its defaults. There is no
intercept although targets have a mean, so that predictions lack the training mean of every target. Folds are
unshuffled runs of trials, so that repeats of a picture are fitted and validated at once and penalties come
out too small. And the grid of penalties for z and c lies far below the eigenvalues of the predictors.
"""

import numpy as np
from sklearn.model_selection import KFold

from cortex2image.ridge.estimator import RidgeCV
from cortex2image.ridge.scaling import Scaling

LATENT_ALPHAS = tuple(10.0**exponent for exponent in range(-6, 1))
OTHER_ALPHAS = (1e4, 2e4, 4e4)


class AsReleasedRidgeCV(RidgeCV):
    """The released regression: predictors are standardised, targets are used as they are, groups are ignored.

    Parameters
    ----------
    latent : bool
        Whether the targets are z or c; all other feature spaces had larger penalties.
    device, max_memory_gb
        As in :class:`~cortex2image.ridge.estimator.RidgeCV`.
    """

    def __init__(self, latent: bool = True, device: str = "auto", max_memory_gb: float | None = None):
        alphas = LATENT_ALPHAS if latent else OTHER_ALPHAS
        super().__init__(alphas, cv=KFold(5), fit_intercept=False, device=device, max_memory_gb=max_memory_gb)
        self.latent = latent

    def fit(  # type: ignore[override]
        self, X: np.ndarray, Y: np.ndarray, groups: np.ndarray | None = None
    ) -> "AsReleasedRidgeCV":
        """Fit (n, p) predictors and (n, t) targets; errors are those of :meth:`RidgeCV.fit`."""
        self._standard = Scaling.fit(X, centre=True, standardize=True)
        super().fit(self._standard.apply(X), Y)
        return self

    def predict(self, X: np.ndarray) -> np.ndarray:  # type: ignore[override]
        """Return the (m, t) predictions for (m, p) rows, without the mean of the targets."""
        return super().predict(self._standard.apply(X))
