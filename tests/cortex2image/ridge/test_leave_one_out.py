"""Leave one out against scikit-learn, and against refits without each row or group."""

import numpy as np
import pytest
from sklearn.linear_model import Ridge
from sklearn.linear_model import RidgeCV as Reference
from sklearn.model_selection import LeaveOneGroupOut, LeaveOneOut
from tests.support.exact_ridge import left_out_scores
from tests.support.ridge_problems import ALPHAS, SHAPES, awkward, drawn
from tests.support.weighted_rows import drawn_pictures

from cortex2image.errors import ConfigError, DataError
from cortex2image.ridge import RidgeCV, leverages
from cortex2image.ridge.leave_one_out import leave_one_out_scores
from cortex2image.ridge.leverages import LARGEST_GROUP

pytestmark = pytest.mark.filterwarnings("ignore:ridge alpha")


@pytest.fixture(params=SHAPES, ids=str)
def data(request: pytest.FixtureRequest, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    return drawn(request.param, rng)


def refitted_scores(X: np.ndarray, Y: np.ndarray, folds: list) -> np.ndarray:
    """Return R^2 of every penalty and target from refits, with errors pooled over folds."""
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


def left_out_errors(model: RidgeCV) -> np.ndarray:
    """Return errors of every penalty and target as shares of the target's variance."""
    return 1 - model.cv_scores_


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("intercept", [True, False])
@pytest.mark.parametrize("sizes", [[1], [2], [1, 2, 3], [1, LARGEST_GROUP + 2]], ids=str)
@pytest.mark.parametrize("form", [*SHAPES, "repeated rows"])
def test_bounds_leave_the_best_penalty_in(rng, form, sizes, intercept, dtype):
    """Scores of excluded penalties are at least the true scores, and some penalties are excluded."""
    n, p = SHAPES.get(form, (40, 60))
    X = rng.normal(0, np.linspace(0.2, 2, p), (n, p))
    X[-10:] = X[:10] if form == "repeated rows" else X[-10:]
    noise = np.logspace(-4, 1.5, 60)
    Y = 3 * intercept + X @ rng.standard_normal((p, 60)) + noise * rng.standard_normal((n, 60))
    labels = np.repeat(np.arange(n), np.resize(sizes, n))[:n]
    alphas, options = np.logspace(-6, 4, 21), {"selection": "loo", "fit_intercept": intercept}
    data = X.astype(dtype), Y.astype(dtype), labels
    complete = RidgeCV(alphas, alpha_per_target=False, **options).fit(*data)
    pruned = RidgeCV(alphas, **options).fit(*data)
    true, bounds = left_out_errors(complete), left_out_errors(pruned)
    chosen = np.take_along_axis(true, np.searchsorted(alphas, pruned.alpha_)[None], axis=0)[0]
    tolerance = {"rtol": 1e-4, "atol": 1e-7} if dtype == np.float32 else {"rtol": 1e-9, "atol": 1e-12}
    np.testing.assert_allclose(chosen, true.min(axis=0), **tolerance)
    assert (bounds <= true * (1 + tolerance["rtol"]) + tolerance["atol"]).all()
    if form not in ("square", "wide") or len(sizes) > 1:
        assert (bounds < 0.99 * true).any()


@pytest.mark.parametrize("complete", [True, False])
def test_leverages_in_double_precision_meet_rows_in_single(rng, monkeypatch, complete):
    """A large group needs it, since the intercept alone gives leverages near 1 to a group of most rows."""
    X, Y = (rng.standard_normal((40, columns)).astype(np.float32) for columns in (9, 30))
    Y += 3 * X[:, :1]
    labels = np.maximum(np.arange(40) - 20, 0) // 2
    model = RidgeCV(ALPHAS, selection="loo", alpha_per_target=not complete)
    single = model.fit(X, Y, labels).best_score_
    monkeypatch.setattr(leverages, "LEAST_SPARE", 2.0)
    np.testing.assert_allclose(model.fit(X, Y, labels).best_score_, single, atol=1e-5)


@pytest.mark.parametrize("p", [290, 297])
@pytest.mark.parametrize("noise", [1e-4, 1e-3])
@pytest.mark.parametrize("selection", ["loo", "gcv"])
def test_single_precision_is_enough_where_little_is_left_to_residuals(rng, selection, noise, p):
    """With nearly as many columns as rows and hardly any noise, residuals are as small as rounding."""
    alphas = 10.0 ** np.arange(-6, 4)
    X, new = rng.standard_normal((300, p)).astype("f4"), rng.standard_normal((40, p)).astype("f4")
    Y = X @ rng.standard_normal((p, 20)) / p**0.5 + noise * rng.standard_normal((300, 20))
    single = RidgeCV(alphas, selection=selection).fit(X, Y.astype("f4"))
    double = RidgeCV(alphas, selection=selection).fit(X.astype(float), Y.astype("f4").astype(float))
    np.testing.assert_array_equal(single.alpha_, double.alpha_)
    expected = double.predict(new.astype(float))
    np.testing.assert_allclose(single.predict(new), expected, atol=1e-3 * np.abs(expected).max())
    np.testing.assert_allclose(1 - single.best_score_, 1 - double.best_score_, rtol=1e-2)


@pytest.mark.parametrize("intercept", [True, False])
@pytest.mark.parametrize("grouped", [False, True], ids=["repeats apart", "repeats together"])
def test_repeated_rows_and_tiny_penalties_keep_single_precision_accurate(rng, grouped, intercept):
    """Rows without a repeat have leverages of nearly 1, and residuals as small as rounding errors."""
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
    """Noise targets that repeat with their rows are predictable only through a leak."""
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


@pytest.mark.parametrize("intercept", [True, False])
@pytest.mark.parametrize("size", [(7, 3), (6, 9), (7, 7)], ids=str)
@pytest.mark.parametrize("pairs", [False, True], ids=["pictures", "pairs of pictures"])
def test_leaving_a_weighted_row_out_is_leaving_its_trials_out(rng, size, pairs, intercept):
    pictures = drawn_pictures(*size, intercept, rng)
    labels, alphas = np.arange(size[0]) // (1 + pairs), np.array([1e200, 10.0, 0.1, 1e-4, 1e-200])
    trials = labels[pictures.picture]
    X = pictures.X[pictures.picture]
    expected = left_out_scores(X, pictures.trials, alphas, trials, intercept)
    for complete in (True, False):
        found = leave_one_out_scores(pictures.basis(), pictures.targets(), alphas, labels, complete)
        np.testing.assert_allclose(found.max(axis=0), expected.max(axis=0), rtol=1e-6, atol=1e-9)
        if complete:
            np.testing.assert_allclose(1 - found, 1 - expected, rtol=1e-6)


@pytest.mark.parametrize("alpha", [0.1, 1.0])
def test_single_precision_bears_repeats_that_nearly_span_all_rows(rng, alpha):
    features, row = rng.standard_normal((17, 60)), np.repeat(np.arange(17), 2)
    Y = features[row][:, :2] + rng.standard_normal((34, 2))
    single, double = (
        RidgeCV([alpha], selection="loo").fit(features[row].astype(dtype), Y.astype(dtype), row)
        for dtype in ("f4", "f8")
    )
    np.testing.assert_allclose(single.best_score_, double.best_score_, atol=2e-4)
