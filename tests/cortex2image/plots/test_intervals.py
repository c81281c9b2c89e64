import numpy as np

from cortex2image.plots.intervals import Dots, IntervalPanel, interval_panels
from cortex2image.plots.style import svg


def panel(series: dict[str, list[float]], places: list[str], **kwargs) -> IntervalPanel:
    dots = {
        name: Dots(*(np.array(v, float) + shift for shift in (0, -0.1, 0.2))) for name, v in series.items()
    }
    return IntervalPanel("a score (n = 9 stimuli)", "score, higher is better", places, dots, **kwargs)


def test_every_value_stands_at_its_place_with_its_interval() -> None:
    shown = panel({"z": [1, 2], "c": [3, np.nan]}, ["s1", "all"], null=np.array([0.5, 0.6]))
    figure = interval_panels([shown], "subject")
    (axes,) = figure.axes
    assert [t.get_text() for t in axes.get_xticklabels()] == ["s1", "all"]
    z, c = axes.lines
    np.testing.assert_allclose(z.get_ydata(), [1, 2])
    assert np.round(z.get_xdata()).tolist() == [0, 1]
    assert (z.get_xdata() < c.get_xdata()).all()
    null, of_z, _ = axes.collections
    np.testing.assert_allclose([s[0][1] for s in null.get_segments()], [0.5, 0.6])
    np.testing.assert_allclose([s[:, 1] for s in of_z.get_segments()], [[0.9, 1.2], [1.9, 2.2]])
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("subject", "score, higher is better")
    assert [t.get_text() for t in figure.legends[0].get_texts()] == ["z", "c", "shuffled"]


def test_a_series_keeps_colour_and_shape_over_panels_and_spare_axes_are_hidden() -> None:
    panels = [panel({"z": [1], "c": [2]}, ["s"])] * 3 + [panel({"c": [2]}, ["s"])]
    figure = interval_panels(panels, "subject")
    assert [axes.axison for axes in figure.axes] == [True] * 4 + [False] * 2
    first, last = figure.axes[0].lines[1], figure.axes[3].lines[0]
    assert (first.get_color(), first.get_marker()) == (last.get_color(), last.get_marker())
    assert figure.axes[0].lines[0].get_marker() != first.get_marker()
    assert "shuffled" not in [t.get_text() for t in figure.legends[0].get_texts()]


def test_dollars_and_brackets_in_names_are_text() -> None:
    figure = interval_panels([panel({"$^{z": [1]}, ["<b>$x$"])], "subject")
    assert b"</svg>" in svg(figure)
    assert [t.get_text() for t in figure.axes[0].get_xticklabels()] == ["<b>$x$"]
