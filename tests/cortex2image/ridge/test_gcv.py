"""Generalised cross-validation against its formula with an explicit hat matrix."""

import numpy as np
import pytest
from tests.support.ridge_problems import ALPHAS, SHAPES, drawn

from cortex2image.ridge import RidgeCV

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
