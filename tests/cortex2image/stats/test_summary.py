"""One line of a score table."""

import numpy as np
import pytest

from cortex2image.stats.summary import summarise


def test_pooled_value_is_the_mean_over_subjects_and_draws_pool_one_by_one(rng):
    values = np.array([[1.0, 1.0, np.nan], [0.0, 0.0, 3.0]])
    nulls = np.array([[0.0, 2.0], [2.0, 0.0]])
    summary = summarise(values, nulls, True, 200, rng)
    assert (summary.n, summary.value) == (3, 1.0)
    assert (summary.null_mean, summary.null_sd) == (1.0, 0.0)
    assert summary.p == 1
    assert summary.ci_low <= 1.0 <= summary.ci_high


def test_where_less_is_better_small_values_are_the_evidence(rng):
    null = rng.normal(1, 0.1, (1, 99))
    assert summarise(np.zeros((1, 5)), null, False, 100, rng).p == pytest.approx(0.01)
    assert summarise(np.zeros((1, 5)), null, True, 100, rng).p == 1
