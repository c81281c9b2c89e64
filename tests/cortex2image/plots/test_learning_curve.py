import numpy as np
import pandas as pd
import pytest

from cortex2image.plots.learning_curve import draw_learning_curves
from cortex2image.tables.learning_curve import METRICS

SUBJECTS, SPACES, COUNTS = ("sub-01", "sub-02"), ("z", "c"), (1, 2, 4)


@pytest.fixture
def rows(rng):
    keys = [(s, space, c, m) for s in SUBJECTS for space in SPACES for c in COUNTS for m in METRICS]
    frame = pd.DataFrame(keys, columns=["subject", "space", "count", "metric"])
    value = rng.uniform(size=len(keys))
    return frame.assign(
        unit="session",
        hours=frame["count"] * 0.8,
        n=60,
        value=value,
        ci_low=value - 0.1,
        ci_high=value + 0.1,
        null_mean=0.5,
        null_sd=0.02,
    )


def test_a_row_per_metric_and_a_column_per_space(rows):
    figure = draw_learning_curves(rows)
    assert len(figure.axes) == 6
    assert [axes.get_title() for axes in figure.axes[:2]] == [
        "z\nn = 60 test stimuli",
        "c\nn = 60 test stimuli",
    ]
    for number, axes in enumerate(figure.axes):
        metric, space = METRICS[number // 2], SPACES[number % 2]
        assert len(axes.lines) == len(SUBJECTS)
        for line, subject in zip(axes.lines, SUBJECTS, strict=True):
            chosen = (rows["subject"] == subject) & (rows["space"] == space) & (rows["metric"] == metric)
            np.testing.assert_allclose(line.get_xdata(), [0.8, 1.6, 3.2])
            np.testing.assert_allclose(line.get_ydata(), rows.loc[chosen, "value"])
    assert figure.axes[4].get_xlabel() == "training scans (h)"
    assert [text.get_text() for text in figure.legends[0].texts] == [*SUBJECTS, "permutation null"]


def test_without_known_hours_sessions_are_counted(rows):
    rows.loc[3, "hours"] = np.nan
    figure = draw_learning_curves(rows)
    assert figure.axes[4].get_xlabel() == "training scans (sessions)"
    np.testing.assert_array_equal(figure.axes[0].lines[0].get_xdata(), COUNTS)
    assert [tick.get_text() for tick in figure.axes[0].get_xticklabels()] == ["1", "2", "4"]


def test_subjects_may_differ_in_test_stimuli_and_units(rows):
    second = rows["subject"] == "sub-02"
    rows.loc[second, ["n", "unit"]] = [50, "run"]
    rows["hours"] = np.nan
    figure = draw_learning_curves(rows)
    assert figure.axes[0].get_title() == "z\nn = 50 to 60 test stimuli"
    assert figure.axes[4].get_xlabel() == "training scans (sessions or runs)"


def test_numbers_do_not_overlap_at_the_end_of_the_axis(rows):
    rows["count"] = rows["count"].map({1: 1, 2: 32, 4: 37})
    rows["hours"] = np.nan
    axes = draw_learning_curves(rows).axes[0]
    assert [tick.get_text() for tick in axes.get_xticklabels()] == ["1", "", "37"]
