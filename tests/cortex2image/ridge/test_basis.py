"""The eigendecomposition against NumPy's singular values and solved normal equations."""

import numpy as np
import pytest
import torch

from cortex2image.ridge.basis import Basis, decompose
from cortex2image.ridge.blocks import as_blocks
from cortex2image.ridge.design import Design
from cortex2image.ridge.scaling import Scaling

SHAPES = {"tall": (40, 12), "wide": (12, 40), "square": (20, 20)}


@pytest.fixture(params=SHAPES, ids=str)
def rows(request: pytest.FixtureRequest, rng: np.random.Generator) -> np.ndarray:
    return rng.standard_normal(SHAPES[request.param])


def design(rows: np.ndarray) -> Design:
    scaling = Scaling.fit(rows, centre=False)
    return Design(as_blocks(rows), scaling, torch.device("cpu"), 100)


def basis(rows: np.ndarray, dual: bool) -> Basis:
    training = design(rows)
    return decompose(training, training.gram() if dual else training.moments(), dual, torch.float64)


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
    got = basis(rows, True)
    assert got.spans_all(intercept) == spans
    hat = got.left @ got.left.T + intercept / len(rows)
    assert np.allclose(hat, np.eye(len(rows))) == spans
