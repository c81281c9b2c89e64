import numpy as np
import pytest

from cortex2image.plots.tiles import TileRow, tiles

GREY = np.full((4, 4), 100, np.uint8)
RED = np.zeros((4, 4, 3), np.uint8) + np.array([200, 0, 0], np.uint8)


@pytest.fixture
def figure():
    rows = [TileRow("first row", [RED, GREY], ["", "r = 0.50"]), TileRow("second", [GREY])]
    return tiles(rows, ["seen", "coarse"])


def test_pictures_stand_in_rows_and_columns_unchanged(figure):
    shown = [axes.images[0].get_array() for axes in figure.axes]
    for found, expected in zip(shown, [RED, GREY, GREY], strict=True):
        np.testing.assert_array_equal(found, expected)
    boxes = [axes.get_position() for axes in figure.axes]
    assert boxes[0].x1 < boxes[1].x0
    assert boxes[0].y0 == pytest.approx(boxes[1].y0)
    assert boxes[2].y1 < boxes[0].y0
    assert boxes[2].x0 == pytest.approx(boxes[0].x0)


def test_tiles_are_square(figure):
    width, height = figure.get_size_inches()
    for axes in figure.axes:
        box = axes.get_position()
        assert box.width * width == pytest.approx(box.height * height)


def test_headings_labels_and_notes(figure):
    assert [axes.get_title() for axes in figure.axes] == ["seen", "coarse", ""]
    assert [axes.get_xlabel() for axes in figure.axes] == ["", "r = 0.50", ""]
    assert [text.get_text() for text in figure.texts] == ["first row", "second"]


def test_long_labels_are_wrapped():
    figure = tiles([TileRow("a white ship downtown at night", [GREY])])
    assert max(map(len, figure.texts[0].get_text().splitlines())) <= 16


def test_grey_is_not_stretched(figure):
    assert figure.axes[1].images[0].get_clim() == (0, 255)
