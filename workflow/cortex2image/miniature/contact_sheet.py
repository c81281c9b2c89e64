"""Contact sheets: pictures in rows, with or without labels."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

LEFT, TOP, GAP, FONT_SIZE = 64, 20, 2, 13
"""Margins for labels, gap between pictures and font size, in pixels."""
RED = (220, 20, 20)
STEP = 4
"""Distance between colour levels of a labelled sheet: invisible, and it nearly halves the file."""


def contact_sheet(rows: Sequence[NDArray[np.uint8]]) -> Image.Image:
    """Return rows of pictures, each (n, side, side, 3), as one picture; short rows are padded with black."""
    side, columns = rows[0].shape[1], max(len(row) for row in rows)
    sheet = Image.new("RGB", (columns * side, len(rows) * side))
    for number, row in enumerate(rows):
        for column, image in enumerate(row):
            sheet.paste(Image.fromarray(image), (column * side, number * side))
    return sheet


def one_of_each(categories: NDArray[np.int64], number: int) -> NDArray[np.int64]:
    """Return the indices of `number` pictures of as many categories as possible, sorted by category."""
    seen = [int((categories[:row] == category).sum()) for row, category in enumerate(categories)]
    chosen = np.lexsort((categories, np.array(seen)))[:number]
    return chosen[np.argsort(categories[chosen], kind="stable")]


def labelled_sheet(
    images: NDArray[np.uint8], rows: Sequence[str], columns: Sequence[str], framed: set[tuple[int, int]]
) -> Image.Image:
    """Return a grid of pictures with a label per row and column, in 64 levels per colour channel.

    Parameters
    ----------
    images : (rows * columns, side, side, 3) uint8
        Pictures row by row.
    rows, columns : sequence of str
        Labels of rows and columns.
    framed : set of (row, column)
        Cells to draw with a red frame.
    """
    pitch = images.shape[1] + GAP
    sheet = Image.new("RGB", (LEFT + pitch * len(columns), TOP + pitch * len(rows)), "white")
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(FONT_SIZE)
    for column, name in enumerate(columns):
        draw.text((LEFT + pitch * (column + 0.5), TOP / 2), name, "black", font, anchor="mm")
    for row, name in enumerate(rows):
        draw.text((LEFT - 6, TOP + pitch * (row + 0.5)), name, "black", font, anchor="rm")
    for number, image in enumerate(images // STEP * STEP + STEP // 2):
        row, column = divmod(number, len(columns))
        left, top = LEFT + pitch * column, TOP + pitch * row
        sheet.paste(Image.fromarray(image), (left, top))
        if (row, column) in framed:
            draw.rectangle((left, top, left + pitch - GAP - 1, top + pitch - GAP - 1), outline=RED, width=2)
    return sheet
