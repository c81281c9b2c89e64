from itertools import pairwise

import numpy as np
import pytest

from cortex2image.metrics.registry import METRICS
from cortex2image.plots.charts import EDGES, MethodScores, correlation_histograms, score_panel
from cortex2image.study.methods import METHODS

SCORES = MethodScores(
    value=np.array([0.6, 0.8]),
    low=np.array([0.55, 0.7]),
    high=np.array([0.65, 0.9]),
    null_mean=np.array([0.5, 0.4]),
    null_sd=np.array([0.02, 0.05]),
    subjects=np.array([[0.58, 0.75], [0.62, 0.85], [0.6, np.nan]]),
)


def test_dots_intervals_and_null_stand_where_the_numbers_say() -> None:
    (axes,) = score_panel(SCORES, ["z", "c"], "pixcorr ↑").axes
    dots = [line.get_xydata() for line in axes.lines]
    np.testing.assert_allclose([dots[0][0], dots[2][0]], [[0, 0.6], [1, 0.8]])
    np.testing.assert_allclose(dots[1][:, 1], [0.58, 0.62, 0.6])
    assert (dots[1][:, 0] > 0).all()
    null, first, second = (lines.get_segments() for lines in axes.collections)
    np.testing.assert_allclose([part[:, 1] for part in null], [[0.5, 0.5], [0.4, 0.4]])
    np.testing.assert_allclose([first[0][:, 1], second[0][:, 1]], [[0.55, 0.65], [0.7, 0.9]])
    bands = [(bar.get_y(), bar.get_y() + bar.get_height()) for bar in axes.containers[0]]
    np.testing.assert_allclose(bands, [[0.46, 0.54], [0.3, 0.5]])


def test_names_are_on_the_axes() -> None:
    (axes,) = score_panel(SCORES, ["z", "c"], "pixcorr ↑").axes
    assert [label.get_text() for label in axes.get_xticklabels()] == ["z", "c"]
    assert axes.get_ylabel() == "pixcorr ↑"


LONGEST = [
    *sorted(METRICS, key=len)[-3:],
    *sorted((metric.title for metric in METRICS.values()), key=len)[-3:],
]


@pytest.mark.parametrize("name", LONGEST)
def test_the_longest_names_fit_their_axis(name) -> None:
    figure = score_panel(SCORES, ["z", "c"], f"{name} ↓")
    figure.draw_without_rendering()
    (axes,) = figure.axes
    drawn = axes.yaxis.label.get_window_extent()
    assert drawn.y0 >= 0
    assert drawn.y1 <= figure.bbox.height
    assert axes.get_ylabel().replace("\n", "").replace(" ", "") == f"{name} ↓".replace(" ", "")


def test_no_two_names_of_methods_overlap() -> None:
    names = sorted((method.title for method in METHODS.values()), key=len)[-7:]
    ones = np.ones(7)
    scores = MethodScores(ones, ones, ones, ones, ones, np.ones((1, 7)))
    figure = score_panel(scores, names, "pixcorr ↑")
    figure.draw_without_rendering()
    (axes,) = figure.axes
    drawn = [label.get_window_extent() for label in axes.get_xticklabels()]
    assert all(first.x1 < second.x0 for first, second in pairwise(drawn))
    assert min(extent.y0 for extent in drawn) >= 0


def test_shares_are_those_of_a_direct_count() -> None:
    r = np.random.default_rng(3).uniform(-0.4, 0.9, 500)
    (axes,) = correlation_histograms({"sub-01": np.append(r, np.nan)}, "r").axes
    drawn = axes.patches[0].get_data().values
    expected = [100 * np.mean((r >= low) & (r < high)) for low, high in pairwise(EDGES)]
    np.testing.assert_allclose(drawn, expected)
    assert drawn.sum() == pytest.approx(100)


def test_a_space_without_any_correlation_is_drawn_empty() -> None:
    (axes,) = correlation_histograms({"sub-01": np.full(4, np.nan)}, "r").axes
    assert axes.patches[0].get_data().values.sum() == 0
    assert axes.get_xlim() == (-1, 1)
