"""Fits to kernels against fits to the predictors of which they are the inner products."""

import numpy as np
import pytest

from cortex2image.errors import ConfigError, DataError
from cortex2image.ridge import RidgeCV
from cortex2image.ridge.kernels import Kernel, KernelBlocks

pytestmark = pytest.mark.filterwarnings("ignore:ridge alpha")

ALPHAS = np.logspace(-1, 4, 6)


@pytest.fixture
def data(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Predictors with a large mean, targets, new rows."""
    X = rng.normal(2, 1, (30, 70))
    return X, X[:, :3] + 2 * rng.standard_normal((30, 3)), rng.normal(2, 1, (5, 70))


@pytest.mark.parametrize("intercept", [False, True])
@pytest.mark.parametrize("selection", ["kfold", "gcv", "loo"])
def test_a_kernel_fits_as_its_predictors_do(data, selection, intercept):
    X, Y, new = data
    options = {"cv": 4, "selection": selection, "fit_intercept": intercept}
    expected = RidgeCV(ALPHAS, **options).fit(X, Y)
    got = RidgeCV(ALPHAS, **options).fit(Kernel(X @ X.T), Y)
    np.testing.assert_allclose(got.best_score_, expected.best_score_, atol=1e-8)
    np.testing.assert_array_equal(got.alpha_, expected.alpha_)
    np.testing.assert_allclose(got.predict(Kernel(new @ X.T)), expected.predict(new), atol=1e-8)
    with pytest.raises(ConfigError, match="predictors, for their weights"):
        _ = got.coef_


@pytest.mark.parametrize("parted", [False, True])
def test_trials_share_rows_of_a_kernel(data, rng, parted):
    X, _, new = data
    row = rng.permutation(np.repeat(np.arange(2, 30), np.resize([1, 2, 3], 28)))
    Y = X[row, :3] + rng.standard_normal((len(row), 3))
    groups = None if parted else row
    expected = RidgeCV(ALPHAS, cv=4).fit(X[row], Y, groups)
    got = RidgeCV(ALPHAS, cv=4).fit(Kernel(X @ X.T, row), Y, groups)
    np.testing.assert_allclose(got.cv_scores_, expected.cv_scores_, atol=1e-7)
    np.testing.assert_allclose(got.predict(Kernel(new @ X.T)), expected.predict(new), atol=1e-7)
    (block,) = RidgeCV(ALPHAS, cv=4).predict_blocks(
        Kernel(X @ X.T, row), [Y], Kernel(new @ X.T), groups=groups
    )
    np.testing.assert_allclose(block.predicted, expected.predict(new), atol=1e-7)


def test_folds_that_overlap_centre_the_kernel_by_their_own_rows(data):
    X, Y, _ = data
    folds = [(np.arange(20), np.arange(20, 30)), (np.arange(5, 25), np.arange(5))]
    expected, got = (RidgeCV(ALPHAS, cv=folds).fit(rows, Y) for rows in (X, Kernel(X @ X.T)))
    np.testing.assert_allclose(got.cv_scores_, expected.cv_scores_, atol=1e-8)


def test_what_is_no_kernel_is_refused(data):
    X, Y, _ = data
    K = X @ X.T
    with pytest.raises(DataError, match="square Gram matrix"):
        RidgeCV().fit(Kernel(K[:, :20]), Y)
    with pytest.raises(DataError, match="symmetric"):
        RidgeCV().fit(Kernel(K + np.triu(np.ones_like(K))), Y)
    with pytest.raises(DataError, match="positive semi-definite"):
        RidgeCV().fit(Kernel(K - 80 * np.eye(30)), Y)
    K = K.copy()
    K[3, 4] = np.nan
    with pytest.raises(DataError, match="rows of the kernel"):
        RidgeCV().fit(Kernel(K), Y)


def test_what_kernels_cannot_do_is_refused(data):
    X, Y, new = data
    with pytest.raises(ConfigError, match="ridge standardize"):
        RidgeCV(standardize=True).fit(Kernel(X @ X.T), Y)
    model = RidgeCV().fit(Kernel(X @ X.T), Y)
    with pytest.raises(DataError, match="columns of X"):
        model.predict(Kernel(new @ X[:20].T))
    with pytest.raises(ConfigError, match="a Kernel, as for the fit"):
        model.predict(new[:, :30])


def test_single_precision_kernels_are_kernels(data):
    X, Y, _ = data
    K = (X.astype(np.float32) @ X.astype(np.float32).T).astype(np.float32)
    got = RidgeCV([10.0, 100.0], cv=4).fit(Kernel(K), Y.astype(np.float32))
    np.testing.assert_allclose(got.best_score_, RidgeCV([10.0, 100.0], cv=4).fit(X, Y).best_score_, atol=1e-4)


def test_blocks_of_a_kernel_sum_bands_and_choose_rows(rng):
    a, b = rng.standard_normal((2, 5, 5))
    blocks = KernelBlocks([a, b], np.array([0, 3]), np.array([1, 2, 4]))
    assert blocks.shape == (2, 3)
    got = blocks.mixed(np.array([2.0, 0.5]), "cpu")
    np.testing.assert_allclose(got, (2 * a + 0.5 * b)[[0, 3]][:, [1, 2, 4]])


@pytest.mark.filterwarnings("ignore:ridge. inner products")
@pytest.mark.parametrize("selection", ["kfold", "gcv", "loo"])
@pytest.mark.parametrize("mean", [10, 100, 1000])
def test_a_large_mean_of_the_features_is_no_direction(rng, selection, mean):
    X = rng.normal(mean, 1, (30, 100))
    Y = X[:, :3] - mean + 2 * rng.standard_normal((30, 3))
    expected = RidgeCV(ALPHAS, cv=4, selection=selection).fit(X, Y)
    got = RidgeCV(ALPHAS, cv=4, selection=selection).fit(Kernel(X @ X.T), Y)
    np.testing.assert_allclose(got.best_score_, expected.best_score_, atol=1e-6)
    np.testing.assert_array_equal(got.alpha_, expected.alpha_)


def test_inner_products_that_cannot_bear_the_penalty_are_reported(rng):
    X = rng.normal(100, 1, (30, 100)).astype(np.float32)
    with pytest.warns(UserWarning, match="centre features before their inner products"):
        RidgeCV([1.0, 10.0], cv=3).fit(Kernel(X @ X.T), X[:, :2])


def test_a_constant_feature_is_a_kernel(rng):
    Y = rng.standard_normal((12, 2))
    model = RidgeCV([1.0, 10.0], cv=3).fit(Kernel(np.full((12, 12), 49.0)), Y)
    np.testing.assert_allclose(model.predict(Kernel(np.full((1, 12), 49.0)))[0], Y.mean(axis=0))


def test_a_kernel_after_a_fit_to_predictors_is_refused(data):
    X, Y, new = data
    model = RidgeCV().fit(X[:, :30], Y)
    with pytest.raises(ConfigError, match="predictions of a fit to predictors"):
        model.predict(Kernel(new[:, :30] @ X[:, :30].T))
