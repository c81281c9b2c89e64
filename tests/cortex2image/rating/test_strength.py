import itertools

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import minimize

from cortex2image.rating.strength import PRIOR_SD, fit_strengths, strength_rows


def drawn(seed, strengths, raters=8, stimuli=40):
    rng = np.random.default_rng(seed)
    rows = []
    for (a, b), i, j in itertools.product(
        itertools.combinations(sorted(strengths), 2), range(raters), range(stimuli)
    ):
        chance = 1 / (1 + np.exp(strengths[b] - strengths[a]))
        value = 0.5 if rng.random() < 0.1 else float(rng.random() < chance)
        rows.append(("sub-01", a, b, f"r{i}", f"s{j}", value))
    return pd.DataFrame(rows, columns=["subject", "method", "rival", "rater", "stimulus", "value"])


def test_strengths_maximise_the_likelihood_of_the_model():
    choices = drawn(0, {"a": -0.5, "b": 0.1, "c": 0.4}, raters=2, stimuli=10)
    names = ("a", "b", "c")

    def loss(values):
        of = dict(zip(names, values, strict=True))
        total = sum(v**2 for v in values) / (2 * PRIOR_SD**2)
        for _, row in choices.iterrows():
            odds = of[row["method"]] - of[row["rival"]]
            total += row["value"] * np.log1p(np.exp(-odds)) + (1 - row["value"]) * np.log1p(np.exp(odds))
        return total

    best = minimize(loss, np.zeros(3), tol=1e-12).x
    found = fit_strengths(choices)
    assert found.methods == names
    np.testing.assert_allclose(found.values, best, atol=1e-4)
    assert found.values.sum() == pytest.approx(0, abs=1e-6)


def test_planted_strengths_are_found():
    planted = {"a": -0.8, "b": 0.0, "c": 0.8}
    found = fit_strengths(drawn(1, planted, raters=10, stimuli=100))
    # A tenth of the choices is undecided, which draws strengths a little towards each other.
    np.testing.assert_allclose(found.values, [0.9 * v for v in planted.values()], atol=0.12)


def test_standard_errors_are_those_of_repeated_experiments():
    planted = {"a": -0.5, "b": 0.0, "c": 0.5}
    found = [fit_strengths(drawn(seed, planted, raters=4, stimuli=15)) for seed in range(80)]
    spread = np.std([one.values for one in found], axis=0, ddof=1)
    of_stimuli = np.mean([[parts[0][0] for parts in one.parts] for one in found], axis=0) ** 0.5
    # Choices are independent here: the variance over stimuli is all there is.
    np.testing.assert_allclose(of_stimuli, spread, rtol=0.3)


def test_a_method_that_always_wins_stays_finite_and_uncertain():
    choices = drawn(0, {"a": -1.0, "b": 1.0}, raters=1, stimuli=8).assign(value=0.0)
    (of_a, of_b) = [row for row in strength_rows(choices) if row["subject"] == "sub-01"]
    assert 0.8 < of_b["score"] < 0.95
    assert of_b["score_high"] - of_b["score_low"] > 0.1
    assert of_a["score"] == pytest.approx(1 - of_b["score"])


def test_scores_are_chances_against_a_mean_method():
    rows = strength_rows(drawn(4, {"a": -0.8, "b": 0.0, "c": 0.8}))
    assert [(row["subject"], row["method"]) for row in rows][:3] == [("all", "a"), ("all", "b"), ("all", "c")]
    for row in rows:
        assert row["score"] == pytest.approx(1 / (1 + np.exp(-row["strength"])))
        assert row["score_low"] < row["score"] < row["score_high"]
        assert (row["n"], row["raters"], row["stimuli"]) == (2 * 8 * 40, 8, 40)
