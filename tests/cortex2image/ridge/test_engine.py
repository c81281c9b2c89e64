"""The solver as a whole: the same results by every method, and the invariances of ridge regression."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import Ridge

from cortex2image.errors import DataError
from cortex2image.ridge import RidgeCV
from cortex2image.ridge.inputs import Sliced

ALPHAS = [0.1, 1.0, 10.0, 100.0, 1000.0]
SELECTIONS = ["kfold", "loo", "gcv"]

pytestmark = pytest.mark.filterwarnings("ignore:ridge alpha")

few = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
shapes = st.tuples(st.integers(6, 25), st.integers(1, 30), st.integers(1, 4))
seeds = st.integers(0, 2**32 - 1)


def draw(shape: tuple[int, int, int], seed: int) -> tuple[np.ndarray, np.ndarray, np.random.Generator]:
    n, p, t = shape
    rng = np.random.default_rng(seed)
    X = rng.normal(1, 1, (n, p))
    return X, X @ rng.standard_normal((p, t)) + rng.standard_normal((n, t)), rng


@few
@given(shapes, seeds, st.sampled_from(SELECTIONS), st.floats(-1e3, 1e3))
def test_a_shift_of_the_targets_shifts_the_predictions(shape, seed, selection, shift):
    X, Y, _ = draw(shape, seed)
    plain, shifted = (RidgeCV(ALPHAS, cv=3, selection=selection).fit(X, y).predict(X) for y in (Y, Y + shift))
    np.testing.assert_allclose(shifted, plain + shift, atol=1e-6)


@few
@given(shapes, seeds, st.sampled_from(SELECTIONS))
def test_an_orthogonal_transform_of_the_predictors_changes_nothing(shape, seed, selection):
    X, Y, rng = draw(shape, seed)
    rotation = np.linalg.qr(rng.standard_normal((X.shape[1], X.shape[1])))[0]
    plain, turned = (
        RidgeCV(ALPHAS, cv=3, selection=selection).fit(x, Y).predict(x) for x in (X, X @ rotation)
    )
    np.testing.assert_allclose(turned, plain, atol=1e-6)


@few
@given(shapes, seeds, st.sampled_from(SELECTIONS), st.integers(1, 3))
def test_a_duplicated_target_has_the_same_answer_in_any_batch(shape, seed, selection, batch):
    X, Y, _ = draw(shape, seed)
    model = RidgeCV(ALPHAS, cv=3, selection=selection, n_targets_batch=batch).fit(X, np.hstack([Y, Y]))
    first, second = np.split(model.predict(X), 2, axis=1)
    np.testing.assert_allclose(first, second, atol=1e-10)
    np.testing.assert_array_equal(*np.split(model.alpha_, 2))


@pytest.mark.parametrize("standardize", [False, True])
@pytest.mark.parametrize("selection", SELECTIONS)
@pytest.mark.parametrize("shape", [(60, 15, 5), (30, 80, 5)], ids=["tall", "wide"])
def test_predictors_in_blocks_give_the_answers_of_an_array(rng, shape, selection, standardize):
    X, Y, _ = draw(shape, 1)
    X, Y, new = X.astype("f4"), Y.astype("f4"), rng.normal(1, 1, (9, shape[1])).astype("f4")
    options = {"cv": 3, "selection": selection, "standardize": standardize}
    whole = RidgeCV(ALPHAS, **options).fit(X, Y)
    model = RidgeCV(ALPHAS, max_memory_gb=0.002, **options).fit(Sliced(X), Y)
    np.testing.assert_array_equal(model.alpha_, whole.alpha_)
    np.testing.assert_allclose(model.predict(Sliced(new)), whole.predict(new), rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(model.coef_, whole.coef_, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("selection", SELECTIONS)
@pytest.mark.parametrize("shape", [(60, 15, 5), (30, 80, 5)], ids=["tall", "wide"])
def test_predictions_without_kept_weights_are_the_same(rng, shape, selection):
    X, Y, _ = draw(shape, 2)
    new = rng.normal(1, 1, (9, shape[1]))
    once, kept = (RidgeCV(ALPHAS, selection=selection, n_targets_batch=2) for _ in range(2))
    np.testing.assert_allclose(once.fit_and_predict(X, Y, new), kept.fit(X, Y).predict(new), rtol=1e-10)
    np.testing.assert_array_equal(once.alpha_, kept.alpha_)
    assert once.fit_and_predict(X, Y[:, 0], new).shape == (9,)
    kept.fit_and_predict(X, Y, new)
    with pytest.raises(NotFittedError):
        kept.predict(new)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("alpha", [1e-6, 1e-2, 1e3, 1e9])
@pytest.mark.parametrize("shape", [(40, 12), (12, 40), (20, 20)], ids=str)
def test_predictions_are_those_of_scikit_learn_at_all_penalties(rng, shape, alpha, dtype):
    X = rng.normal(5, np.logspace(-2, 1, shape[1]), shape).astype(dtype)
    Y = (X @ rng.standard_normal((shape[1], 3)) + rng.standard_normal((shape[0], 3))).astype(dtype)
    got = RidgeCV([alpha], cv=2).fit(X, Y).predict(X)
    expected = Ridge(alpha, solver="svd").fit(X.astype(float), Y.astype(float)).predict(X.astype(float))
    tolerance = 1e-4 if dtype == np.float64 else 1e-3
    np.testing.assert_allclose(got, expected, rtol=tolerance, atol=tolerance * Y.std())


def test_blocks_of_another_width_are_refused(rng):
    model = RidgeCV(ALPHAS).fit(Sliced(rng.standard_normal((20, 4))), rng.standard_normal((20, 2)))
    with pytest.raises(DataError, match="columns of X"):
        model.predict(Sliced(np.zeros((3, 5))))
