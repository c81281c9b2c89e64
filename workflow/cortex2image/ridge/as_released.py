"""Ridge regression as in the code released with Takagi and Nishimoto 2023, for reproduction only.

Three things make it worse than :class:`~cortex2image.ridge.estimator.RidgeCV` with its defaults. There is no
intercept although targets have a mean, so that predictions lack the training mean of every target. Folds are
unshuffled runs of trials, so that repeats of a picture are fitted and validated at once and penalties come out too
small. And the grids of penalties are fixed: far below the eigenvalues of the predictors for z and c.
"""

import numpy as np
from sklearn.model_selection import KFold
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from cortex2image.ridge.estimator import RidgeCV

LATENT_ALPHAS = tuple(10.0**exponent for exponent in range(-6, 1))
OTHER_ALPHAS = (1e4, 2e4, 4e4)


def as_released(latent: bool) -> Pipeline:
    """Return the released regression: predictors are standardised, targets are used as they are.

    Parameters
    ----------
    latent : bool
        Whether the targets are z or c; all other feature spaces had larger penalties.
    """
    alphas = np.array(LATENT_ALPHAS if latent else OTHER_ALPHAS)
    return make_pipeline(StandardScaler(), RidgeCV(alphas, cv=KFold(5), fit_intercept=False))
