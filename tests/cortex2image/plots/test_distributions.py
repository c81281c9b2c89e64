import numpy as np
import pytest
from matplotlib.collections import LineCollection
from matplotlib.colors import to_rgb

from cortex2image.metrics.registry import METRICS
from cortex2image.plots.distributions import (
    CEILING,
    COLOUR,
    DOTS,
    FLOOR,
    Distribution,
    distribution_chart,
    quantile_dots,
)
from cortex2image.study.methods import METHODS


def row(method: str = "z", value: float = 0.6, stimuli=None, **changed) -> Distribution:
    stimuli = (
        np.random.default_rng(3).uniform(0.2, 1.0, 200) if stimuli is None else np.asarray(stimuli, float)
    )
    facts = {
        "low": value - 0.05,
        "high": value + 0.05,
        "null_mean": 0.5,
        "null_sd": 0.02,
        "floor": 0.45,
        "ceiling": 0.9,
    }
    return Distribution(method, stimuli, np.array([value - 0.02, value + 0.02]), value, **(facts | changed))


def lines_of(axes, colour):
    """Return (end, end) points of all lines of a colour that the chart drew as collections."""
    found = [c for c in axes.collections if isinstance(c, LineCollection)]
    return [s for c in found if tuple(c.get_colors()[0][:3]) == to_rgb(colour) for s in c.get_segments()]


def test_a_dot_stands_for_five_percent_of_the_stimuli():
    values = np.random.default_rng(1).normal(0.5, 0.2, 1000)
    along, heights = quantile_dots(values, 0.02)
    assert len(along) == DOTS
    for cut in (0.3, 0.5, 0.7):
        assert abs((along <= cut).mean() - (values <= cut).mean()) <= 1.5 / DOTS
    assert len({(x, y) for x, y in zip(along, heights, strict=True)}) == DOTS


def test_equal_values_pile_up():
    along, heights = quantile_dots(np.full(50, 0.25), 0.05)
    np.testing.assert_allclose(along, 0.25)
    assert heights.tolist() == list(range(DOTS))


def test_scores_intervals_and_bounds_stand_where_the_numbers_say():
    (axes,) = distribution_chart([row("z", 0.6), row("c", 0.7, floor=np.nan)], "score").axes
    (first,) = [s for s in lines_of(axes, COLOUR) if s[0][0] == pytest.approx(0.65)]
    assert first[1][0] == pytest.approx(0.75)  # the last method is drawn first, at the bottom
    assert [s[0][0] for s in lines_of(axes, FLOOR) if len(s)] == [0.45]
    assert [s[0][0] for s in lines_of(axes, CEILING)] == [0.9, 0.9]
    values = [line.get_xdata()[0] for line in axes.lines if line.get_markersize() == 6]
    assert values == [0.7, 0.6]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["c", "z"]
    top = [line.get_ydata()[0] for line in axes.lines if line.get_markersize() == 6]
    assert top[1] > top[0]


def test_dots_stay_in_the_row_of_their_method():
    figure = distribution_chart([row("z"), row("c", stimuli=np.full(60, 1.0)), row("d", stimuli=[])], "score")
    dots = [line.get_ydata() for line in figure.axes[0].lines if line.get_markersize() == 2.6]
    assert len(dots) == 2  # the method without values of single stimuli has none
    for place, own in zip((1, 2), dots, strict=True):
        assert place < min(own)
        assert max(own) < place + 0.85


LONGEST = sorted((metric.title for metric in METRICS.values()), key=len)[-2:]


@pytest.mark.parametrize("title", LONGEST)
def test_the_longest_labels_fit_the_chart(title):
    names = sorted((method.title for method in METHODS.values()), key=len)[-2:]
    label = f"{title} (share of comparisons), higher is better\nn = 1000 stimuli, 4 subjects"
    figure = distribution_chart([row(name) for name in names], label)
    figure.draw_without_rendering()
    (axes,) = figure.axes
    drawn = [axes.xaxis.label.get_window_extent(), *(t.get_window_extent() for t in axes.get_yticklabels())]
    assert min(extent.x0 for extent in drawn) >= 0
    assert max(extent.x1 for extent in drawn) <= figure.bbox.width
    assert min(extent.y0 for extent in drawn) >= 0
