"""Scaling against scikit-learn, blocks and Gram matrices against NumPy, batches of targets."""

import numpy as np
import pytest
import torch
from sklearn.preprocessing import StandardScaler

from cortex2image.ridge.design import Design, Projected, Scaling, Targets
from cortex2image.ridge.inputs import as_blocks


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


def test_gram_matrices_of_single_precision_are_double(rng):
    X = (1e4 + rng.standard_normal((40, 6))).astype(np.float32)
    scaling = Scaling.fit(X.astype(np.float64), True)
    single = Design(as_blocks(X), scaling, torch.device("cpu"), 100)
    centred = X.astype(np.float64) - scaling.centre
    np.testing.assert_allclose(single.moments(), centred.T @ centred, rtol=1e-12)
    assert single.gram().dtype == torch.float64


def batches(targets: Targets) -> list[tuple[slice, torch.Tensor, torch.Tensor]]:
    """Return all batches of targets in order."""
    found: list[tuple[slice, torch.Tensor, torch.Tensor]] = []
    targets.each(lambda *batch: found.append(batch))
    return sorted(found, key=lambda batch: batch[0].start)


@pytest.mark.parametrize("together", [1, 3])
@pytest.mark.parametrize("size", [1, 3, 7, 100])
@pytest.mark.parametrize("centre", [True, False])
def test_batches_cover_the_targets_once(rng, size, centre, together):
    values = rng.normal(5, 1, (20, 7)).astype(np.float32)
    targets = Targets(values, centre, np.dtype("f4"), torch.device("cpu"), size, together)
    parts, rows, means = zip(*batches(targets), strict=True)
    assert [part.stop - part.start for part in parts[:-1]] == [size] * (len(parts) - 1)
    expected = values.mean(axis=0) if centre else np.zeros(7)
    np.testing.assert_allclose(torch.cat(means), expected, rtol=1e-6)
    np.testing.assert_allclose(torch.cat(rows, dim=1), values - expected.astype(np.float32), atol=1e-5)


def test_constant_targets_become_exactly_zero():
    values = np.full((9, 2), 0.1, dtype=np.float32)
    ((_, rows, _),) = batches(Targets(values, True, np.dtype("f4"), torch.device("cpu"), 10))
    assert not rows.any()


def test_projections_are_kept_by_batch(rng):
    targets = Targets(rng.normal(5, 1, (20, 7)), True, np.dtype("f8"), torch.device("cpu"), 3)
    kept = Projected.empty(20, targets)
    targets.each(kept.put)
    np.testing.assert_allclose(kept.values + kept.means, targets.values)


def test_chosen_targets_come_in_their_order(rng):
    values, chosen = rng.normal(5, 1, (20, 7)), np.array([6, 0, 3])
    targets = Targets(values, False, np.dtype("f8"), torch.device("cpu"), 2, chosen=chosen)
    parts, rows, _ = zip(*batches(targets), strict=True)
    assert parts == (slice(0, 2), slice(2, 3))
    np.testing.assert_array_equal(torch.cat(rows, dim=1), values[:, chosen])
    assert Projected.empty(4, targets).values.shape == (4, 3)
