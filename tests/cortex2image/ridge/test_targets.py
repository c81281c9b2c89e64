"""Batches of targets: complete, centred, contiguous."""

import numpy as np
import pytest
import torch

from cortex2image.ridge.targets import Projected, Targets


def batches(targets: Targets) -> list[tuple[slice, torch.Tensor, torch.Tensor]]:
    """All batches of targets, in their order."""
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
