import io

import numpy as np
import pytest
from PIL import Image

from cortex2image.plots import sheets
from cortex2image.plots.gallery import GAP, font
from cortex2image.plots.sheets import (
    LABEL_WIDTHS,
    LARGE,
    SMALL,
    Heading,
    Sheet,
    label_letters,
    lined,
    pages,
    stacked_page,
    tile_side,
    wrapped,
)

RED = (164, 0, 0)


def flat(path: str, side: int) -> Image.Image:
    """Return a square whose colour is the number that a path says, in green."""
    return Image.new("RGB", (side, side), (10, int(path), 10))


def noise(path: str, side: int) -> Image.Image:
    rng = np.random.default_rng(int(path))
    return Image.fromarray(rng.integers(0, 256, (side, side, 3), dtype=np.uint8))


def sheet(rows, width=2, warning="", label="row {}"):
    paths = [[str(100 + (i * width + j) % 100) for j in range(width)] for i in range(rows)]
    named = [(label.format(i), paths[i]) for i in range(rows)]
    return Sheet(Heading("a title", "some text", warning), ["column"] * width, named)


def decoded(page: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(page)) as image:
        return np.asarray(image.convert("RGB"))


def greens(pixels: np.ndarray) -> list[int]:
    """Return the numbers of the squares of a page, block by block, each from the top."""
    is_tile = (pixels[..., 0] == 10) & (pixels[..., 1] >= 100) & (pixels[..., 2] == 10)
    found = []
    seen = np.zeros(is_tile.shape, bool)
    for x, y in np.argwhere((is_tile & ~seen).T):
        if not seen[y, x] and is_tile[y, x]:
            side = next(s for s in (LARGE, SMALL) if is_tile[y : y + s, x : x + s].all())
            seen[y : y + side, x : x + side] = True
            found.append(int(pixels[y, x, 1]))
    return found


def test_every_row_is_shown_in_order_down_the_blocks():
    (page,) = pages(sheet(60, width=1), flat)
    assert greens(decoded(page)) == [100 + i for i in range(60)]


def test_short_rows_leave_their_places_empty():
    rows = [("a", ["101", "102", "103"]), ("b", ["104"]), ("c", [])]
    (page,) = pages(Sheet(Heading("t", "x"), ["1", "2", "3"], rows), flat)
    assert sorted(greens(decoded(page))) == [101, 102, 103, 104]


def test_pages_hold_all_rows_once_and_stay_below_ten_megabytes():
    """982 stimuli with five samples, of pictures that cannot be compressed: the worst case of NSD."""
    whole = sheet(982, width=7)
    drawn = list(pages(whole, noise))
    assert len(drawn) > 1
    assert max(map(len, drawn)) < 10_000_000
    assert tile_side(982, 7) == SMALL
    assert tile_side(60, 5) == LARGE


def test_pages_of_a_long_sheet_continue_and_say_which_they_are(monkeypatch):
    monkeypatch.setattr(sheets, "PAGE_BYTES", 3 * SMALL**2 * 10)
    titles, under = [], sheets._under

    def noted(heading, body):
        titles.append(heading.title)
        return under(heading, body)

    monkeypatch.setattr(sheets, "_under", noted)
    drawn = [greens(decoded(page)) for page in pages(sheet(23, width=1), flat)]
    assert drawn == [list(range(100, 110)), list(range(110, 120)), list(range(120, 123))]
    assert titles == [f"a title (page {n} of 3)" for n in (1, 2, 3)]


@pytest.mark.parametrize(("warning", "expected"), [("chosen by score", True), ("", False)])
def test_a_warning_is_red_and_large(warning, expected):
    (page,) = pages(sheet(3, warning=warning), flat)
    red = (decoded(page) == RED).all(axis=2)
    assert red.any() == expected
    if expected:
        assert np.ptp(np.flatnonzero(red.any(axis=1))) >= 18


def test_nothing_touches_the_edge_of_a_page():
    long = "a very long word of a title " * 12
    (page,) = pages(Sheet(Heading(long, long), ["c"], [("x" * 90, ["120"])]), flat)
    pixels = decoded(page)
    frame = np.ones(pixels.shape[:2], bool)
    frame[8:-8, 8:-8] = False
    assert (pixels[frame] == 255).all()


def test_long_labels_are_broken_and_not_cut():
    label = "images/coco/train2017/000000123456_a_very_long_file_name_of_a_picture\n0.933"
    letters = label_letters([label])
    lines = lined(label, letters).split("\n")
    assert "".join(lines[:-1]) == label.split("\n")[0]
    assert lines[-1] == "0.933"
    assert max(font(letters.size).getlength(line) for line in lines) <= LABEL_WIDTHS[1]


def test_a_margin_fits_its_labels():
    narrow, wide = label_letters(["a"]), label_letters(["a", "a label of some width"])
    assert narrow.margin == LABEL_WIDTHS[0] + 4 * GAP
    assert narrow.margin < wide.margin < LABEL_WIDTHS[1]
    assert lined("a label of some width", wide) == "a label of some width"


def test_words_are_wrapped_between_words_and_kept():
    text, face = "one two three four five six seven", font(16)
    lines = wrapped(f"{text}\nnext", face, 120)
    assert max(map(face.getlength, lines)) <= 120
    assert " ".join(lines[:-1]) == text
    assert lines[-1] == "next"
    assert wrapped("", face, 120) == []


def test_parts_of_a_stacked_page_lie_below_each_other():
    parts = [Image.new("RGB", (50, 30), (255, 0, 0)), Image.new("RGB", (80, 40), (0, 0, 255))]
    pixels = decoded(stacked_page(Heading("t", "x"), parts))
    rows = [
        np.flatnonzero((pixels == colour).all(axis=2).any(axis=1)) for colour in ((255, 0, 0), (0, 0, 255))
    ]
    assert [len(found) for found in rows] == [30, 40]
    assert rows[0].max() < rows[1].min()
