"""Generalised cross-validation against its formula with an explicit hat matrix."""

import numpy as np
import pytest
from tests.support.ridge_problems import ALPHAS, SHAPES, drawn
from tests.support.weighted_rows import drawn_pictures

from cortex2image.ridge import RidgeCV
from cortex2image.ridge.gcv import gcv_scores

pytestmark = pytest.mark.filterwarnings("ignore:ridge alpha")


@pytest.fixture(params=SHAPES, ids=str)
def data(request: pytest.FixtureRequest, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    return drawn(request.param, rng)


@pytest.mark.parametrize("intercept", [True, False])
def test_gcv_is_its_formula(data, intercept):
    X, Y = data
    n = len(X)
    model = RidgeCV(ALPHAS, selection="gcv", fit_intercept=intercept).fit(X, Y)
    centred, measured = (X - X.mean(axis=0), Y - Y.mean(axis=0)) if intercept else (X, Y)
    for score, alpha in zip(model.cv_scores_, ALPHAS, strict=True):
        hat = centred @ np.linalg.solve(centred.T @ centred + alpha * np.eye(X.shape[1]), centred.T)
        gcv = ((measured - hat @ measured) ** 2).sum(axis=0) / (n - intercept - np.trace(hat)) ** 2
        null = (measured**2).sum(axis=0) / (n - intercept) ** 2
        np.testing.assert_allclose(score, 1 - gcv / null, atol=1e-6)


@pytest.mark.parametrize("intercept", [True, False])
@pytest.mark.parametrize("size", [(12, 4), (8, 12)], ids=str)
def test_weighted_rows_are_pictures_left_out_with_the_mean_leverage(rng, size, intercept):
    """Errors of single trials, with leverages of pictures from explicit fits to repeated trial rows."""
    pictures, alphas = drawn_pictures(*size, intercept, rng), np.array([100.0, 1.0, 0.01])
    X, Y, picture = pictures.X[pictures.picture], pictures.trials, pictures.picture
    scores = gcv_scores(pictures.basis(), pictures.targets(), alphas)
    members = np.equal.outer(np.arange(size[0]), picture).astype(float)
    mean = np.full((len(X),) * 2, intercept / len(X))
    centred = X - mean @ X

    def errors(hat: np.ndarray) -> np.ndarray:
        """Return the squared errors over trials, with the residual of a picture over 1 - mean leverage."""
        leverage = np.trace(hat) / size[0]
        fitted = pictures.means - (members @ hat @ Y) / pictures.weights[:, None]
        left_out = fitted / (1 - leverage)
        return ((Y - pictures.means[picture] + left_out[picture]) ** 2).sum(axis=0)

    for score, alpha in zip(scores, alphas, strict=True):
        inner = centred.T @ centred + alpha * np.eye(size[1])
        hat = mean + centred @ np.linalg.solve(inner, centred.T)
        np.testing.assert_allclose(score, 1 - errors(hat) / errors(mean), atol=1e-9)
