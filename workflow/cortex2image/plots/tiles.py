"""Rows of pictures with headings above and a note below each."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from textwrap import fill

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from cortex2image.plots.style import SETTINGS

LABEL_CHARACTERS = 16
"""Width at which the label of a row is wrapped."""


@dataclass(frozen=True)
class TileRow:
    """One row: uint8 pictures, (H, W) grey or (H, W, 3) RGB, `notes` below them and a `label` before them."""

    label: str
    pictures: Sequence[NDArray]
    notes: Sequence[str] = field(default=())


def tiles(rows: Sequence[TileRow], headings: Sequence[str] = (), width: float = 6.2) -> Figure:
    """Draw rows of pictures as a table.

    Parameters
    ----------
    rows : sequence of TileRow
    headings : above the first row, from the first picture on
    width : float
        Inches; pictures share what the labels leave, so height follows from their number.
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


def _show(axes: Axes, picture: NDArray) -> None:
    axes.imshow(picture, cmap="gray", vmin=0, vmax=255, interpolation="nearest")
    axes.set_xticks([])
    axes.set_yticks([])
    axes.spines[:].set_visible(False)
