"""The singular basis against NumPy's singular values and solved normal equations; least penalties."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from tests.support.ridge_problems import posed

from cortex2image.ridge.basis import Basis, decompose, with_constant
from cortex2image.ridge.complement import saturated
from cortex2image.ridge.design import Design, Scaling
from cortex2image.ridge.inputs import as_blocks

SHAPES = {"tall": (40, 12), "wide": (12, 40), "square": (20, 20)}


@pytest.fixture(params=SHAPES, ids=str)
def rows(request: pytest.FixtureRequest, rng: np.random.Generator) -> np.ndarray:
    return rng.standard_normal(SHAPES[request.param])


def design(rows: np.ndarray) -> Design:
    scaling = Scaling.fit(rows, centre=False)
    return Design(as_blocks(rows), scaling, torch.device("cpu"), 100)


def basis(rows: np.ndarray, dual: bool) -> Basis:
    training = design(rows)
    gram = training.gram() if dual else training.moments()
    return decompose(training, gram, dual, torch.float64, torch.zeros(len(rows), dtype=torch.float64))


@pytest.mark.parametrize("dual", [True, False])
def test_both_forms_solve_the_normal_equations(rows, rng, dual):
    targets, new, alphas = (
        rng.standard_normal((len(rows), 3)),
        rng.standard_normal((5, rows.shape[1])),
        [0.1, 9],
    )
    got = basis(rows, dual)
    np.testing.assert_allclose(got.values.sqrt(), np.linalg.svd(rows)[1][::-1], rtol=1e-8)
    for alpha in alphas:
        filtered = got.filters(torch.tensor([alpha])) * (got.left.T @ torch.from_numpy(targets))
        weights = np.linalg.solve(rows.T @ rows + alpha * np.eye(rows.shape[1]), rows.T @ targets)
        np.testing.assert_allclose(got.score_map.weights(filtered), weights, atol=1e-9)
        np.testing.assert_allclose(got.score_map.scores(design(new)) @ filtered, new @ weights, atol=1e-9)


@pytest.mark.parametrize("dual", [True, False])
def test_rank_deficient_rows_keep_only_the_directions_they_span(rng, dual):
    rows = rng.standard_normal((30, 4)) @ rng.standard_normal((4, 10))
    got = basis(rows, dual)
    assert len(got.values) == 4
    np.testing.assert_allclose(got.left.T @ got.left, np.eye(4), atol=1e-10)


@pytest.mark.parametrize("dual", [True, False])
def test_rows_of_zeros_have_no_direction(dual):
    assert len(basis(np.zeros((5, 3)), dual).values) == 0


@pytest.mark.parametrize(
    ("shape", "repeats", "spans"), [((9, 20), 1, True), ((9, 20), 2, False), ((20, 4), 1, False)]
)
@pytest.mark.parametrize("intercept", [False, True])
def test_rows_that_span_all_have_no_residual(rng, shape, repeats, spans, intercept):
    rows = np.repeat(rng.standard_normal(shape), repeats, axis=0)
    rows -= intercept * rows.mean(axis=0)
    constant = torch.full((len(rows),), intercept / len(rows) ** 0.5, dtype=torch.float64)
    got = replace(basis(rows, True), constant=constant)
    assert saturated(got) == spans
    hat = got.left @ got.left.T + intercept / len(rows)
    assert np.allclose(hat, np.eye(len(rows))) == spans


def test_penalties_of_rounding_errors_size_are_raised_and_no_others(rng):
    X = rng.standard_normal((20, 4))
    largest = np.linalg.eigvalsh(np.cov(X.T, bias=True) * 20)[-1]
    floored = posed(X, X, False).floor(torch.tensor([1e-18, 1e-9, 1.0], dtype=torch.float64))
    assert floored[1:].tolist() == [1e-9, 1.0]
    assert float(floored[0]) == pytest.approx(80 * 2.0**-52 * largest)
    assert posed(np.ones((20, 4)), X, False).floor(torch.tensor([1.0])).tolist() == [1.0]


def test_the_constant_is_one_more_direction(rng):
    X = rng.standard_normal((9, 20))
    left = with_constant(posed(X, X[:, :1], False).basis, torch.arange(len(X))).numpy()
    np.testing.assert_allclose(left @ left.T, np.eye(9), atol=1e-10)


def test_rounding_grows_with_the_largest_eigenvalue_and_shrinks_with_the_penalty(rng):
    X = rng.standard_normal((20, 4)) * [1, 1, 1, 1e3]
    training = posed(X, X, False)
    small, large = (training.rounding(torch.tensor(alpha)) for alpha in (1e-6, 1e6))
    values = np.linalg.eigvalsh(np.cov(X.T, bias=True) * 20)
    assert small == pytest.approx(2.0**-52 * values[-1] / values[0], rel=1e-3)
    assert large < 1e-4 * small
    assert posed(np.ones((20, 4)), X, False).rounding(torch.tensor(1.0)) < 1e-15
