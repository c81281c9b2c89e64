"""The benchmark of calibration counts what it says."""

import numpy as np
import pytest
from tests.benchmarks.calibration import SIZES, WORLDS, World, coverage, null_p, page


def test_intervals_of_pairs_cover_and_those_of_binomial_trials_do_not():
    found = coverage(World("atypical pictures decode best", spread=0.7), 20, 150)
    assert found["two-way identification"] > 0.9
    assert found["binomial over pairs"] < 0.7


@pytest.mark.parametrize(("within", "least", "most"), [(True, 0.0, 0.1), (False, 0.04, 0.3)])
def test_p_over_subjects_is_right_within_sets_alone(within, least, most):
    share = np.mean(null_p(10, 20, 150, 99, within) <= 0.05)
    assert least <= share <= most


def test_the_page_has_a_row_for_every_world_and_size():
    text = page(4)
    assert all(f"| {world.words} | {n} |" in text for world in WORLDS for n in SIZES)
