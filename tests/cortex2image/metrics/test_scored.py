"""Values and nulls of a metric."""

import numpy as np

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


def test_rivals_give_back_what_leaving_a_stimulus_out_changes(rng):
    values, left_out = rng.random(9), rng.random(9)
    change = Scores(values[None], as_rivals(values, left_out)[None]).left_out()
    np.testing.assert_allclose(change[0], left_out - values.mean(), atol=1e-12)


def test_stimuli_that_are_not_scored_have_no_row():
    few = Scored(np.array([[0.1, 0.2], [0.3, 0.4]]), np.zeros(3), np.array([[1.0, 2.0], [3.0, 4.0]]))
    scored = spread(few, np.array([0, 2]), 3)
    assert np.isnan(scored.values[1]).all()
    columns = evaluation_columns({"twoway_clip_within_setting": scored}, ["a", "b", "c"], [0, 1])
    assert columns["stimulus_id"] == ["a", "a", "c", "c"]
    assert (columns["value"], columns["as_rival"]) == ([0.1, 0.2, 0.3, 0.4], [1.0, 2.0, 3.0, 4.0])
    assert len(null_columns({"x": scored})["draw"]) == 3
