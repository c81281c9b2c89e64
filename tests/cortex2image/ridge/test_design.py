"""Scaling against scikit-learn, blocks and Gram matrices against NumPy, batches of targets."""

import numpy as np
import pytest
import torch
from sklearn.preprocessing import StandardScaler

from cortex2image.ridge.design import Design, Scaling
from cortex2image.ridge.inputs import as_blocks
from cortex2image.ridge.repeats import Shared, Side


def test_standardizing_is_that_of_scikit_learn(rng):
    train, new = rng.normal(3, 2, (30, 5)), rng.normal(3, 2, (7, 5))
    expected = StandardScaler().fit(train).transform(new)
    np.testing.assert_allclose(Scaling.fit(train, True, True).apply(new), expected, rtol=1e-12)


def test_constant_columns_become_exactly_zero():
    rows = np.full((7, 2), [0.1, 1e6], dtype=np.float32)
    np.testing.assert_array_equal(Scaling.fit(rows, True, True).apply(rows), np.zeros((7, 2)))


def test_without_centre_only_the_scale_is_fitted(rng):
    rows = rng.normal(3, 2, (30, 2))
    np.testing.assert_allclose(Scaling.fit(rows, False, True).apply(rows), rows / rows.std(axis=0))
    np.testing.assert_array_equal(Scaling.fit(rows, False).apply(rows), rows)


def test_large_means_do_not_drown_small_spreads(rng):
    rows = (1e4 + rng.standard_normal((2000, 1))).astype(np.float32)
    assert abs(Scaling.fit(rows, True, True).apply(rows).std() - 1) < 1e-3


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


@pytest.mark.parametrize("elements", [1, 70, 10_000])
def test_rows_that_share_a_target_are_summed(rng, elements):
    X, picture, chosen = rng.normal(3, 2, (30, 4)), rng.integers(0, 7, 30), rng.random(30) > 0.3
    scaling = Scaling.fit(X, True, True)
    side = Side.of(chosen, Shared.of(picture, 7), torch.device("cpu"))
    expected = [scaling.apply(X)[chosen & (picture == one)].sum(axis=0) for one in np.unique(picture[chosen])]
    np.testing.assert_allclose(design(X, scaling, elements).summed(side), expected, atol=1e-10)


def test_gram_matrices_of_single_precision_are_double(rng):
    X = (1e4 + rng.standard_normal((40, 6))).astype(np.float32)
    scaling = Scaling.fit(X.astype(np.float64), True)
    single = Design(as_blocks(X), scaling, torch.device("cpu"), 100)
    centred = X.astype(np.float64) - scaling.centre
    np.testing.assert_allclose(single.moments(), centred.T @ centred, rtol=1e-12)
    assert single.gram().dtype == torch.float64
