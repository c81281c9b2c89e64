"""The benchmark of identification counts what it says."""

import numpy as np
from tests.benchmarks.identification import SIZES, WORLDS, World, coverage, page, rules


def test_intervals_cover_scores_of_every_rule():
    found = coverage(World("pictures in groups"), 30, 150, 400)
    assert set(found) == {rule.name("twoway_X") for rule in rules(30)}
    for name, (target, own, _) in found.items():
        assert 0.05 < target < 1, name
        # Three standard errors of a share of 150 around 0.95.
        assert own >= 0.897, name


def test_worlds_differ_in_what_they_say():
    rng = np.random.default_rng(0)
    seen, drawn, groups = World("no information", gain=0.0).study(2000, rng)
    assert abs(np.corrcoef(seen.ravel(), drawn.ravel())[0, 1]) < 0.03
    assert len(np.unique(groups)) == 6


def test_the_page_has_a_row_for_every_world_size_and_metric():
    text = page(3, 3)
    assert all(
        f"| {world.words} | {n} | `{rule.name('twoway_X')}` |" in text
        for world in WORLDS
        for n in SIZES
        for rule in rules(n)
    )
