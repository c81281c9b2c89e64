import itertools

import numpy as np
import pandas as pd
import pytest
from scipy.stats import false_discovery_control

from cortex2image.rating.shares import cluster_parts, share_rows, sign_flip_p
from cortex2image.stats.crossed_intervals import student_interval


def drawn(seed, raters, stimuli, share=0.5, spread=0.0, pair=("c", "zc"), rater_spread=0.0):
    """Return choices of every person by every stimulus; log odds vary between stimuli and people."""
    rng = np.random.default_rng(seed)
    odds = np.log(share / (1 - share)) + rng.normal(0, spread, stimuli)[None]
    odds = odds + rng.normal(0, rater_spread, raters)[:, None]
    chosen = rng.random((raters, stimuli)) < 1 / (1 + np.exp(-odds))
    rows = [
        ("methods", "sub-01", *pair, f"r{i}", f"s{j}", float(chosen[i, j]), "left", 1.0)
        for i, j in itertools.product(range(raters), range(stimuli))
    ]
    names = ["design", "subject", "method", "rival", "rater", "stimulus", "value", "side", "seconds"]
    return pd.DataFrame(rows, columns=names)


def test_the_variance_over_stimuli_is_that_of_means_of_stimuli():
    choices = drawn(1, raters=6, stimuli=25, share=0.7, spread=1.0)
    residuals = (choices["value"] - choices["value"].mean()).to_numpy()
    stimuli, raters = cluster_parts(residuals, choices["stimulus"].to_numpy(), choices["rater"].to_numpy())
    for (variance, freedom), name, count in ((stimuli, "stimulus", 25), (raters, "rater", 6)):
        means = choices.groupby(name)["value"].mean()
        assert variance == pytest.approx(means.var(ddof=1) / count)
        assert freedom == count - 1


def test_intervals_hold_the_truth_as_often_as_they_say():
    inside = 0
    for seed in range(300):
        choices = drawn(seed, raters=6, stimuli=20, share=0.5, spread=1.0, rater_spread=0.5)
        row = next(r for r in share_rows(7, 100, choices) if r["subject"] == "all")
        inside += row["share_low"] <= 0.5 <= row["share_high"]
    assert 0.92 <= inside / 300 <= 1


def test_one_rater_has_an_interval_over_stimuli():
    (row, _) = share_rows(7, 100, drawn(3, raters=1, stimuli=12, share=0.8))
    values = drawn(3, raters=1, stimuli=12, share=0.8)["value"]
    assert row["share"] == values.mean()
    low, high = student_interval(values.mean(), [(values.var(ddof=1) / 12, 11)])
    assert row["share_low"] == pytest.approx(low, abs=0.12)
    assert row["share_high"] == pytest.approx(high, abs=0.12)
    assert row["raters"] == 1


def test_few_stimuli_have_no_interval_and_no_p():
    (row, _) = share_rows(7, 100, drawn(3, raters=4, stimuli=2))
    assert [row[name] for name in ("share_low", "share_high", "p", "q")] == [None] * 4
    assert row["n"] == 8


def test_sign_flips_are_exact_with_few_stimuli():
    sums = np.random.default_rng(0).normal(0.4, 1, 9)
    signs = itertools.product((-1, 1), repeat=9)
    expected = np.mean([abs(np.dot(s, sums)) >= abs(sums.sum()) - 1e-9 for s in signs])
    assert sign_flip_p(sums, np.random.default_rng(1), 100) == pytest.approx(expected)


def test_random_flips_come_near_exact_ones():
    sums = np.random.default_rng(3).normal(0.45, 1, 17)
    bits = np.arange(2**17)[:, None] >> np.arange(17) & 1
    exact = (np.abs((1 - 2 * bits) @ sums) >= abs(sums.sum()) - 1e-9).mean()
    found = sign_flip_p(sums, np.random.default_rng(1), 20000)
    assert found == pytest.approx(exact, abs=4 * np.sqrt(exact / 20000))


def test_p_is_uniform_without_preference_although_raters_agree():
    found = [share_rows(7, 200, drawn(seed, raters=5, stimuli=12, spread=3.0))[0]["p"] for seed in range(200)]
    assert np.mean(np.array(found) <= 0.1) == pytest.approx(0.1, abs=0.06)
    assert np.mean(found) == pytest.approx(0.5, abs=0.08)


def test_a_preference_is_found_and_adjusted_over_pairs():
    parts = [drawn(i, 6, 20, share, pair=(f"m{i}", "zz")) for i, share in enumerate((0.85, 0.5, 0.5))]
    rows = [r for r in share_rows(7, 2000, pd.concat(parts)) if r["subject"] == "sub-01"]
    p = [row["p"] for row in rows]
    assert p[0] < 0.01
    np.testing.assert_allclose([row["q"] for row in rows], false_discovery_control(p))


def test_undecided_choices_count_half():
    choices = drawn(1, raters=2, stimuli=6).assign(value=[0.5] * 4 + [1.0] * 8)
    (row, _) = share_rows(7, 100, choices)
    assert row["undecided"] == 4
    assert row["share"] == pytest.approx(10 / 12)
