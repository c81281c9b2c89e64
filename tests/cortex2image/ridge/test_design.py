"""Centred, scaled blocks and their Gram matrices against whole-matrix NumPy."""

import numpy as np
import pytest
import torch

from cortex2image.ridge.blocks import as_blocks
from cortex2image.ridge.design import Design
from cortex2image.ridge.scaling import Scaling


def design(X: np.ndarray, scaling: Scaling, elements: int) -> Design:
    return Design(as_blocks(X), scaling, torch.device("cpu"), elements)


@pytest.mark.parametrize("elements", [1, 70, 10_000])
def test_products_are_those_of_the_scaled_matrix(rng, elements):
    X, new = rng.normal(3, 2, (30, 13)), rng.normal(3, 2, (5, 13))
    scaling = Scaling.fit(X, True, True)
    scaled, scaled_new = scaling.apply(X), scaling.apply(new)
    mine, other = design(X, scaling, elements), design(new, scaling, elements)
    np.testing.assert_allclose(mine.gram(), scaled @ scaled.T, atol=1e-10)
    np.testing.assert_allclose(mine.moments(), scaled.T @ scaled, atol=1e-10)
    np.testing.assert_allclose(other.products(mine), scaled_new @ scaled.T, atol=1e-10)
    np.testing.assert_allclose(mine.products(other), scaled @ scaled_new.T, atol=1e-10)
    chosen = rng.random(30) > 0.5
    np.testing.assert_allclose(mine.select(chosen), scaled[chosen])
    np.testing.assert_allclose(mine.moments(chosen), scaled[chosen].T @ scaled[chosen], atol=1e-10)


def test_gram_matrices_of_single_precision_are_double(rng):
    X = (1e4 + rng.standard_normal((40, 6))).astype(np.float32)
    scaling = Scaling.fit(X.astype(np.float64), True)
    single = Design(as_blocks(X), scaling, torch.device("cpu"), 100)
    centred = X.astype(np.float64) - scaling.centre
    np.testing.assert_allclose(single.moments(), centred.T @ centred, rtol=1e-12)
    assert single.gram().dtype == torch.float64
