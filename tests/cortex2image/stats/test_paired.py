"""Paired comparisons against scipy, a brute-force jackknife and an analysis of variance.

Tests of the benchmark of calibration show that their p is uniform where methods are alike.
"""

import numpy as np
import pytest
from scipy.stats import ttest_1samp, ttest_rel

from cortex2image.metrics.identification import credit_against, two_way
from cortex2image.stats.crossed_intervals import Scores
from cortex2image.stats.paired import compare, crossed_variance, standardised


def identified(similarity):
    return Scores(np.diagonal(two_way(similarity))[None], credit_against(similarity)[None])


def test_of_one_subject_and_means_it_is_the_paired_t_test(rng):
    a, b = rng.normal(0.3, 1, (2, 40))
    found = compare(Scores(a[None]), Scores(b[None]))
    test = ttest_rel(a, b)
    assert found.p == pytest.approx(test.pvalue)
    assert (found.ci_low, found.ci_high) == pytest.approx(tuple(test.confidence_interval()))
    assert found.standardised == pytest.approx((a - b).mean() / (a - b).std(ddof=1))
    assert found.n == 40


def test_the_other_way_round_the_sign_alone_changes(rng):
    a, b = Scores(rng.random((3, 20))), Scores(rng.random((3, 20)))
    one, other = compare(a, b), compare(b, a)
    assert one.p == pytest.approx(other.p)
    assert (one.difference, one.ci_low) == pytest.approx((-other.difference, -other.ci_high))
    assert one.standardised == pytest.approx(-other.standardised)


def test_an_identification_leaves_a_stimulus_out_as_a_rival_too(rng):
    seen = rng.standard_normal((12, 8))
    matrices = [np.corrcoef(seen, g * seen + rng.standard_normal(seen.shape))[:12, 12:] for g in (0.4, 0.9)]
    difference = identified(matrices[0]).influence() - identified(matrices[1]).influence()
    leave_out = []
    for i in range(12):
        kept = [np.delete(np.delete(m, i, 0), i, 1) for m in matrices]
        leave_out.append(np.subtract(*(np.diagonal(two_way(m)).mean() for m in kept)))
    variance = 11 / 12 * ((leave_out - np.mean(leave_out)) ** 2).sum()
    assert crossed_variance(difference) == pytest.approx((variance, 11))


def test_subjects_without_a_stimulus_in_common_are_compared_by_the_t_test_over_subjects(rng):
    values = np.full((3, 30), np.nan)
    for s in range(3):
        values[s, 10 * s : 10 * s + 10] = rng.normal(s, 1, 10)
    found = compare(Scores(values), Scores(np.where(np.isnan(values), np.nan, 0.0)))
    assert found.p == pytest.approx(ttest_1samp(np.nanmean(values, axis=1), 0).pvalue)


def test_of_subjects_who_saw_the_same_the_variance_is_that_of_crossed_random_effects(rng):
    y = rng.normal(0, 1, (5, 40)) + rng.normal(0, 1, (1, 40)) + rng.normal(0, 0.5, (5, 1))
    rest = y - y.mean(0) - y.mean(1, keepdims=True) + y.mean()
    people, stimuli = 40 * y.mean(1).var(ddof=1), 5 * y.mean(0).var(ddof=1)
    error = (rest**2).sum() / (4 * 39)
    expected = (people + stimuli - error) / 200
    freedom = (people + stimuli - error) ** 2 / (people**2 / 4 + stimuli**2 / 39 + error**2 / (4 * 39))
    zero = Scores(np.zeros_like(y)).influence()
    assert crossed_variance(Scores(y).influence() - zero) == pytest.approx((expected, freedom))


def test_methods_that_make_the_same_pictures_do_not_differ(rng):
    scores = Scores(rng.random((2, 20)))
    found = compare(scores, scores)
    assert (found.difference, found.ci_low, found.ci_high, found.p) == (0, 0, 0, 1)
    assert found.standardised is None


def test_two_perfect_methods_are_not_known_to_be_equal():
    perfect = Scores(np.ones((1, 20)), np.ones((1, 20)))
    found = compare(perfect, perfect, (0, 1))
    assert found.ci_low < -0.04 < 0.04 < found.ci_high
    assert found.p == 1


def test_a_subject_whose_differences_are_all_the_same_has_no_standardised_one(rng):
    values = rng.random((2, 20))
    other = np.stack([values[0] - 0.1, rng.random(20)])
    assert standardised(Scores(values), Scores(other)) is None


def test_methods_with_other_stimuli_are_refused(rng):
    values = rng.random((1, 20))
    fewer = values.copy()
    fewer[0, 3] = np.nan
    with pytest.raises(ValueError, match="same stimuli"):
        compare(Scores(values), Scores(fewer))


def test_near_a_bound_methods_that_hardly_differ_have_comparisons_that_hardly_differ():
    worse = Scores(np.full((1, 60), 0.5))
    found = [
        compare(Scores(np.full((1, 60), 1 - step)), worse, (0, 1)) for step in np.linspace(0, 0.05, 3001)
    ]
    assert np.abs(np.diff([one.ci_low for one in found])).max() < 0.0005
    assert found[0].difference - found[0].ci_low > 0.016
