"""Batches of targets: centred, weighted, averaged over trials and shared by trials, against explicit rows."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from tests.support.ridge_problems import posed

from cortex2image.ridge.repeats import Repeats, Shared
from cortex2image.ridge.targets import Batch, Projected, Targets

CPU = torch.device("cpu")
ROW = np.array([4, 0, 2, 2, 0, 2, 5])


def batches(targets: Targets, condensed: bool = False) -> list[Batch]:
    """Return all batches of targets in order."""
    found: list[Batch] = []
    targets.each(found.append, condensed)
    return sorted(found, key=lambda batch: batch.part.start)


def joined(targets: Targets, condensed: bool = False) -> np.ndarray:
    """Return the rows of all batches side by side."""
    return torch.cat([batch.rows for batch in batches(targets, condensed)], dim=1).numpy()


@pytest.mark.parametrize("together", [1, 3])
@pytest.mark.parametrize("size", [1, 3, 7, 100])
@pytest.mark.parametrize("centre", [True, False])
def test_batches_cover_the_targets_once(rng, size, centre, together):
    values = rng.normal(5, 1, (20, 7)).astype(np.float32)
    targets = Targets(values, centre, np.dtype("f4"), torch.device("cpu"), size, together)
    found = batches(targets)
    assert [b.part.stop - b.part.start for b in found[:-1]] == [size] * (len(found) - 1)
    expected = values.mean(axis=0) if centre else np.zeros(7)
    np.testing.assert_allclose(torch.cat([b.means for b in found]), expected, rtol=1e-6)
    np.testing.assert_allclose(joined(targets), values - expected.astype(np.float32), atol=1e-5)


def test_constant_targets_become_exactly_zero():
    values = np.full((9, 2), 0.1, dtype=np.float32)
    assert not joined(Targets(values, True, np.dtype("f4"), torch.device("cpu"), 10)).any()


def test_projections_are_kept_by_batch(rng):
    targets = Targets(rng.normal(5, 1, (20, 7)), True, np.dtype("f8"), torch.device("cpu"), 3)
    training = posed(np.eye(20), targets.values, False)
    kept = Projected.of(replace(training, basis=replace(training.basis, values=torch.ones(20))), targets)
    targets.each(lambda batch: kept.put(batch.part, batch.rows, batch.means))
    np.testing.assert_allclose(kept.values + kept.means, targets.values)


def test_chosen_targets_come_in_their_order(rng):
    values, chosen = rng.normal(5, 1, (20, 7)), np.array([6, 0, 3])
    targets = Targets(values, False, np.dtype("f8"), torch.device("cpu"), 2, chosen=chosen)
    assert [batch.part for batch in batches(targets)] == [slice(0, 2), slice(2, 3)]
    np.testing.assert_array_equal(joined(targets), values[:, chosen])


def test_trials_are_averaged_to_weighted_rows_around_their_mean(rng):
    values, repeats = rng.normal(5, 1, (7, 3)), Repeats.of(ROW)
    weights = repeats.counts.astype(float)
    targets = Targets(values, True, np.dtype("f8"), CPU, 2, weights=weights, repeats=repeats)
    means = np.stack([values[row == ROW].mean(axis=0) for row in (0, 2, 4, 5)])
    expected = (means - values.mean(axis=0)) * np.sqrt([2, 3, 1, 1])[:, None]
    np.testing.assert_allclose(joined(targets), expected, atol=1e-12)
    within = np.concatenate([batch.within for batch in batches(targets)])
    np.testing.assert_allclose(within, ((values - means[repeats.member]) ** 2).sum(axis=0))


def test_shared_targets_stand_once_or_for_every_trial(rng):
    values = rng.normal(5, 1, (6, 3))
    targets = Targets(values, True, np.dtype("f8"), CPU, 2, shared=Shared.of(ROW, 6))
    mean = values[ROW].mean(axis=0)
    np.testing.assert_allclose(joined(targets), values[ROW] - mean, atol=1e-12)
    np.testing.assert_allclose(joined(targets, condensed=True), values - mean, atol=1e-12)
