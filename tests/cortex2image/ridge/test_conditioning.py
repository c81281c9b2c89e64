"""Columns and targets of very different size, against exact solutions."""

import warnings

import numpy as np
import pytest
import torch
from tests.support.exact_ridge import predictions

from cortex2image.ridge.conditioning import largest_values, loss, spectrum, target_factors, warn_of_swamped

ROWS = 20
SCALES = {
    "one large": lambda size: np.array([1, 1, size, 1, 1]),
    "two large": lambda size: np.array([1, size, size, 1, 1]),
    "all different": lambda size: np.geomspace(1, size, 5),
    "one small": lambda size: np.array([1, 1, 1, 1, 1 / size]),
}


def predicted(X: np.ndarray, Y: np.ndarray, new: np.ndarray, alpha: float) -> np.ndarray:
    """Return ridge predictions from the spectrum of X'X of centred predictors."""
    rows = X - X.mean(axis=0)
    found = spectrum(torch.from_numpy(rows.T @ rows), len(X), alpha)
    values, to_scores = found.values.numpy(), (found.vectors / found.values.sqrt()).numpy()
    coefficients = (values / (values + alpha))[:, None] * ((rows @ to_scores).T @ (Y - Y.mean(axis=0)))
    return (new - X.mean(axis=0)) @ to_scores @ coefficients + Y.mean(axis=0)


@pytest.mark.parametrize("size", [1e2, 1e4, 1e6, 1e7, 1e8, 1e10])
@pytest.mark.parametrize("name", SCALES)
def test_predictions_are_exact_whatever_the_units_of_a_column(rng, name, size):
    X, new = rng.standard_normal((ROWS, 5)), rng.standard_normal((30, 5))
    X[:, 1] += X[:, 0]
    Y = X @ rng.standard_normal((5, 3)) + rng.standard_normal((ROWS, 3))
    scales = SCALES[name](size)
    alpha = float(scales.min()) ** 2
    expected = predictions(X * scales, Y, new * scales, alpha)
    found = predicted(X * scales, Y, new * scales, alpha)
    np.testing.assert_allclose(found, expected, atol=max(1e-6, 1e-15 * size) * expected.std())


@pytest.mark.parametrize("size", [1.0, 1e8])
def test_directions_without_variance_are_left_out(rng, size):
    X = rng.standard_normal((ROWS, 4))
    X = np.column_stack([X, X[:, 0] + X[:, 1], np.zeros(ROWS), size * X[:, 2]])
    found = spectrum(torch.from_numpy(X.T @ X), ROWS)
    assert len(found.values) == 4
    expected = np.linalg.svd(X, compute_uv=False)[:4] ** 2
    np.testing.assert_allclose(found.values.flip(0), expected, rtol=1e-6)
    np.testing.assert_allclose(found.vectors.T @ found.vectors, np.eye(4), atol=1e-12)
    assert float(abs(found.values - torch.from_numpy(expected[::-1].copy()))[0]) < 100 * found.error


def test_a_design_of_zeros_has_no_direction():
    found = spectrum(torch.zeros(3, 3, dtype=torch.float64), ROWS)
    assert found.values.shape == (0,)
    assert found.vectors.shape == (3, 0)


def test_columns_far_below_the_penalty_lose_nothing():
    squares = torch.tensor([0.0, 1e-6, 1e6], dtype=torch.float64)
    assert loss(squares, 0.0) == pytest.approx(2.2e-16 * 1e12, rel=0.02)
    assert loss(squares, 1.0) == pytest.approx(2.2e-16 * 1e6, rel=0.02)
    assert loss(torch.zeros(3), 1.0) == 0


@pytest.mark.parametrize("size", [1e5, 1e8])
def test_a_large_column_among_more_columns_than_rows_is_reported(rng, size):
    X = rng.standard_normal((ROWS, 30))
    X[:, 4] *= size
    with pytest.warns(UserWarning, match=r"column 4 of X is .* times as large as 29 others .* Standardise"):
        warn_of_swamped(torch.from_numpy((X**2).sum(axis=0)), ROWS, 1.0)


@pytest.mark.parametrize(("size", "alpha"), [(1.0, 1e-6), (1e4, 1.0), (1e7, 1e8)])
def test_harmless_columns_are_not_reported(rng, size, alpha):
    X = rng.standard_normal((ROWS, 30)) * np.geomspace(1, 10, 30)
    X[:, 4] *= size
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warn_of_swamped(torch.from_numpy((X**2).sum(axis=0)), ROWS, alpha)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_factors_bring_targets_near_one_and_lose_no_digit(rng, dtype):
    info = np.finfo(dtype)
    largest = np.array([1, 1e-6, 1e18, 1e-25, info.max, info.tiny, info.tiny / 64, 0], dtype)
    values = rng.uniform(-1, 1, (50, 8)).astype(dtype)
    values[0] = -1
    values *= largest
    factors = target_factors(largest_values(values))
    assert factors.dtype == dtype
    assert factors[[0, 1, 7]].tolist() == [1, 1, 1]
    scaled = values * factors
    np.testing.assert_array_equal(scaled / factors, values)
    size = np.abs(scaled).max(axis=0)
    assert ((size[2:7] > 1e-3) & (size[2:7] < 8)).all()


def test_factors_look_at_both_signs():
    values = np.array([[1e30, -1e30, 1e30], [0, 0, -1e35]])
    factors = target_factors(largest_values(values))
    assert (np.abs(values * factors).max(axis=0) <= 1).all()
    assert factors[0] == factors[1] != factors[2]
