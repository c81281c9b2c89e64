"""The eigendecomposition against solved normal equations."""

import numpy as np
import pytest

from cortex2image.ridge.solver import decompose, squared_errors

SHAPES = {"tall": (40, 12), "wide": (12, 40), "square": (20, 20)}


@pytest.fixture(params=SHAPES, ids=str)
def rows(request: pytest.FixtureRequest, rng: np.random.Generator) -> np.ndarray:
    return rng.standard_normal(SHAPES[request.param])


def normal_equations(rows: np.ndarray, targets: np.ndarray, alpha: float) -> np.ndarray:
    return np.linalg.solve(rows.T @ rows + alpha * np.eye(rows.shape[1]), rows.T @ targets)


def test_weights_solve_the_normal_equations_with_a_penalty_per_target(rows, rng):
    targets, alphas = rng.standard_normal((len(rows), 3)), np.array([0.01, 1.0, 1e4])
    decomposition = decompose(rows)
    weights = decomposition.weights(decomposition.project(targets), alphas)
    if decomposition.dual:
        weights = rows.T @ weights
    expected = [normal_equations(rows, targets[:, i], alpha) for i, alpha in enumerate(alphas)]
    np.testing.assert_allclose(weights, np.transpose(expected), rtol=1e-8, atol=1e-10)


def test_the_form_is_dual_only_with_fewer_rows_than_columns(rows):
    assert decompose(rows).dual == (rows.shape[0] < rows.shape[1])


def test_squared_errors_are_those_of_explicit_predictions(rows, rng):
    targets, alphas = rng.standard_normal((len(rows), 4)), np.array([0.1, 10.0])
    new_rows, new_targets = rng.standard_normal((7, rows.shape[1])), rng.standard_normal((7, 4))
    decomposition = decompose(rows)
    errors = squared_errors(decomposition, targets, decomposition.scores(new_rows), new_targets, alphas)
    for error, alpha in zip(errors, alphas, strict=True):
        residual = new_targets - new_rows @ normal_equations(rows, targets, alpha)
        np.testing.assert_allclose(error, (residual**2).sum(axis=0), rtol=1e-8)


def test_rank_deficient_rows_keep_only_the_directions_they_span(rng):
    rows = rng.standard_normal((30, 4)) @ rng.standard_normal((4, 10))
    assert len(decompose(rows).values) == 4


def test_rows_of_zeros_predict_zero():
    decomposition = decompose(np.zeros((5, 3)))
    weights = decomposition.weights(decomposition.project(np.ones((5, 2))), np.ones(2))
    np.testing.assert_array_equal(weights, np.zeros((3, 2)))


def test_single_precision_stays_single(rng):
    rows, targets = (rng.standard_normal((20, width)).astype(np.float32) for width in (6, 2))
    decomposition = decompose(rows)
    assert decomposition.weights(decomposition.project(targets), np.ones(2)).dtype == np.float32
