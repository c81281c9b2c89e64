"""Permutation nulls."""

import itertools

import numpy as np
import pytest
from scipy.stats import binomtest, chisquare, kstest, permutation_test

from cortex2image.stats.permutation import (
    all_permutations,
    count_permutations,
    null_means,
    permutation_p,
    permutations,
    sets_seen,
    stimulus_permutations,
)

STIMULI = [f"scene-{number:02d}" for number in range(60)]


def pairs(stimuli, order):
    """Name the original of each reconstruction, draw by draw."""
    names = np.array(stimuli)
    return [dict(zip(stimuli, names[draw], strict=True)) for draw in order]


def test_every_permutation_is_equally_likely(rng):
    order = permutations(rng.random((24_000, 4)))
    found, counts = np.unique(order, axis=0, return_counts=True)
    assert len(found) == 24
    assert (np.sort(found, axis=1) == np.arange(4)).all()
    assert chisquare(counts).pvalue > 0.001


def test_permutations_of_a_subset_are_as_uniform(rng):
    order = stimulus_permutations(1, STIMULI[:8], 6000)
    first = np.unique(order[:, :2], axis=0, return_counts=True)[1]
    assert len(first) == 56
    assert chisquare(first).pvalue > 0.001


@pytest.mark.parametrize("groups", [np.zeros(5), np.array([1, 0, 1, 0, 1, 2])])
def test_few_permutations_are_all_drawn_but_the_identity(groups):
    count = count_permutations(groups)
    order = stimulus_permutations(1, STIMULI[: len(groups)], count, groups)
    assert len(order) == len(np.unique(order, axis=0)) == count - 1
    assert (groups[order] == groups).all()
    assert (np.sort(order, axis=1) == np.arange(len(groups))).all()
    assert not (order == np.arange(len(groups))).all(axis=1).any()
    assert len(stimulus_permutations(1, STIMULI[: len(groups)], count - 1, groups)) == count - 1


def test_all_permutations_are_those_of_itertools():
    expected = sorted(itertools.permutations(range(4)))[1:]
    assert sorted(map(tuple, all_permutations(np.zeros(4)))) == expected


def test_all_permutations_pair_the_same_stimuli_in_any_order():
    names = ["c", "a", "d", "b"]
    assert pairs(names, stimulus_permutations(1, names, 100)) == pairs(
        sorted(names), stimulus_permutations(1, sorted(names), 100)
    )


def test_p_of_few_stimuli_is_exact(rng):
    matrix = rng.normal(size=(6, 6))
    value = np.diagonal(matrix).mean()
    every = [matrix[list(order), np.arange(6)].mean() for order in itertools.permutations(range(6))]
    nulls = null_means(matrix, stimulus_permutations(1, STIMULI[:6], 10_000))
    assert permutation_p(value, nulls, True) == pytest.approx(np.mean(np.array(every) >= value - 1e-12))


def test_stimuli_that_nothing_can_be_exchanged_with_keep_their_draws():
    order = stimulus_permutations(1, STIMULI[:4], 50, np.arange(4))
    assert order.tolist() == [[0, 1, 2, 3]] * 50


def test_who_saw_the_same_is_permuted_alike_in_any_order():
    first = pairs(STIMULI, stimulus_permutations(1, STIMULI, 20))
    assert first == pairs(STIMULI[::-1], stimulus_permutations(1, STIMULI[::-1], 20))
    assert first != pairs(STIMULI, stimulus_permutations(2, STIMULI, 20))


@pytest.mark.parametrize("groups", [None, np.arange(60) % 2])
def test_a_stimulus_less_changes_few_pairs(groups):
    whole = pairs(STIMULI, stimulus_permutations(1, STIMULI, 200, groups))
    without = [number for number in range(60) if number != 20]
    part = [STIMULI[number] for number in without]
    order = stimulus_permutations(1, part, 200, None if groups is None else groups[without])
    changed = [
        sum(full[stimulus] != original for stimulus, original in own.items())
        for full, own in zip(whole, pairs(part, order), strict=True)
    ]
    assert np.median(changed) == 1
    assert np.mean(changed) < 2


def test_subjects_with_pictures_from_no_brain_are_rarely_significant_together(rng):
    ps = []
    for study in range(300):
        matrix, values, nulls = rng.normal(size=(60, 60)), [], []
        for missing in (0, 1, 2, 3):
            seen = np.sort(rng.permutation(60)[missing:])
            order = stimulus_permutations(study, [STIMULI[i] for i in seen], 99)
            own = matrix[np.ix_(seen, seen)]
            values.append(np.diagonal(own).mean())
            nulls.append(null_means(own, order))
        ps.append(permutation_p(np.mean(values), np.mean(nulls, axis=0), True))
    assert binomtest(sum(p <= 0.05 for p in ps), len(ps), 0.05, alternative="greater").pvalue > 0.01


def test_groups_exchange_within_themselves_only(rng):
    groups = np.array(["r2", "r1", "r2", "r1", "r1", "r3"])
    order = permutations(rng.random((100, 6)), groups)
    assert (groups[order] == groups).all()
    assert (np.sort(order, axis=1) == np.arange(6)).all()
    assert (order[:, 5] == 5).all()
    assert len(np.unique(order, axis=0)) == 12


def test_the_null_is_the_mean_of_the_permuted_pairs(rng):
    matrix, order = rng.normal(size=(7, 7)), permutations(rng.random((20, 7)))
    expected = [np.mean([matrix[pairing[j], j] for j in range(7)]) for pairing in order]
    np.testing.assert_allclose(null_means(matrix, order), expected)


def test_p_agrees_with_scipy(rng):
    a, b = rng.normal(size=(2, 30))
    b += 0.3 * a
    matrix = np.outer(a, b)
    order = permutations(rng.random((5000, 30)))
    p = permutation_p(np.diagonal(matrix).mean(), null_means(matrix, order), True)
    scipys = permutation_test(
        (a,), lambda x: (x * b).mean(), permutation_type="pairings", n_resamples=5000, alternative="greater"
    )
    assert p == pytest.approx(scipys.pvalue, abs=0.02)


def test_p_is_uniform_where_there_is_nothing(rng):
    ps = []
    for _ in range(300):
        matrix, order = rng.normal(size=(12, 12)), permutations(rng.random((199, 12)))
        ps.append(permutation_p(np.diagonal(matrix).mean(), null_means(matrix, order), True))
    assert kstest(ps, "uniform").pvalue > 0.01


def test_p_counts_the_good_direction_and_is_never_zero():
    null = np.array([0.1, 0.2, 0.3])
    assert permutation_p(0.9, null, True) == 0.25
    assert permutation_p(0.9, null, False) == 1
    assert permutation_p(0.2, null, True) == 0.75
    assert permutation_p(0.2, null, False) == 0.75


def test_rounding_is_no_evidence():
    assert permutation_p(0.5 + 1e-13, np.full(99, 0.5), True) == 1


def test_stimuli_are_labelled_by_the_subjects_who_saw_them():
    labels = sets_seen(["a", "b", "c", "d"], [["a", "b", "c"], ["c", "a"], ["d", "a", "x"]])
    assert len(set(labels)) == 4
    labels = sets_seen(["a", "b", "c", "d"], [["a", "b", "c"], ["b", "a"], ["d"]])
    assert labels[0] == labels[1]
    assert len(set(labels)) == 3


def test_draws_within_sets_pair_what_all_subjects_saw_alike():
    stimuli = [["a", "b", "c", "x", "y"], ["c", "b", "z", "a", "w"]]
    paired = []
    for names in stimuli:
        order = stimulus_permutations(3, names, 50, sets_seen(names, stimuli), every=False)
        paired.append([{names[j]: names[i] for j, i in enumerate(draw)} for draw in order])
    for first, second in zip(*paired, strict=True):
        assert {name: first[name] for name in "abc"} == {name: second[name] for name in "abc"}
