"""Permutations within random groups: few pairs, and a test that stays exact."""

import numpy as np
import pytest
from scipy.stats import kstest

from cortex2image.stats.permutation import null_means, permutation_p, stimulus_permutations
from cortex2image.stats.permutation_groups import SMALLEST, pair_groups

STIMULI = [f"stimulus-{i}" for i in range(1000)]
ONE = np.zeros(1000, dtype=int)


def pairs_of(labels):
    return (np.bincount(labels) ** 2).sum()


def test_small_studies_stay_whole():
    sets = np.repeat([3, 8], 50)
    labels = pair_groups(0, STIMULI[:100], sets)
    assert (labels == (sets == 8)).all()


def test_a_thousand_stimuli_make_about_as_many_pairs_as_wanted():
    labels = pair_groups(0, STIMULI, ONE)
    assert len(np.unique(labels)) == 34
    # Sizes vary like Poisson numbers, which adds a stimulus to the mean size of the group of a stimulus.
    assert 29_000 < pairs_of(labels) < 33_000
    order = stimulus_permutations(0, STIMULI, 500, labels)
    made = np.zeros((1000, 1000), bool)
    made[order, np.arange(1000)] = True
    assert (labels[order] == labels).all()
    assert made.sum() == pairs_of(labels)


def test_groups_are_never_mixed_nor_too_small():
    sets = np.arange(1000) % 2
    labels = pair_groups(0, STIMULI, sets, pairs=10)
    assert len(np.unique(labels)) == 2 * -(-500 // SMALLEST)
    assert all(len(set(sets[labels == label])) == 1 for label in np.unique(labels))


def test_a_group_follows_from_stimulus_and_seed_alone():
    labels, shuffled = pair_groups(0, STIMULI, ONE), np.random.default_rng(0).permutation(1000)
    again = pair_groups(0, [STIMULI[i] for i in shuffled], ONE)
    together = labels[:, None] == labels
    assert (together[np.ix_(shuffled, shuffled)] == (again[:, None] == again)).all()
    other = pair_groups(1, STIMULI, ONE)
    assert (together != (other[:, None] == other)).any()


def test_what_else_a_subject_saw_does_not_change_permutations_of_what_all_saw():
    """Nulls are averaged over subjects draw by draw: the same pictures must be paired in the same draw."""
    common, orders = STIMULI[:600], []
    for more in (0, 60, 280):
        names = [*common, *(f"own-{more}-{i}" for i in range(more))]
        sets = np.repeat([0, 1], [600, more])
        order = stimulus_permutations(0, names, 20, pair_groups(0, names, sets), every=False)
        orders.append(order[:, :600])
    assert (orders[0] == orders[1]).all()
    assert (orders[0] == orders[2]).all()


@pytest.fixture(scope="module")
def p_of_null_studies():
    """p of 400 studies in which no reconstruction has to do with its original, with hubs on both sides."""
    rng = np.random.default_rng(1)
    names = STIMULI[:120]
    order = stimulus_permutations(3, names, 199, pair_groups(3, names, np.zeros(120, int), pairs=1))
    assert len(np.unique(order[:, 0])) < 40
    found = []
    for _ in range(400):
        scores = rng.normal(size=(120, 120)) + rng.exponential(size=(120, 1)) + rng.normal(size=120)
        null = null_means(scores, order)
        found.append(permutation_p(np.trace(scores) / 120, null, higher_is_better=True))
    return np.array(found)


def test_p_is_uniform_without_information(p_of_null_studies):
    # p takes 200 values; spread within its step, it is continuous.
    spread = p_of_null_studies - np.random.default_rng(2).random(400) / 200
    assert kstest(spread, "uniform").pvalue > 0.01
    assert 0.02 < np.mean(p_of_null_studies <= 0.05) < 0.085


def test_the_null_is_that_of_all_permutations_up_to_the_own_pairs_it_keeps():
    """With an effect: mean and spread of both nulls, and what the docstring says about the difference."""
    rng = np.random.default_rng(0)
    effect, names = 1.0, STIMULI[:400]
    scores = rng.normal(size=(400, 400)) + rng.normal(size=(400, 1)) + effect * np.eye(400)
    labels = pair_groups(0, names, np.zeros(400, int), pairs=400 * 20)
    within, free = (
        null_means(scores, stimulus_permutations(0, names, 4000, groups)) for groups in (labels, None)
    )
    # Fixed points of a random permutation of a group number one on average, whatever its size.
    kept = len(np.unique(labels)) / 400
    assert within.mean() - free.mean() == pytest.approx(effect * kept, abs=0.02)
    assert within.std() / free.std() == pytest.approx(1, abs=0.1)
