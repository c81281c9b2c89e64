"""Moments gathered batch by batch against numpy on everything at once."""

import numpy as np
import pytest

from cortex2image.fmri.moments import Moments

GROUPS = np.random.default_rng(1).choice(["a", "b", "c"], 200)


@pytest.mark.parametrize("batch", [1, 13, 200])
@pytest.mark.parametrize("ddof", [0, 1])
def test_mean_and_deviation(rng: np.random.Generator, batch: int, ddof: int) -> None:
    rows = (1e4 + rng.normal(size=(200, 5)) * 10.0 ** np.arange(-3, 2)).astype(np.float32)
    moments = Moments()
    for start in range(0, 200, batch):
        moments.add(rows[start : start + batch], GROUPS[start : start + batch])
    for group in "abc":
        mine = rows[group == GROUPS].astype(np.float64)
        found = moments.groups[group]
        assert found.count == len(mine)
        np.testing.assert_allclose(found.mean, mine.mean(axis=0), rtol=1e-12)
        np.testing.assert_allclose(found.sd(ddof), mine.std(axis=0, ddof=ddof), rtol=1e-8)


@pytest.mark.parametrize("constant", [0.0, 0.1, 1234.567])
def test_a_constant_has_no_deviation(constant: float) -> None:
    moments = Moments()
    for size in (1, 3, 50):
        moments.add(np.full((size, 2), constant, np.float32), ["a"] * size)
    assert not moments.groups["a"].sd(1).any()


def test_one_trial_has_no_deviation() -> None:
    moments = Moments()
    moments.add(np.array([[3.0, 4.0]]), ["a"])
    assert not moments.groups["a"].sd(1).any()
