"""Pictures for the report: thumbnails, and all of them on one sheet."""

import io
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

Picture = NDArray[np.uint8]
HEADER, MARGIN, GAP = 16, 140, 2
"""Pixels of a contact sheet: height of the headings, width of the labels, distance between pictures."""
LABEL_LENGTH = 22
"""Characters of a label that fit into the margin; the last ones are kept, they tell stimuli apart."""


def thumbnail(picture: Picture, side: int = 96) -> Image.Image:
    """Return `picture` (H, W, 3) uint8 shrunk so that its longer side is at most `side`; never enlarged."""
    image = Image.fromarray(picture)
    image.thumbnail((side, side), Image.Resampling.LANCZOS)
    return image


def webp(image: Image.Image, quality: int = 88) -> bytes:
    """Encode a picture for a page: lossy, a quarter of the size of a PNG."""
    buffer = io.BytesIO()
    image.save(buffer, format="WEBP", quality=quality, method=4)
    return buffer.getvalue()


def contact_sheet(
    rows: Sequence[tuple[str, Sequence[Image.Image]]], columns: Sequence[str] = (), tile: int = 64
) -> bytes:
    """Lay pictures out as a table and return it as PNG bytes.

    Parameters
    ----------
    rows : label and pictures of each row; every picture is resized to the tile
    columns : heading of each picture; none leaves the head of the sheet empty
    tile : int
        Side of a picture in pixels.
    """
    step = tile + GAP
    width = max((len(pictures) for _, pictures in rows), default=0)
    sheet = Image.new("RGB", (MARGIN + step * width, HEADER + step * len(rows)), "white")
    draw = ImageDraw.Draw(sheet)
    for j, name in enumerate(columns):
        draw.text((MARGIN + j * step + tile // 2, HEADER // 2), name, fill="black", anchor="mm")
    for i, (label, pictures) in enumerate(rows):
        top = HEADER + i * step
        draw.text((MARGIN - 2 * GAP, top + tile // 2), label[-LABEL_LENGTH:], fill="black", anchor="rm")
        for j, picture in enumerate(pictures):
            sheet.paste(picture.resize((tile, tile), Image.Resampling.LANCZOS), (MARGIN + j * step, top))
    buffer = io.BytesIO()
    sheet.save(buffer, format="PNG")
    return buffer.getvalue()
