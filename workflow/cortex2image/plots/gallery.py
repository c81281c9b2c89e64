"""Pictures laid out as tables: thumbnails and contact sheets for the report, figures for the tutorial."""

import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from textwrap import fill

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from cortex2image.plots.style import SETTINGS

Picture = NDArray[np.uint8]
HEADER, MARGIN, GAP = 16, 140, 2
"""Contact sheet, in pixels: height of the headings, width of the labels, distance between pictures."""
LABEL_LENGTH = 22
"""Characters of a label on a contact sheet; the last ones, which tell stimuli apart, are kept."""
LABEL_CHARACTERS = 16
"""Width in characters at which the label of a row of a figure is wrapped."""


def thumbnail(picture: Picture, side: int = 96) -> Image.Image:
    """Return `picture` (H, W, 3) uint8 shrunk so that its longer side is at most `side`; never enlarged."""
    image = Image.fromarray(picture)
    image.thumbnail((side, side), Image.Resampling.LANCZOS)
    return image


def webp(image: Image.Image, quality: int = 88) -> bytes:
    """Encode a picture as lossy WebP, a quarter of the size of a PNG."""
    buffer = io.BytesIO()
    image.save(buffer, format="WEBP", quality=quality, method=4)
    return buffer.getvalue()


def contact_sheet(
    rows: Sequence[tuple[str, Sequence[Image.Image]]], columns: Sequence[str] = (), tile: int = 64
) -> bytes:
    """Lay pictures out as a table and return the sheet as PNG bytes.

    Parameters
    ----------
    rows : label and pictures of each row; every picture is resized to the tile
    columns : heading of each column of pictures; without headings the head of the sheet stays empty
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


@dataclass(frozen=True)
class TileRow:
    """One row of a figure: uint8 pictures, (H, W) grey or (H, W, 3) RGB, a label before them, notes below."""

    label: str
    pictures: Sequence[Picture]
    notes: Sequence[str] = field(default=())


def tiles(rows: Sequence[TileRow], headings: Sequence[str] = (), width: float = 6.2) -> Figure:
    """Draw rows of pictures as a figure.

    Parameters
    ----------
    rows : sequence of TileRow
    headings : texts above the pictures of the first row
    width : float
        Width of the figure in inches. Pictures share the width beside the labels, so that the height follows
        from their number.
    """
    columns = max(len(row.pictures) for row in rows)
    margin = 1.15 if any(row.label for row in rows) else 0.1
    side = (width - margin) / columns
    heights = [side + (0.16 if row.notes else 0.0) for row in rows]
    head = 0.2 if headings else 0.05
    height = head + sum(heights)
    with rc_context(SETTINGS):
        figure = Figure(figsize=(width, height))
        top = height - head
        for number, (row, extent) in enumerate(zip(rows, heights, strict=True)):
            label = fill(row.label, LABEL_CHARACTERS)
            figure.text(
                (margin - 0.08) / width, (top - side / 2) / height, label, ha="right", va="center", size=8
            )
            for column, picture in enumerate(row.pictures):
                corner = ((margin + column * side) / width, (top - side) / height)
                axes = figure.add_axes((*corner, 0.96 * side / width, 0.96 * side / height))
                _show(axes, picture)
                if number == 0 and column < len(headings):
                    axes.set_title(headings[column], size=8, pad=3)
                if column < len(row.notes):
                    axes.set_xlabel(row.notes[column], size=7, labelpad=2)
            top -= extent
    return figure


def _show(axes: Axes, picture: Picture) -> None:
    axes.imshow(picture, cmap="gray", vmin=0, vmax=255, interpolation="nearest")
    axes.set_xticks([])
    axes.set_yticks([])
    axes.spines[:].set_visible(False)
