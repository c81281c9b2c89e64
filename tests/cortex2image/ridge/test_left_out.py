"""Closed forms against scikit-learn, and against leaving out and refitting one by one."""

import numpy as np
import pytest
from sklearn.linear_model import Ridge
from sklearn.linear_model import RidgeCV as Reference
from sklearn.model_selection import LeaveOneGroupOut, LeaveOneOut
from tests.cortex2image.ridge.refits import awkward

from cortex2image.errors import ConfigError, DataError
from cortex2image.ridge import RidgeCV

ALPHAS = np.logspace(-3, 6, 10)
SHAPES = {
    "one feature": (30, 1),
    "tall": (40, 9),
    "square": (24, 24),
    "wide": (20, 60),
    "nearly square": (25, 24),
}

pytestmark = pytest.mark.filterwarnings("ignore:ridge alpha")


@pytest.fixture(params=SHAPES, ids=str)
def data(request: pytest.FixtureRequest, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    n, p = SHAPES[request.param]
    X = rng.normal(1, np.linspace(0.2, 2, p), (n, p))
    noise = np.linspace(0.1, 20, 5)
    return X, 3 + X @ rng.standard_normal((p, 5)) + noise * rng.standard_normal((n, 5))


def refitted_scores(X: np.ndarray, Y: np.ndarray, folds: list) -> np.ndarray:
    """R^2 of every penalty and target, errors pooled over folds, from one fit each."""
    errors, total = np.zeros((len(ALPHAS), Y.shape[1])), np.zeros(Y.shape[1])
    for train, test in folds:
        total += ((Y[test] - Y[train].mean(axis=0)) ** 2).sum(axis=0)
        for error, alpha in zip(errors, ALPHAS, strict=True):
            model = Ridge(alpha, solver="svd").fit(X[train], Y[train])
            error += ((Y[test] - model.predict(X[test])) ** 2).sum(axis=0)
    return 1 - errors / total


@pytest.mark.parametrize("intercept", [True, False])
def test_leaving_one_out_is_that_of_scikit_learn(data, intercept):
    X, Y = data
    ours = RidgeCV(ALPHAS, selection="loo", fit_intercept=intercept).fit(X, Y)
    theirs = [Reference(ALPHAS, fit_intercept=intercept).fit(X, y) for y in Y.T]
    np.testing.assert_array_equal(ours.alpha_, [model.alpha_ for model in theirs])
    assert len(set(ours.alpha_)) > 1
    predicted = np.stack([model.predict(X) for model in theirs], axis=1)
    np.testing.assert_allclose(ours.predict(X), predicted, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("groups", [None, [1, 2, 3]], ids=["rows", "groups of 1, 2 and 3"])
def test_scores_are_those_of_leaving_out_and_refitting(data, groups, dtype):
    X, Y = data
    labels = None if groups is None else np.resize(np.repeat(np.arange(30), np.resize(groups, 30)), len(X))
    splitter = LeaveOneOut() if groups is None else LeaveOneGroupOut()
    model = RidgeCV(ALPHAS, selection="loo", alpha_per_target=False)
    model.fit(X.astype(dtype), Y.astype(dtype), labels)
    tolerance = 1e-6 if dtype == np.float64 else 1e-3
    expected = refitted_scores(X, Y, list(splitter.split(X, groups=labels)))
    np.testing.assert_allclose(model.cv_scores_, expected, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("name", ["duplicated rows", "collinear columns", "ill-conditioned"])
def test_awkward_predictors_give_the_scores_of_refitting(rng, name, dtype):
    X = awkward(name, rng.standard_normal((24, 9)))
    Y = (X @ rng.standard_normal((X.shape[1], 3)) + 0.3 * rng.standard_normal((24, 3))).astype(dtype)
    model = RidgeCV(ALPHAS, selection="loo", alpha_per_target=False).fit(X.astype(dtype), Y)
    expected = refitted_scores(X.astype(dtype).astype(float), Y.astype(float), list(LeaveOneOut().split(X)))
    tolerance = 1e-4 if dtype == np.float64 else 1e-3
    np.testing.assert_allclose(model.cv_scores_, expected, rtol=tolerance, atol=tolerance)


def test_bounds_leave_the_best_penalty_in(data):
    X, Y = data
    labels = np.arange(len(X)) // 2
    complete = RidgeCV(ALPHAS, selection="loo", alpha_per_target=False).fit(X, Y, labels)
    pruned = RidgeCV(ALPHAS, selection="loo").fit(X, Y, labels)
    np.testing.assert_array_equal(pruned.alpha_, ALPHAS[complete.cv_scores_.argmax(axis=0)])
    np.testing.assert_allclose(pruned.best_score_, complete.cv_scores_.max(axis=0), atol=1e-12)
    assert (pruned.cv_scores_ >= complete.cv_scores_ - 1e-10).all()
    assert (pruned.cv_scores_ > complete.cv_scores_ + 1e-6).any()


@pytest.mark.parametrize("intercept", [True, False])
@pytest.mark.parametrize("grouped", [False, True], ids=["repeats apart", "repeats together"])
def test_repeated_rows_and_tiny_penalties_keep_single_precision_accurate(rng, grouped, intercept):
    """Rows without a repeat have leverages of nearly 1, and residuals of rounding error's size."""
    alphas = np.logspace(-6, 3, 10)
    X = rng.standard_normal((30, 60)).astype(np.float32)
    X, groups = np.vstack([X, X[:10]]), np.r_[np.arange(30), np.arange(10)] if grouped else None
    Y = X @ rng.standard_normal((60, 4)) / 60**0.5 + [0.1, 0.3, 1, 3] * rng.standard_normal((40, 4))
    options = {"selection": "loo", "alpha_per_target": False, "fit_intercept": intercept}
    double, single = (
        RidgeCV(alphas, **options).fit(X.astype(dtype), Y.astype(np.float32).astype(dtype), groups)
        for dtype in (np.float64, np.float32)
    )
    np.testing.assert_allclose(single.cv_scores_, double.cv_scores_, rtol=1e-3, atol=1e-3)
    centred = X - X.mean(axis=0, dtype=float) if intercept else X.astype(float)
    hat = centred @ np.linalg.solve(centred.T @ centred + 1e-6 * np.eye(60), centred.T) + intercept / 40
    assert (1 - np.diag(hat)).min() < 1e-6


def test_repeats_are_refused_by_gcv_and_kept_together_by_loo(rng):
    """Noise targets that repeat with their rows: only a leak can make them predictable."""
    X = np.repeat(rng.standard_normal((40, 100)), 2, axis=0)
    Y, groups = np.repeat(rng.standard_normal((40, 5)), 2, axis=0), np.arange(80) // 2
    leaky, honest = (RidgeCV([1.0, 100.0], selection="loo").fit(X, Y, g) for g in (None, groups))
    assert leaky.best_score_.mean() > 0.5
    assert honest.best_score_.mean() < 0.05
    with pytest.raises(ConfigError, match="takes repeats for independent rows"):
        RidgeCV([1.0], selection="gcv").fit(X, Y, groups)
    with pytest.raises(DataError, match="at least 2 to leave one out"):
        RidgeCV([1.0], selection="loo").fit(X, Y, np.zeros(80))


def test_constant_targets_choose_the_largest_penalty(data):
    X, _ = data
    for selection in ("loo", "gcv"):
        model = RidgeCV(ALPHAS, selection=selection).fit(X, np.full((len(X), 2), 0.1))
        assert model.alpha_.tolist() == [ALPHAS[-1]] * 2
        np.testing.assert_array_equal(model.predict(X), np.full((len(X), 2), 0.1))
