"""Combinations that replace operators, against the operators; chosen from norms before operators exist."""

import numpy as np
import pytest
import torch
from tests.support.ridge_problems import posed, predictions

from cortex2image.ridge.compression import LARGEST_MISS, combine, mixture, products_of
from cortex2image.ridge.folds import make_folds
from cortex2image.ridge.operators import own_operator

MANY = torch.logspace(-2, 4, 25, dtype=torch.float64)


def smooth(rng: np.random.Generator) -> torch.Tensor:
    """Return 25 operators, (25, 7, 9), that are smooth functions of a penalty, in single precision."""
    values = torch.from_numpy(rng.uniform(0.5, 500, 9))
    left, right = (torch.from_numpy(rng.standard_normal(shape)) for shape in ((7, 9), (9, 9)))
    return torch.stack([(left / (values + alpha)) @ right for alpha in MANY]).float()


def test_combinations_give_the_operators_back(rng):
    matrix = smooth(rng)
    mixing = mixture(products_of(matrix), 7)
    assert mixing is not None
    assert mixing.shape[1] <= 10
    again = torch.einsum("aj,jmw->amw", mixing.float(), combine(matrix, mixing))
    largest = torch.linalg.vector_norm(matrix, dim=(1, 2)).max()
    assert torch.linalg.vector_norm(again - matrix, dim=(1, 2)).max() < 3 * LARGEST_MISS * largest


def test_inner_products_are_those_of_flat_operators(rng):
    matrix = smooth(rng)
    flat = matrix.flatten(1).double()
    np.testing.assert_allclose(products_of(matrix), flat @ flat.T, rtol=1e-12)


def test_a_single_operator_is_not_replaced():
    assert mixture(torch.ones(1, 1, dtype=torch.float64), 5) is None


@pytest.mark.parametrize("shape", [(90, 40), (40, 90)], ids=["primal", "dual"])
def test_combinations_chosen_before_operators_exist_miss_as_little(rng, shape):
    n, p = shape
    X = rng.standard_normal((n, 8)) @ rng.standard_normal((8, p)) + 0.1 * rng.standard_normal((n, p))
    fold = make_folds(4, n, None, 0)[0]
    single, double = (posed(X.astype(dtype), X[:, :1].astype(dtype), True) for dtype in ("f4", "f8"))
    fewer, exact = (own_operator(t, fold, MANY, not t.basis.dual) for t in (single, double))
    assert fewer.mixing is not None
    assert len(fewer.matrix) < 0.6 * len(MANY)
    Y = X @ rng.standard_normal((p, 4)) + rng.standard_normal((n, 4))
    expected = predictions(exact, double, Y)
    apart = predictions(fewer, single, Y.astype(np.float32)) - expected
    assert np.abs(apart).max() < 1e-4 * np.abs(expected).max()
