"""Values and nulls of a metric."""

import numpy as np
import pytest

from cortex2image.metrics.scored import (
    Scored,
    as_rivals,
    evaluation_columns,
    join_samples,
    null_columns,
    score_pairings,
    spread,
)
from cortex2image.stats.crossed_intervals import Scores


def test_the_diagonal_is_the_score_and_the_null_another_pairing():
    matrix = np.array([[1.0, 2.0], [3.0, 4.0]])
    scored = score_pairings(matrix, np.array([[0, 1], [1, 0]]))
    np.testing.assert_array_equal(scored.values, [[1], [4]])
    np.testing.assert_array_equal(scored.null, [2.5, 2.5])


def test_joined_samples_are_the_null_of_the_mean_over_samples(rng):
    matrices, order = rng.normal(size=(3, 5, 5)), np.array([[1, 0, 2, 4, 3], [4, 3, 2, 1, 0]])
    joined = join_samples([score_pairings(m, order) for m in matrices])
    np.testing.assert_allclose(joined.null, score_pairings(matrices.mean(0), order).null)
    np.testing.assert_allclose(joined.values, np.diagonal(matrices, axis1=1, axis2=2).T)


def test_columns_of_the_tables():
    scored = {"pixcorr": Scored(np.array([[0.1, 0.2], [0.3, 0.4]]), np.array([0.0, 0.5]))}
    columns = evaluation_columns(scored, ["a", "b"], [0, 3])
    assert columns == {
        "stimulus_id": ["a", "a", "b", "b"],
        "sample": [0, 3, 0, 3],
        "metric": ["pixcorr"] * 4,
        "value": [0.1, 0.2, 0.3, 0.4],
        "as_rival": [None] * 4,
    }
    assert null_columns(scored) == {"metric": ["pixcorr"] * 2, "draw": [0, 1], "value": [0.0, 0.5]}


def changes(values, without):
    return Scores(values[None], as_rivals(values, without)[None]).left_out()[0]


def test_rivals_give_back_what_leaving_a_stimulus_out_changes(rng):
    """Stimuli that harm all others alike have nothing to do with single pairs."""
    values, harm = rng.random(9), rng.random(9)
    without = values + harm[:, None]
    np.fill_diagonal(without, np.nan)
    expected = np.nanmean(without, axis=1) - values.mean()
    np.testing.assert_allclose(changes(values, without), expected, rtol=0.02, atol=0.005)


def test_two_stimuli_have_rivals_too():
    """No interval is made of them, but the table of their values is."""
    found = as_rivals(np.array([0.0, 1.0]), np.array([[np.nan, 1.0], [1.0, np.nan]]))
    assert np.isfinite(found).all()


def test_what_a_pair_has_in_common_is_counted_once():
    """Scores made of effects of stimuli and of pairs, whose variance is known."""
    rng, n, studies = np.random.default_rng(4), 40, 400
    variances, plain, means = [], [], []
    for _ in range(studies):
        pairs = rng.standard_normal((n, n))
        np.fill_diagonal(pairs, 0)
        own = 0.1 * rng.standard_normal(n)
        values = own + pairs.sum(axis=0) / (n - 1)
        without = own + (pairs.sum(axis=0) - pairs) / (n - 2)
        np.fill_diagonal(without, np.nan)
        change, raw = changes(values, without), np.nanmean(without, axis=1) - values.mean()
        variances.append((n - 1) / n * ((change - change.mean()) ** 2).sum())
        plain.append((n - 1) / n * ((raw - raw.mean()) ** 2).sum())
        means.append(values.mean())
    assert np.mean(plain) > 1.5 * np.var(means)
    assert np.mean(variances) == pytest.approx(np.var(means), rel=0.2)


def test_intervals_are_no_narrower_than_those_of_a_mean(rng):
    values = rng.random(20)
    without = np.where(np.eye(20) == 1, np.nan, values + 0.1 * rng.standard_normal((20, 20)))
    change = changes(values, without)
    assert change.var() >= ((values - values.mean()) / 19).var() * (1 - 1e-9)


def test_stimuli_that_are_not_scored_have_no_row():
    few = Scored(np.array([[0.1, 0.2], [0.3, 0.4]]), np.zeros(3), np.array([[1.0, 2.0], [3.0, 4.0]]))
    scored = spread(few, np.array([0, 2]), 3)
    assert np.isnan(scored.values[1]).all()
    columns = evaluation_columns({"twoway_clip_within_setting": scored}, ["a", "b", "c"], [0, 1])
    assert columns["stimulus_id"] == ["a", "a", "c", "c"]
    assert (columns["value"], columns["as_rival"]) == ([0.1, 0.2, 0.3, 0.4], [1.0, 2.0, 3.0, 4.0])
    assert len(null_columns({"x": scored})["draw"]) == 3
