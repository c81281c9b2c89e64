"""Aggregates of samples: choices, spread, intervals, and what has none."""

import numpy as np
import pandas as pd
import pytest

from cortex2image.errors import DataError
from cortex2image.metrics.sample_rows import sample_rows
from cortex2image.stats.crossed_intervals import Scores, crossed_interval


def table(values, metric="pixcorr", rivals=None):
    stimuli, samples = values.shape
    return pd.DataFrame(
        {
            "stimulus_id": np.repeat([f"s{i}" for i in range(stimuli)], samples),
            "sample": np.tile(np.arange(samples), stimuli),
            "metric": metric,
            "value": values.ravel(),
            "as_rival": np.nan if rivals is None else rivals.ravel(),
        }
    )


def rows_of(evaluations):
    return pd.DataFrame(sample_rows(evaluations)).set_index(["subject", "metric", "aggregate"])


def test_the_spread_is_that_between_samples_of_a_stimulus(rng):
    stimuli = rng.normal(0, 5, (400, 1))
    values = stimuli + rng.normal(0, 0.3, (400, 5))
    row = rows_of({("sub-01", "zc"): table(values)}).loc[("sub-01", "pixcorr", "sd_between")]
    assert row["ci_low"] < 0.3 < row["ci_high"]
    assert row["value"] == pytest.approx(np.sqrt(values.var(axis=1, ddof=1).mean()))
    assert row["ci_high"] - row["ci_low"] < 0.06


def test_where_less_is_better_the_best_is_the_smallest(rng):
    values = rng.random((10, 3))
    rows = rows_of({("sub-01", "zc"): table(values, "lpips_alex")}).xs("lpips_alex", level="metric")
    assert rows.loc[("sub-01", "best_of_n_by_truth"), "value"] == pytest.approx(values.min(axis=1).mean())
    assert rows.loc[("sub-01", "rank_3_of_n_by_truth"), "value"] == pytest.approx(values.max(axis=1).mean())


def test_the_interval_of_the_mean_is_that_of_the_scores(rng):
    values, rivals = rng.random((12, 3)), rng.random((12, 3))
    rows = rows_of({("sub-01", "zc"): table(values, "twoway_clip", rivals)})
    row = rows.loc[("sub-01", "twoway_clip", "mean")]
    scores = Scores(values.mean(axis=1)[None], rivals.mean(axis=1)[None])
    assert (row["ci_low"], row["ci_high"]) == pytest.approx(crossed_interval(scores, (0, 1)))


def test_subjects_with_other_stimuli_are_taken_together(rng):
    first, second = table(rng.random((6, 3))), table(rng.random((8, 3)))
    second["stimulus_id"] = "other-" + second["stimulus_id"]
    rows = rows_of({("sub-01", "zc"): first, ("sub-02", "zc"): second})
    of_all = rows.loc[("all", "pixcorr", "mean")]
    assert of_all["n"] == 14
    assert of_all["value"] == pytest.approx((first["value"].mean() + second["value"].mean()) / 2)


def test_a_metric_with_one_value_per_stimulus_has_no_samples(rng):
    once = np.repeat(rng.random((8, 1)), 3, axis=1)
    both = pd.concat([table(rng.random((8, 3))), table(once, "twoway_clip_as_released", once)])
    assert {row["metric"] for row in sample_rows({("sub-01", "zc"): both})} == {"pixcorr"}


def test_brain_consistency_chooses_and_is_not_scored_by_its_own_choice(rng):
    both = pd.concat([table(rng.random((8, 3))), table(rng.random((8, 3)), "brain_consistency_z_early")])
    rows = sample_rows({("sub-01", "zc"): both})
    assert {row["metric"] for row in rows} == {"pixcorr"}
    assert {row["chosen_by"] for row in rows} == {"", "pixcorr", "brain_consistency_z_early"}


def test_a_subject_without_a_metric_is_refused(rng):
    both = pd.concat([table(rng.random((8, 3))), table(rng.random((8, 3)), "ssim2d")])
    with pytest.raises(DataError, match=r"zc, ssim2d(.|\n)*sub-02"):
        sample_rows({("sub-01", "zc"): both, ("sub-02", "zc"): table(rng.random((8, 3)))})


def test_a_choice_that_lacks_stimuli_is_refused(rng):
    both = pd.concat([table(rng.random((8, 3))), table(rng.random((7, 3)), "brain_consistency_z_early")])
    with pytest.raises(DataError, match=r"brain_consistency_z_early(.|\n)*first s7"):
        sample_rows({("sub-01", "zc"): both})


def test_a_metric_that_needs_what_a_subject_lacks_is_that_of_the_others(rng):
    within, pixels = "twoway_clip_within_category", "pixcorr"
    both = [
        table(rng.uniform(size=(4, 2)), metric, rng.uniform(size=(4, 2)) if metric == within else None)
        for metric in (pixels, within)
    ]
    evaluations = {("sub-01", "c"): pd.concat(both), ("sub-02", "c"): both[0]}
    rows = pd.DataFrame(sample_rows(evaluations))
    assert set(rows.loc[rows["metric"] == within, "subject"]) == {"sub-01"}
    assert set(rows.loc[rows["metric"] == pixels, "subject"]) == {"sub-01", "sub-02", "all"}
