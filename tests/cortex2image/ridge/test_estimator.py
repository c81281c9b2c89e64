"""RidgeCV against scikit-learn and himalaya, its invariances, and the inputs it refuses."""

import warnings

import himalaya.kernel_ridge
import himalaya.ridge
import numpy as np
import pytest
from sklearn.base import clone
from sklearn.linear_model import Ridge
from sklearn.model_selection import GridSearchCV, GroupKFold, KFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import check_estimator
from tests.support.exact_ridge import left_out_scores, predictions

from cortex2image.errors import ConfigError, DataError
from cortex2image.ridge import RidgeCV

ALPHAS = [0.1, 1.0, 10.0, 100.0, 1000.0]
SHAPES = {"tall": (60, 15), "wide": (30, 80)}

pytestmark = pytest.mark.filterwarnings("ignore:ridge alpha")


@pytest.fixture(params=SHAPES, ids=str)
def data(request: pytest.FixtureRequest, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return X with a mean and unequal scales, and Y with a mean and from no noise to nearly all noise."""
    n, p = SHAPES[request.param]
    X = rng.normal(2, np.linspace(0.5, 3, p), (n, p))
    noise = np.linspace(0.1, 60, 6)
    return X, 5 + X @ rng.standard_normal((p, 6)) + noise * rng.standard_normal((n, 6))


@pytest.mark.parametrize("alpha", [1e-3, 1.0, 1e6])
@pytest.mark.parametrize("fit_intercept", [True, False])
def test_predictions_are_those_of_scikit_learn(data, rng, alpha, fit_intercept):
    X, Y = data
    new = rng.standard_normal((9, X.shape[1]))
    model = RidgeCV([alpha], fit_intercept=fit_intercept).fit(X, Y)
    expected = Ridge(alpha, fit_intercept=fit_intercept).fit(X, Y)
    np.testing.assert_allclose(model.predict(new), expected.predict(new), rtol=1e-8, atol=1e-8)
    np.testing.assert_allclose(model.coef_, expected.coef_.T, rtol=1e-6, atol=1e-8)
    np.testing.assert_allclose(model.intercept_, expected.intercept_, rtol=1e-6, atol=1e-8)


def test_standardizing_happens_inside_the_folds(data):
    X, Y = data
    folds = list(KFold(3).split(X))
    ours = RidgeCV(ALPHAS, cv=folds, standardize=True).fit(X, Y[:, 2])
    pipeline = make_pipeline(StandardScaler(), Ridge())
    grid = {"ridge__alpha": ALPHAS}
    theirs = GridSearchCV(pipeline, grid, cv=folds, scoring="neg_mean_squared_error").fit(X, Y[:, 2])
    assert ours.alpha_[0] == theirs.best_params_["ridge__alpha"]
    np.testing.assert_allclose(ours.predict(X), theirs.predict(X), rtol=1e-8)


def test_penalties_are_those_of_a_grid_search_over_the_same_groups(data):
    X, Y = data
    groups = np.arange(len(X)) // 3
    ours = RidgeCV(ALPHAS, cv=5, random_state=7).fit(X, Y, groups)
    splitter = GroupKFold(5, shuffle=True, random_state=7)
    search = GridSearchCV(Ridge(), {"alpha": ALPHAS}, cv=splitter, scoring="neg_mean_squared_error")
    theirs = [search.fit(X, y, groups=groups).best_params_["alpha"] for y in Y.T]
    np.testing.assert_array_equal(ours.alpha_, theirs)
    assert len(set(theirs)) > 1


@pytest.mark.filterwarnings("ignore:Solving")
@pytest.mark.parametrize("kind", [himalaya.ridge.RidgeCV, himalaya.kernel_ridge.KernelRidgeCV])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_penalties_and_predictions_are_those_of_himalaya(data, rng, kind, dtype):
    """Himalaya in double precision: in single precision its kernel ridge exceeds the tolerance by far."""
    X, Y = (array.astype(dtype) for array in data)
    new, folds = rng.normal(2, 2, (9, X.shape[1])).astype(dtype), list(KFold(5).split(X))
    ours = RidgeCV(ALPHAS, cv=folds).fit(X, Y)
    theirs = kind(ALPHAS, cv=folds, fit_intercept=True).fit(X.astype(float), Y.astype(float))
    np.testing.assert_allclose(ours.alpha_, theirs.best_alphas_)
    tolerance = 1e-4 if dtype == np.float64 else 1e-3
    expected = theirs.predict(new.astype(float))
    np.testing.assert_allclose(ours.predict(new), expected, rtol=tolerance, atol=tolerance)


def test_one_penalty_for_all_targets_is_that_of_a_grid_search(data):
    X, Y = data
    folds = list(KFold(2).split(X))
    ours = RidgeCV(ALPHAS, cv=folds, alpha_per_target=False).fit(X, Y)
    errors = []
    for alpha in ALPHAS:
        predicted, centred = np.empty_like(Y), np.empty_like(Y)
        for train, test in folds:
            predicted[test] = Ridge(alpha).fit(X[train], Y[train]).predict(X[test])
            centred[test] = Y[test] - Y[train].mean(axis=0)
        errors.append(np.mean(((Y - predicted) ** 2).sum(axis=0) / (centred**2).sum(axis=0)))
    assert set(ours.alpha_) == {ALPHAS[int(np.argmin(errors))]}
    assert ours.best_score_.mean() == pytest.approx(1 - min(errors))


def test_a_single_target_is_the_same_alone_flat_or_among_others(data):
    X, Y = data
    together, alone, flat = (RidgeCV(ALPHAS).fit(X, y) for y in (Y, Y[:, 3:4], Y[:, 3]))
    np.testing.assert_allclose(together.predict(X)[:, 3:4], alone.predict(X), rtol=1e-10)
    np.testing.assert_allclose(alone.predict(X)[:, 0], flat.predict(X), rtol=1e-12)
    assert flat.predict(X).shape == (len(X),)
    assert isinstance(flat.intercept_, float)


def test_one_predictor_is_enough(rng):
    x, y = rng.standard_normal((20, 1)), rng.standard_normal(20)
    np.testing.assert_allclose(RidgeCV([1.0]).fit(x, y).predict(x), Ridge(1.0).fit(x, y).predict(x))


def test_batches_of_targets_change_nothing(data):
    X, Y = data
    whole, batched = (RidgeCV(ALPHAS, n_targets_batch=size).fit(X, Y) for size in (100, 4))
    np.testing.assert_array_equal(whole.alpha_, batched.alpha_)
    np.testing.assert_allclose(whole.predict(X), batched.predict(X), rtol=1e-10)


@pytest.mark.parametrize("selection", ["kfold", "loo", "gcv"])
@pytest.mark.parametrize("shape", SHAPES)
def test_batches_and_bounds_change_single_precision_by_rounding_alone(rng, shape, selection):
    """Targets from hardly any noise to noise only, with penalties that hardly shrink."""
    n, p = SHAPES[shape]
    X, noise = rng.standard_normal((n, p)).astype("f4"), np.logspace(-3, 1, 60)
    Y = (X @ rng.standard_normal((p, 60)) / p**0.5 + noise * rng.standard_normal((n, 60))).astype("f4")
    model = RidgeCV(np.logspace(-6, 3, 10), selection=selection)
    with pytest.raises(ConfigError) as refused:
        clone(model).set_params(max_memory_gb=1e-9).fit(X, Y)
    tight = 1.01 * float(refused.value.expected.split()[2])
    whole = model.fit(X, Y)
    for change in ({"n_targets_batch": 7}, {"n_targets_batch": 1}, {"max_memory_gb": tight}):
        other = clone(model).set_params(**change).fit(X, Y)
        np.testing.assert_allclose(other.best_score_, whole.best_score_, atol=1e-5)
        # A chosen penalty may only change to one whose score is equal up to rounding.
        row = np.searchsorted(whole.alphas, other.alpha_)
        chosen = whole.cv_scores_[row, np.arange(60)]
        np.testing.assert_allclose(chosen, whole.best_score_, atol=1e-5)
        same = other.alpha_ == whole.alpha_
        np.testing.assert_allclose(other.predict(X)[:, same], whole.predict(X)[:, same], atol=1e-5)


def test_single_precision_stays_near_double(data):
    X, Y = data
    double, single = RidgeCV(ALPHAS).fit(X, Y), RidgeCV(ALPHAS).fit(X.astype("f4"), Y.astype("f4"))
    assert single.predict(X.astype("f4")).dtype == np.float32
    np.testing.assert_array_equal(single.alpha_, double.alpha_)
    np.testing.assert_allclose(single.predict(X.astype("f4")), double.predict(X), rtol=1e-3, atol=1e-3)


def test_a_constant_target_is_predicted_exactly_with_the_largest_penalty(data):
    X, Y = data
    Y = np.column_stack([np.full(len(X), 0.1), Y[:, 0]])
    model = RidgeCV(ALPHAS, standardize=True).fit(X, Y)
    np.testing.assert_array_equal(model.predict(X)[:, 0], np.full(len(X), 0.1))
    assert (model.alpha_[0], model.best_score_[0]) == (max(ALPHAS), 0)


@pytest.mark.parametrize("selection", ["kfold", "loo", "gcv"])
@pytest.mark.parametrize("standardize", [True, False])
def test_a_constant_predictor_changes_nothing(data, standardize, selection):
    X, Y = data
    more = np.column_stack([X, np.full(len(X), 7.3)])
    options = {"standardize": standardize, "selection": selection}
    without, with_constant = (RidgeCV(ALPHAS, **options).fit(x, Y) for x in (X, more))
    np.testing.assert_allclose(with_constant.predict(more), without.predict(X), rtol=1e-8)


def test_repeats_across_folds_inflate_the_score_unless_grouped(rng):
    """Noise targets that repeat with their rows are predictable only through a leak."""
    X = np.repeat(rng.standard_normal((40, 100)), 2, axis=0)
    Y = np.repeat(rng.standard_normal((40, 5)), 2, axis=0)
    leaky, honest = RidgeCV(ALPHAS).fit(X, Y), RidgeCV(ALPHAS).fit(X, Y, groups=np.arange(80) // 2)
    assert leaky.best_score_.mean() > 0.5
    assert honest.best_score_.mean() < 0.05


def test_most_targets_at_an_end_of_the_grid_are_warned_of(rng):
    X = rng.standard_normal((100, 20))
    y = X.sum(axis=1) + 5 * rng.standard_normal(100)
    with pytest.warns(UserWarning, match=r"alpha 0.01.* 100% of the 1 .* add larger ones"):
        RidgeCV([1e-3, 1e-2]).fit(X, y)
    with pytest.warns(UserWarning, match=r"alpha 1e\+08.* add smaller ones"):
        RidgeCV([1e8, 1e9]).fit(X, y)


def test_unpredictable_targets_at_the_end_of_the_grid_are_no_reason_to_warn(rng):
    X, Y = rng.standard_normal((60, 40)), np.zeros((60, 3))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        RidgeCV(ALPHAS).fit(X, Y)


def test_clones_forget_their_fit(data):
    model = RidgeCV(ALPHAS, cv=3, standardize=True).fit(*data)
    assert clone(model).get_params() == model.get_params()
    assert not hasattr(clone(model), "alpha_")


def test_it_works_in_a_pipeline_and_in_a_search(data):
    X, Y = data
    pipeline = make_pipeline(StandardScaler(), RidgeCV([10.0], cv=2))
    expected = make_pipeline(StandardScaler(), Ridge(10.0)).fit(X, Y).predict(X)
    np.testing.assert_allclose(pipeline.fit(X, Y).predict(X), expected, rtol=1e-8)
    groups = np.arange(len(X)) // 2
    pipeline.fit(X, Y, ridgecv__groups=groups)
    with pytest.raises(DataError, match="at most as many as groups"):
        clone(pipeline).fit(X, Y, ridgecv__groups=groups // len(groups))
    search = GridSearchCV(pipeline, {"ridgecv__standardize": [False, True]}, cv=2).fit(X, Y)
    assert search.best_estimator_[-1].alpha_.tolist() == [10.0] * Y.shape[1]


def test_it_is_a_scikit_learn_estimator():
    check_estimator(RidgeCV(cv=2), on_skip=None)


def test_nan_and_infinity_are_refused_with_their_rows(data):
    X, Y = data
    for value, place in ((np.nan, "X"), (np.inf, "Y")):
        broken = {"X": X.copy(), "Y": Y.copy()}
        broken[place][[3, 8], 1] = value
        with pytest.raises(DataError, match=rf"rows of {place}\n(.*\n)*.* 2 of {len(X)} rows: 3, 8"):
            RidgeCV(ALPHAS).fit(**broken)
    with pytest.raises(DataError, match="rows of X"):
        RidgeCV(ALPHAS).fit(X, Y).predict(np.full((1, X.shape[1]), np.nan))


def test_lengths_must_agree(data):
    X, Y = data
    with pytest.raises(DataError, match=f"as many rows of Y as of X, {len(X)}"):
        RidgeCV(ALPHAS).fit(X, Y[1:])


@pytest.mark.parametrize("alphas", [[], [0.0, 1.0], [-1.0], [np.nan], [np.inf]])
def test_penalties_must_be_positive_and_finite(data, alphas):
    with pytest.raises(ConfigError, match="positive finite"):
        RidgeCV(alphas).fit(*data)


def test_devices_that_are_not_there_are_refused(data):
    with pytest.raises(ConfigError, match="auto, cpu, cuda or cuda:N"):
        RidgeCV(device="abacus").fit(*data)


def test_more_folds_than_groups_are_refused(data):
    X, Y = data
    with pytest.raises(DataError, match="at most as many as groups"):
        RidgeCV(ALPHAS, cv=5).fit(X, Y, groups=np.arange(len(X)) % 4)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("size", [1e6, 1e7, 1e8])
def test_a_column_of_another_size_costs_the_others_nothing(rng, size, dtype):
    """Exact in primal form; in dual form a warning says what is lost."""
    X, new = rng.standard_normal((20, 5)), rng.standard_normal((3, 5))
    Y = X[:, :2] + 0.5 * rng.standard_normal((20, 2))
    X, new, Y = (values.astype(dtype) for values in (X, new, Y))
    X[:, 2] *= dtype(size)
    new[:, 2] *= dtype(size)
    labels = np.arange(20) % 5
    folds = [(np.flatnonzero(labels != fold), np.flatnonzero(labels == fold)) for fold in range(5)]
    model = RidgeCV([1.0], cv=folds).fit(X, Y)
    tolerance = 1e-6 if dtype == np.float64 else 1e-3
    np.testing.assert_allclose(model.predict(new), predictions(X, Y, new, 1.0), atol=tolerance)
    expected = left_out_scores(X, Y, np.array([1.0]), labels, True)
    np.testing.assert_allclose(model.cv_scores_, expected, atol=tolerance)
    left = RidgeCV([1.0], selection="loo").fit(X, Y, labels)
    np.testing.assert_allclose(left.best_score_, expected[0], atol=tolerance)
