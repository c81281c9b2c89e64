import numpy as np

from cortex2image.plots.curves import Bars, Curve, curves_with_bars, curves_with_levels

CURVES = [
    Curve("without early", "early", np.array([0.5, 0.4]), np.array([0.3, 0.3]), np.array([0.7, 0.5])),
    Curve("random", "early", np.array([0.2, 0.1]), np.array([0.0, 0.0]), np.array([1.0, 1.0]), control=True),
    Curve("without ventral", "ventral", np.array([0.9, 0.8])),
]
BARS = [Bars("early", [1.0, 0.0]), Bars("ventral", [np.nan, 1.2])]


def drawn():
    return curves_with_bars(CURVES, BARS, ["z", "c"], "step", "change", "random voxels")


def test_curves_and_bars_stand_where_the_numbers_say():
    left, right = drawn().axes
    lines = [line.get_xydata().tolist() for line in left.lines[:3]]
    assert lines == [[[1, 0.5], [2, 0.4]], [[1, 0.2], [2, 0.1]], [[1, 0.9], [2, 0.8]]]
    heights = [[bar.get_height() for bar in bars] for bars in right.containers]
    np.testing.assert_array_equal(heights, [[1, 0], [np.nan, 1.2]])
    assert left.get_ylim()[0] == 0
    assert left.get_ylim()[1] > 1.2


def test_a_group_has_one_colour_and_its_control_is_dashed():
    left, right = drawn().axes
    early, control, ventral = left.lines[:3]
    assert early.get_color() == control.get_color() != ventral.get_color()
    assert [line.get_linestyle() for line in (early, control)] == ["-", "--"]
    assert len(left.collections) == 1
    assert right.containers[1][0].get_facecolor()[:3] != right.containers[0][0].get_facecolor()[:3]


def test_the_legend_names_curves_and_the_control_once():
    (legend,) = drawn().legends
    assert [text.get_text() for text in legend.texts] == ["without early", "without ventral", "random voxels"]


def test_levels_are_dotted_lines_of_their_groups():
    figure = curves_with_levels(CURVES[:1] + CURVES[2:], {"early": 0.3, "ventral": 0.7}, "best", "step", "SD")
    (axes,) = figure.axes
    early, ventral, *levels = axes.lines
    assert early.get_xdata().tolist() == [0, 1]
    assert [line.get_ydata()[0] for line in levels] == [0.3, 0.7]
    assert [line.get_color() for line in levels] == [early.get_color(), ventral.get_color()]
    assert [text.get_text() for text in figure.legends[0].texts] == [
        "without early",
        "without ventral",
        "best",
    ]
