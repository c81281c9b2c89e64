import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_rgb

from cortex2image.plots.canvas import SLICES, Canvas
from cortex2image.plots.panels import (
    BELOW,
    Scale,
    compose,
    draw_panels,
    label_panel,
    number_panel,
    rounded_end,
    slices_that_fit,
    words_instead,
)
from cortex2image.plots.style import png

SCALE = Scale("r", "viridis", 0.0, 0.5)
CANVAS = Canvas(SLICES, np.array([[-1, 0, 1], [2, 3, -1]]), np.full((2, 3), np.nan))
VALUES = np.array([0.0, 0.25, 0.5, 9.0])
ALL = np.ones(4, bool)


def test_pixels_have_the_colour_of_their_voxels_value():
    picture = compose(CANVAS, number_panel("", "", VALUES, SCALE, ALL))
    colours = plt.get_cmap("viridis")([0.0, 0.5, 1.0, 1.0])[:, :3]
    np.testing.assert_allclose(picture[0, 1:], colours[:2])
    np.testing.assert_allclose(picture[1, :2], colours[2:])
    np.testing.assert_array_equal(picture[0, 0], [1, 1, 1])


def test_voxels_that_are_not_shown_are_grey_inside_the_brain():
    picture = compose(CANVAS, number_panel("", "", VALUES, SCALE, np.array([True, False, False, True])))
    np.testing.assert_allclose(picture[0, 2], to_rgb(BELOW))
    np.testing.assert_array_equal(picture[0, 0], [1, 1, 1])
    flat = Canvas("flat", CANVAS.voxels, np.full((2, 3), 0.5))
    picture = compose(flat, number_panel("", "", VALUES, SCALE, ~ALL))
    np.testing.assert_allclose(picture[0], [[0.5] * 3, *[[0.5 * level for level in to_rgb(BELOW)]] * 2])


def test_labels_without_colour_are_not_shown():
    panel = label_panel("", "", np.array(["a", "", "b", "a"]), {"a": "#ff0000", "b": "#0000ff"})
    assert panel.shown.tolist() == [True, False, True, True]
    picture = compose(CANVAS, panel)
    np.testing.assert_array_equal(picture[:, 1], [[1, 0, 0], [1, 0, 0]])
    np.testing.assert_allclose(picture[0, 2], to_rgb(BELOW))


def test_grey_is_in_no_scale_of_the_maps():
    for name in ("viridis", "plasma", "berlin"):
        colours = plt.get_cmap(name)(np.linspace(0, 1, 256))[:, :3]
        assert np.abs(colours - to_rgb(BELOW)).max(axis=1).min() > 0.15


@pytest.mark.parametrize(
    ("values", "end"), [([[0.31, -0.2]], 0.35), ([[0.0]], 0.05), ([np.linspace(0, 0.5, 9), [-0.98]], 0.95)]
)
def test_a_scale_ends_at_a_round_number_beyond_nearly_all_values(values, end):
    assert rounded_end([np.asarray(each) for each in values]) == pytest.approx(end)


def test_one_outlier_does_not_stretch_the_scale():
    values = np.full(1000, 0.32)
    values[0] = 5.0
    assert rounded_end([values]) == pytest.approx(0.35)


@pytest.mark.parametrize("columns", [1, 2, 3])
def test_panels_share_the_width_without_touching(columns):
    panels = [number_panel(f"panel {i}", "note", VALUES, SCALE, ALL) for i in range(5)]
    figure = draw_panels(CANVAS, panels, columns, [SCALE], {"mid": "#ff0000"}, "not significant")
    figure.draw_without_rendering()
    maps, bar = figure.axes[:5], figure.axes[5]
    boxes = [axes.get_window_extent() for axes in maps]
    assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])
    assert all(box.x0 >= 0 and box.x1 <= figure.bbox.width for box in boxes)
    assert all(box.y0 > bar.get_window_extent().y1 for box in boxes)
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["mid", "not significant"]
    assert bar.get_xlabel() == "r"
    ratio = boxes[0].height / boxes[0].width
    assert ratio == pytest.approx(CANVAS.ratio)
    for axes, box in zip(maps, boxes, strict=True):
        titles = [text.get_window_extent() for text in axes.texts if text.get_text() in ("note", "panel 0")]
        assert all(title.y0 >= box.y1 - 1 for title in titles)
    assert 1 <= slices_that_fit(columns + 4) < slices_that_fit(columns) <= 8


def test_words_can_stand_in_place_of_maps():
    assert png(words_instead("no places")).startswith(b"\x89PNG")
