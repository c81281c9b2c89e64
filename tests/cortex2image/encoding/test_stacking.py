"""Weights of stacks against scipy's constrained optimiser, and on planted mixtures."""

import numpy as np
import pytest
from scipy.optimize import minimize, nnls

from cortex2image.encoding.stacking import error_products, simplex_weights
from cortex2image.errors import DataError


def errors_of(rng: np.random.Generator, models: int, voxels: int, common: float) -> np.ndarray:
    """Return errors of models on 80 rows: a part that all share, and their own."""
    shared = common * rng.standard_normal((1, 80, voxels))
    return shared + rng.standard_normal((models, 80, voxels)) * rng.uniform(0.5, 2, (models, 1, voxels))


def slsqp(P: np.ndarray) -> np.ndarray:
    models = len(P)
    scaled = P / np.trace(P)
    return minimize(
        lambda w: w @ scaled @ w,
        np.full(models, 1 / models),
        jac=lambda w: 2 * scaled @ w,
        method="SLSQP",
        bounds=[(0, 1)] * models,
        constraints={"type": "eq", "fun": lambda w: w.sum() - 1, "jac": lambda w: np.ones(models)},
        options={"ftol": 1e-15, "maxiter": 1000},
    ).x


@pytest.mark.parametrize("models", [2, 5, 12])
@pytest.mark.parametrize("common", [0.0, 3.0])
def test_weights_are_those_of_constrained_optimisation(rng, models, common):
    P = error_products(errors_of(rng, models, 25, common), np.ones(80))
    got = simplex_weights(P)
    assert (got >= 0).all()
    np.testing.assert_allclose(got.sum(axis=1), 1, atol=1e-12)
    for weights, each in zip(got, P, strict=True):
        expected = slsqp(each)
        assert weights @ each @ weights <= expected @ each @ expected * (1 + 1e-9)
        np.testing.assert_allclose(weights, expected, atol=1e-4)


@pytest.mark.parametrize("models", [3, 9])
def test_weights_are_those_of_least_squares_to_six_digits(rng, models):
    """Non-negative least squares with a row that demands a sum of 1 almost at any price."""
    errors = errors_of(rng, models, 20, 2.0)
    got = simplex_weights(error_products(errors, np.ones(80)))
    for voxel in range(20):
        rows = np.vstack([errors[:, :, voxel].T, 1e6 * np.ones(models)])
        expected = nnls(rows, np.append(np.zeros(80), 1e6))[0]
        np.testing.assert_allclose(got[voxel], expected, atol=1e-6)


def test_the_conditions_of_an_optimum_hold(rng):
    P = error_products(errors_of(rng, 15, 300, 5.0), np.ones(80))
    weights = simplex_weights(P)
    slope = np.einsum("vij,vj->vi", P, weights)
    least = np.einsum("vi,vi->v", weights, slope)[:, None]
    scale = np.einsum("vii->v", P)[:, None] / 15
    assert (slope >= least - 1e-7 * scale).all()
    assert (
        np.abs(slope - least)[weights > 0] <= 1e-7 * np.broadcast_to(scale, P.shape[:2])[weights > 0]
    ).all()


def test_a_planted_mixture_is_found(rng):
    predictions = rng.standard_normal((4, 5000, 3))
    planted = np.array([[1.0, 0, 0, 0], [0.5, 0.5, 0, 0], [0.2, 0, 0, 0.8]])
    measured = np.einsum("vl,lrv->rv", planted, predictions) + rng.standard_normal((5000, 3))
    got = simplex_weights(error_products(measured - predictions, np.ones(5000)))
    np.testing.assert_allclose(got, planted, atol=0.05)


def test_rows_count_as_often_as_their_trials(rng):
    errors, times = rng.standard_normal((3, 10, 4)), np.resize([1, 2, 3], 10)
    np.testing.assert_allclose(
        error_products(errors, times), error_products(np.repeat(errors, times, axis=1), np.ones(times.sum()))
    )


def test_equal_models_share_their_weight_and_voxels_without_errors_share_all(rng):
    errors = rng.standard_normal((3, 40, 2))
    errors[1] = errors[0]
    errors[:, :, 1] = 0
    got = simplex_weights(error_products(errors, np.ones(40)))
    np.testing.assert_allclose(got[0, 0], got[0, 1], atol=1e-6)
    np.testing.assert_allclose(got[1], 1 / 3)


@pytest.mark.parametrize("models", [11, 25, 47])
def test_many_equal_models_share_alike_whatever_their_order(rng, models):
    errors = np.repeat(rng.standard_normal((1, 40, 2)), models, axis=0)
    errors[:, :, 1] = 0
    np.testing.assert_allclose(simplex_weights(error_products(errors, np.ones(40))), 1 / models, rtol=1e-4)


def test_errors_that_are_no_numbers_are_refused():
    with pytest.raises(DataError, match="1 of 2 voxels"):
        simplex_weights(np.stack([np.eye(2), np.full((2, 2), np.nan)]))
