"""The share of the way from floor to ceiling: value, interval against planted truth, and when it is none."""

import numpy as np
import pytest

from cortex2image.stats.crossed_intervals import Scores
from cortex2image.stats.share import share_of_the_way


def planted(rng, n=40, subjects=1, share=0.4, people=0.0):
    """Scores of a method, floor and ceiling; stimuli are hard for all three, and the ceiling is 0.6 above."""
    hard = rng.normal(0, 0.2, (1, n))
    floor = 0.1 + hard + rng.normal(0, 0.1, (subjects, n))
    ceiling = 0.7 + hard + rng.normal(0, 0.1, (subjects, n))
    shares = share + people * rng.standard_normal((subjects, 1))
    method = 0.1 + hard + 0.6 * shares + rng.normal(0, 0.1, (subjects, n))
    return Scores(method), Scores(floor), Scores(ceiling)


def test_it_is_the_ratio_of_mean_differences(rng):
    method, floor, ceiling = planted(rng, subjects=3)
    m, f, c = (one.searched.mean() for one in (method, floor, ceiling))
    found = share_of_the_way(method, floor, ceiling, True)
    assert found.value == pytest.approx((m - f) / (c - f))
    assert found.low < found.value < found.high


def test_where_less_is_better_it_is_the_same(rng):
    parts = planted(rng)
    turned = [Scores(-one.searched) for one in parts]
    assert share_of_the_way(*turned, higher_is_better=False) == share_of_the_way(
        *parts, higher_is_better=True
    )


@pytest.mark.parametrize(("subjects", "people"), [(1, 0.0), (4, 0.1)])
@pytest.mark.parametrize("n", [20, 60])
def test_its_interval_covers_the_planted_share(subjects, people, n):
    rng = np.random.default_rng(3)
    found = [share_of_the_way(*planted(rng, n, subjects, 0.4, people), True) for _ in range(300)]
    # Three standard errors of a share of 300 around 0.95; over subjects intervals may be too wide.
    assert np.mean([one.low <= 0.4 <= one.high for one in found]) >= 0.912


def test_its_interval_is_that_of_a_jackknife_by_hand(rng):
    method, floor, ceiling = planted(rng, n=12)

    def ratio(kept):
        m, f, c = (one.searched[0, kept].mean() for one in (method, floor, ceiling))
        return (m - f) / (c - f)

    every = np.arange(12)
    left = np.array([ratio(np.delete(every, i)) for i in every])
    error = np.sqrt(11 / 12 * ((left - left.mean()) ** 2).sum())
    found = share_of_the_way(method, floor, ceiling, True)
    assert (found.high - found.low) / 2 == pytest.approx(2.200985 * error, rel=1e-6)  # t of 11 degrees


@pytest.mark.parametrize("gap", [0.0, 0.02, -0.6])
def test_a_ceiling_that_is_not_clearly_above_the_floor_gives_no_share(rng, gap):
    floor = rng.normal(0.1, 0.3, (1, 30))
    ceiling = floor + gap + rng.normal(0, 0.3, (1, 30))
    assert share_of_the_way(Scores(floor), Scores(floor), Scores(ceiling), True) is None


def test_there_is_no_way_where_rounding_alone_parts_floor_from_ceiling(rng):
    """Rounding that always errs to one side would be a clear way."""
    method, floor, _ = planted(rng)
    ceiling = Scores(floor.searched + 1e-12 + 1e-15 * rng.standard_normal(floor.searched.shape))
    assert share_of_the_way(method, floor, ceiling, True) is None
