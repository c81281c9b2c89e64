"""Pictures laid out as tables: thumbnails and contact sheets for the report, figures for the tutorial."""

import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import fill

import numpy as np
from matplotlib import get_data_path, rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from cortex2image.plots.style import SETTINGS

Picture = NDArray[np.uint8]
LANCZOS = Image.Resampling.LANCZOS
HEADER, MARGIN, GAP = 16, 140, 2
"""Contact sheet, in pixels: height of the headings, width of the labels, distance between pictures."""
LABEL_CHARACTERS = 16
"""Width in characters at which the label of a row of a figure is wrapped."""


def thumbnail(picture: Picture, side: int = 96) -> Image.Image:
    """Return `picture` (H, W, 3) uint8 shrunk so that its longer side is at most `side`; never enlarged."""
    image = Image.fromarray(picture)
    image.thumbnail((side, side), LANCZOS)
    return image


def webp(image: Image.Image, quality: int = 88, effort: int = 4) -> bytes:
    """Encode a picture as lossy WebP, a quarter of the size of a PNG.

    Parameters
    ----------
    image : Image
    quality : int
        0 to 100.
    effort : int
        0 to 6: time spent on a smaller file.
    """
    buffer = io.BytesIO()
    image.save(buffer, format="WEBP", quality=quality, method=effort)
    return buffer.getvalue()


@dataclass(frozen=True)
class Letters:
    """Letters of a table of pictures, in pixels: their size, height of the headings, width of the labels."""

    size: int = 10
    header: int = HEADER
    margin: int = MARGIN


def font(size: int, bold: bool = False) -> ImageFont.FreeTypeFont:
    """Return the sans-serif letters that come with Matplotlib, `size` pixels high."""
    name = "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"
    return ImageFont.truetype(Path(get_data_path(), "fonts", "ttf", name), size)


def picture_table(
    rows: Sequence[tuple[str, Sequence[Image.Image]]],
    columns: Sequence[str] = (),
    tile: int = 64,
    letters: Letters = Letters(),
    corner: str = "",
) -> Image.Image:
    """Lay pictures out as a table.

    Parameters
    ----------
    rows : label and pictures of each row; every picture is resized to the tile
        A label may have several lines; of a line that is too wide the end is kept, which tells stimuli apart.
    columns : heading of each column of pictures; without headings the head of the table stays empty
    tile : int
        Side of a picture in pixels.
    letters : Letters
    corner : str
        Heading of the column of labels.
    """
    step, margin, header = tile + GAP, letters.margin, letters.header
    width = max((len(pictures) for _, pictures in rows), default=0)
    table = Image.new("RGB", (margin + step * width, header + step * len(rows)), "white")
    draw, face = ImageDraw.Draw(table), font(letters.size)
    for j, name in enumerate(columns):
        draw.text((margin + j * step + tile // 2, header // 2), name, fill="black", font=face, anchor="mm")
    draw.text((margin - 2 * GAP, header // 2), corner, fill="black", font=face, anchor="rm")
    for i, (label, pictures) in enumerate(rows):
        top = header + i * step
        lines = "\n".join(fitting(line, face, margin - 4 * GAP) for line in label.split("\n"))
        place = (margin - 2 * GAP, top + tile // 2)
        draw.text(place, lines, fill="black", font=face, anchor="rm", align="right")
        for j, picture in enumerate(pictures):
            resized = picture if picture.size == (tile, tile) else picture.resize((tile, tile), LANCZOS)
            table.paste(resized, (margin + j * step, top))
    return table


def fitting(text: str, face: ImageFont.FreeTypeFont, width: int) -> str:
    """Return `text`, or as much of its end behind an ellipsis as is at most `width` pixels wide."""
    shown = text
    while face.getlength(shown) > width and len(text) > 1:
        text = text[1:]
        shown = f"\N{HORIZONTAL ELLIPSIS}{text}"
    return shown


def contact_sheet(
    rows: Sequence[tuple[str, Sequence[Image.Image]]], columns: Sequence[str] = (), tile: int = 64
) -> bytes:
    """Return a table of pictures as PNG bytes; rows, columns and tile are those of :func:`picture_table`."""
    return png_bytes(picture_table(rows, columns, tile))


def png_bytes(image: Image.Image) -> bytes:
    """Encode a picture as PNG, which loses nothing."""
    buffer = io.BytesIO()
    image.save(buffer, format="PNG")
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
