"""A row of scores from the values of one metric."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import t

from cortex2image.errors import DataError
from cortex2image.metrics.score_row import score_row


def frame(values):
    return pd.DataFrame(values, ["sub-01"], [f"s{i}" for i in range(values.shape[1])])


def test_a_mean_has_student_s_interval_and_its_permutation_p(rng):
    values, null = rng.normal(0.5, 0.1, (1, 20)), rng.normal(0, 0.05, (1, 99))
    row = score_row("mine", "pixcorr", frame(values), None, pd.DataFrame(null))
    half = t.ppf(0.975, 19) * values.std(ddof=1) / np.sqrt(20)
    assert row["value"] == pytest.approx(values.mean())
    assert (row["ci_low"], row["ci_high"]) == pytest.approx((values.mean() - half, values.mean() + half))
    assert (row["null_mean"], row["null_sd"]) == pytest.approx((null.mean(), null.std()))
    assert row["p"] == pytest.approx(1 / 100)
    assert (row["n"], row["higher_is_better"], row["metric_version"]) == (20, True, "1")


def test_an_identification_needs_its_rivals(rng):
    values = rng.uniform(size=(1, 8))
    with pytest.raises(DataError, match=r"evaluation of mine, twoway_clip\n.*as_rival"):
        score_row("mine", "twoway_clip", frame(values), None, pd.DataFrame(values))
    row = score_row("mine", "twoway_clip", frame(values), frame(values), pd.DataFrame(values))
    assert 0 <= row["ci_low"] < row["value"] < row["ci_high"] <= 1


def test_two_stimuli_are_too_few(rng):
    values = np.array([[0.1, np.nan, 0.3]])
    with pytest.raises(DataError, match=r"3 stimuli of every subject\n.*2\n"):
        score_row("mine", "pixcorr", frame(values), None, pd.DataFrame(values))
