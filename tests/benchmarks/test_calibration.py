"""The benchmark of calibration counts what it says."""

import numpy as np
import pytest
from scipy.stats import kstest
from tests.benchmarks.calibration import (
    ALONE,
    PAIRS,
    SIZES,
    WORLDS,
    PairWorld,
    World,
    coverage,
    null_p,
    page,
    paired_p,
)


def test_intervals_of_pairs_cover_and_those_of_binomial_trials_do_not():
    found = coverage(World("atypical pictures decode best", spread=0.7), 20, 150)
    assert found["two-way identification"] > 0.9
    assert found["binomial over pairs"] < 0.7


@pytest.mark.parametrize(("within", "least", "most"), [(True, 0.0, 0.1), (False, 0.04, 0.3)])
def test_p_over_subjects_is_right_within_sets_alone(within, least, most):
    share = np.mean(null_p(10, 20, 150, 99, within) <= 0.05)
    assert least <= share <= most


@pytest.mark.parametrize("world", PAIRS, ids=lambda world: world.words)
def test_p_of_a_comparison_is_uniform_where_methods_are_alike(world):
    found = paired_p(world, 20, 200)
    for name in ("correlation", "two-way identification"):
        assert kstest(found[name], "uniform").pvalue > 0.005, name
        # Three standard errors of a share of 200 around 0.05.
        assert np.mean(found[name] <= 0.05) <= 0.097, name


def test_people_who_differ_are_no_evidence_on_people():
    found = paired_p(PairWorld("people differ", subjects=4, people=0.5), 60, 100)
    assert np.mean(found["correlation"] <= 0.05) <= 0.12
    assert np.mean(found[ALONE] <= 0.05) > 0.3


def test_the_page_has_a_row_for_every_world_and_size():
    text = page(2, large=2)
    assert all(f"| {world.words} | {n} |" in text for world in (*WORLDS, *PAIRS) for n in SIZES)
