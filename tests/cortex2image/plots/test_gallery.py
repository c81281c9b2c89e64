import io

import numpy as np
import pytest
from PIL import Image

from cortex2image.plots.gallery import (
    GAP,
    HEADER,
    MARGIN,
    TileRow,
    contact_sheet,
    fitting,
    font,
    thumbnail,
    tiles,
    webp,
)


def flat(colour: tuple[int, int, int], size: int = 8) -> Image.Image:
    return Image.new("RGB", (size, size), colour)


def test_thumbnails_shrink_and_never_grow() -> None:
    rng = np.random.default_rng(0)
    assert thumbnail(rng.integers(0, 256, (200, 100, 3), dtype=np.uint8)).size == (48, 96)
    small = rng.integers(0, 256, (20, 30, 3), dtype=np.uint8)
    np.testing.assert_array_equal(np.asarray(thumbnail(small)), small)


def test_shrinking_keeps_the_mean_colour() -> None:
    picture = np.random.default_rng(0).integers(0, 256, (256, 256, 3), dtype=np.uint8)
    np.testing.assert_allclose(np.asarray(thumbnail(picture)).mean((0, 1)), picture.mean((0, 1)), atol=1.5)


def test_webp_is_small_and_close() -> None:
    ramp = np.linspace(0, 255, 96).astype(np.uint8)
    picture = Image.fromarray(
        np.stack(np.broadcast_arrays(ramp, ramp[:, None], 128), axis=-1).astype(np.uint8)
    )
    content = webp(picture)
    with Image.open(io.BytesIO(content)) as image:
        assert image.format == "WEBP"
        difference = np.abs(np.asarray(image.convert("RGB"), float) - np.asarray(picture, float))
    assert difference.mean() < 6
    assert len(content) < 96 * 96


def test_every_picture_stands_in_its_row_and_column() -> None:
    rows = [("first", [flat((255, 0, 0)), flat((0, 255, 0))]), ("second", [flat((0, 0, 255))])]
    with Image.open(io.BytesIO(contact_sheet(rows, ["seen", "z"], tile=10))) as sheet:
        pixels = np.asarray(sheet)
    step = 10 + GAP
    assert pixels.shape == (HEADER + 2 * step, MARGIN + 2 * step, 3)
    assert pixels[HEADER + 5, MARGIN + 5].tolist() == [255, 0, 0]
    assert pixels[HEADER + 5, MARGIN + step + 5].tolist() == [0, 255, 0]
    assert pixels[HEADER + step + 5, MARGIN + 5].tolist() == [0, 0, 255]
    assert pixels[HEADER + step + 5, MARGIN + step + 5].tolist() == [255, 255, 255]


@pytest.mark.parametrize("part", [np.s_[:HEADER, MARGIN:], np.s_[HEADER:, :MARGIN]])
def test_rows_and_columns_are_labelled(part: tuple[slice, slice]) -> None:
    with Image.open(io.BytesIO(contact_sheet([("scene", [flat((9, 9, 9))])], ["seen"], tile=40))) as sheet:
        assert (np.asarray(sheet)[part] < 128).any()


def test_of_long_labels_the_end_is_kept() -> None:
    face = font(10)
    shown = fitting("images/a_very_long_name_of_a_picture_17", face, 100)
    assert shown.startswith("\N{HORIZONTAL ELLIPSIS}")
    assert shown.endswith("_17")
    assert face.getlength(shown) <= 100
    assert fitting("short", face, 100) == "short"


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
