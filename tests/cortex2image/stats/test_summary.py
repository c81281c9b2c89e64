"""Bootstrap intervals, and rows of a score table."""

import numpy as np
import pytest
from scipy.stats import bootstrap

from cortex2image.stats.crossed_intervals import Scores
from cortex2image.stats.summary import bootstrap_means, percentile_interval, summarise


def test_interval_agrees_with_scipy(rng):
    values = rng.exponential(size=60)
    ours = percentile_interval(bootstrap_means(values[None], 9999, rng))
    scipys = bootstrap((values,), np.mean, method="percentile", rng=rng).confidence_interval
    assert ours == pytest.approx(scipys, abs=0.02)


def test_interval_covers_the_truth(rng):
    covered = 0
    for _ in range(300):
        low, high = percentile_interval(bootstrap_means(rng.normal(size=(1, 40)), 400, rng))
        covered += low <= 0 <= high
    assert 0.90 <= covered / 300 <= 0.98


def test_subjects_who_saw_the_same_are_resampled_together(rng):
    values = rng.normal(size=50)
    alike = bootstrap_means(np.stack([values, values]), 4000, rng)
    opposite = bootstrap_means(np.stack([values, -values]), 4000, rng)
    assert alike.std() == pytest.approx(values.std() / np.sqrt(50), rel=0.1)
    assert opposite.std() < 1e-12


def test_subjects_who_saw_different_stimuli_are_resampled_apart(rng):
    values = np.full((2, 80), np.nan)
    values[0, :60], values[1, 60:] = rng.normal(1, 1, 60), rng.normal(3, 1, 20)
    means = bootstrap_means(values, 4000, rng)
    first, second = values[0, :60], values[1, 60:]
    expected = np.sqrt(first.var() / 60 + second.var() / 20) / 2
    assert means.mean() == pytest.approx((first.mean() + second.mean()) / 2, abs=0.02)
    assert means.std() == pytest.approx(expected, rel=0.1)


def test_a_single_stimulus_has_no_width(rng):
    assert percentile_interval(bootstrap_means(np.array([[0.7]]), 100, rng)) == (0.7, 0.7)


def test_pooled_value_is_the_mean_over_subjects_and_draws_pool_one_by_one():
    values = np.array([[1.0, 1.0, np.nan, 1.0], [0.0, 0.0, 3.0, 1.0]])
    nulls = np.array([[0.0, 2.0], [2.0, 0.0]])
    summary = summarise(Scores(values), nulls, True)
    assert (summary.n, summary.value) == (4, 1.0)
    assert (summary.null_mean, summary.null_sd) == (1.0, 0.0)
    assert summary.p == 1
    assert summary.ci_low <= 1.0 <= summary.ci_high


def test_where_less_is_better_small_values_are_the_evidence(rng):
    null = rng.normal(1, 0.1, (1, 99))
    assert summarise(Scores(np.zeros((1, 5))), null, False).p == pytest.approx(0.01)
    assert summarise(Scores(np.zeros((1, 5))), null, True).p == 1
