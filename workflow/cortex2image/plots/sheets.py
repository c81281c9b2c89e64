"""Sheets of many pictures under a title: pages that an image viewer shows at full size, each below 10 MB."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from PIL import Image, ImageDraw, ImageFont

from cortex2image.plots.gallery import GAP, Letters, font, picture_table, png_bytes

LARGE, SMALL = 96, 64
"""Sides of a picture in pixels: on sheets of one or two pages, and on longer ones."""
PAGE_BYTES = 9_000_000
"""Largest size of the pictures of a page before compression, which keeps every file below 10 MB."""
PAGE_WIDTH = 2100
"""Width in pixels that blocks of rows share, if more than one fits."""
BLOCK_ROWS = 12
"""Smallest number of rows for which a block of its own is begun."""
NARROWEST = 900
"""Smallest width of a page in pixels, so that titles have room."""
EDGE, GUTTER = 16, 32
"""Margin of a page and distance of its blocks, in pixels."""
TITLE, TEXT = 26, 16
"""Heights of letters in pixels."""
LABEL, HEADER = 14, 26
"""Height of the letters of labels and headings of columns, and of the line of these headings, in pixels."""
LABEL_WIDTHS = 60, 260
"""Smallest and largest width of the labels; longer ones are broken."""
WARNING_COLOUR = "#a40000"

Read = Callable[[str, int], Image.Image]
"""Reads the picture of a path as a square of a given side."""


@dataclass(frozen=True)
class Heading:
    """Words above pictures: a title and a warning in large letters, the warning in red, and text."""

    title: str
    text: str
    warning: str = ""


@dataclass(frozen=True)
class Sheet:
    """Rows of pictures under a heading.

    Attributes
    ----------
    heading : Heading
    columns : sequence of str
        Headings of the columns.
    rows : label and paths of the pictures of each row
        Rows may be shorter than others.
    """

    heading: Heading
    columns: Sequence[str]
    rows: Sequence[tuple[str, Sequence[str]]]


def tile_side(rows: int, columns: int) -> int:
    """Return the side of the pictures of a sheet of so many rows and columns, in pixels."""
    return LARGE if 3 * LARGE**2 * rows * columns <= 2 * PAGE_BYTES else SMALL


def pages(sheet: Sheet, read: Read) -> Iterator[bytes]:
    """Yield the pages of a sheet as PNG bytes; the pictures of a page are read when it is drawn.

    Rows follow each other down a block, and blocks from left to right. No row is left out.
    """
    width = max(len(paths) for _, paths in sheet.rows)
    tile = tile_side(len(sheet.rows), width)
    on_page = max(1, PAGE_BYTES // (3 * tile**2 * width))
    starts = range(0, len(sheet.rows), on_page)
    letters = label_letters([label for label, _ in sheet.rows])
    for number, first in enumerate(starts, 1):
        heading = sheet.heading
        if len(starts) > 1:
            heading = replace(heading, title=f"{heading.title} (page {number} of {len(starts)})")
        rows = [
            (lined(label, letters), [read(path, tile) for path in paths])
            for label, paths in sheet.rows[first : first + on_page]
        ]
        yield png_bytes(_under(heading, _side_by_side(_blocks(rows, sheet.columns, tile, letters))))


def label_letters(labels: Sequence[str]) -> Letters:
    """Return letters with a margin for the widest line of the labels, as far as there is room."""
    face, (least, most) = font(LABEL), LABEL_WIDTHS
    widest = max(face.getlength(line) for label in labels for line in label.split("\n"))
    return Letters(LABEL, HEADER, min(most, max(least, math.ceil(widest))) + 4 * GAP)


def lined(label: str, letters: Letters) -> str:
    """Return a label in lines that are no wider than the margin of the letters; nothing is cut off."""
    face, room, lines = font(letters.size), letters.margin - 4 * GAP, [""]
    for letter in label:
        if letter == "\n" or face.getlength(lines[-1] + letter) > room:
            lines.append("")
        lines[-1] += letter.strip("\n")
    return "\n".join(lines)


def stacked_page(heading: Heading, parts: Sequence[Image.Image]) -> bytes:
    """Return a page as PNG bytes with its parts below each other under the heading."""
    width, height = max(part.width for part in parts), sum(part.height + GUTTER for part in parts) - GUTTER
    body, top = Image.new("RGB", (width, height), "white"), 0
    for part in parts:
        body.paste(part, (0, top))
        top += part.height + GUTTER
    return png_bytes(_under(heading, body))


def _blocks(
    rows: Sequence[tuple[str, Sequence[Image.Image]]], columns: Sequence[str], tile: int, letters: Letters
) -> list[Image.Image]:
    width = max(len(pictures) for _, pictures in rows)
    fitting = PAGE_WIDTH // (letters.margin + width * (tile + GAP) + GUTTER)
    count = max(1, min(fitting, math.ceil(len(rows) / BLOCK_ROWS)))
    of_block = math.ceil(len(rows) / count)
    starts = range(0, len(rows), of_block)
    return [picture_table(rows[first : first + of_block], columns, tile, letters) for first in starts]


def _side_by_side(blocks: Sequence[Image.Image]) -> Image.Image:
    width = sum(block.width + GUTTER for block in blocks) - GUTTER
    body, left = Image.new("RGB", (width, max(block.height for block in blocks)), "white"), 0
    for block in blocks:
        body.paste(block, (left, 0))
        left += block.width + GUTTER
    return body


def _under(heading: Heading, body: Image.Image) -> Image.Image:
    """Return a body under its heading, whose words are wrapped at the width of the page."""
    width = max(body.width, NARROWEST)
    styles = ((heading.title, True, TITLE, "black"), (heading.warning, True, TITLE, WARNING_COLOUR))
    lines = [
        (line, font(size, bold), size, colour)
        for words, bold, size, colour in (*styles, (heading.text, False, TEXT, "black"))
        for line in wrapped(words, font(size, bold), width)
    ]
    height = sum(line_height(size) for _, _, size, _ in lines) + EDGE
    page = Image.new("RGB", (width + 2 * EDGE, height + body.height + 2 * EDGE), "white")
    draw, top = ImageDraw.Draw(page), EDGE
    for line, face, size, colour in lines:
        draw.text((EDGE, top), line, fill=colour, font=face)
        top += line_height(size)
    page.paste(body, (EDGE, EDGE + height))
    return page


def line_height(size: int) -> int:
    """Return the height of a line of letters, in pixels."""
    return size + size // 2


def wrapped(text: str, face: ImageFont.FreeTypeFont, width: int) -> list[str]:
    """Break a text between words into lines of at most `width` pixels; newlines stay, no text has no line."""
    lines: list[str] = []
    for paragraph in text.split("\n") if text else []:
        line = ""
        for word in paragraph.split():
            longer = f"{line} {word}".strip()
            if line and face.getlength(longer) > width:
                lines.append(line)
                longer = word
            line = longer
        lines.append(line)
    return lines
