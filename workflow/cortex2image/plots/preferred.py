"""Sheets of the pictures that regions prefer, and of pictures that were synthesised for them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure
from PIL import Image, ImageDraw

from cortex2image.plots.gallery import Picture, TileRow, tiles

SIDE = 96
"""Side in pixels of a tile with words instead of a picture."""
LETTERS = 13
"""Letters that fit into a line of such a tile."""


@dataclass(frozen=True)
class Preferred:
    """Stimuli in the order of the predicted response of a region, the strongest first.

    Attributes
    ----------
    label : str
        Region and feature space.
    r : float
        Correlation of predicted and measured responses to test stimuli.
    stimuli : sequence of str
    predicted, measured : sequences of float
        In standard deviations; measured is NaN where it is not shown.
    """

    label: str
    r: float
    stimuli: Sequence[str]
    predicted: Sequence[float]
    measured: Sequence[float]


def preferred_sheet(ranked: Sequence[Preferred], pictures: Mapping[str, Picture], count: int) -> Figure:
    """Draw the first and the last `count` pictures of every ranking, with predicted (measured) responses.

    Parameters
    ----------
    ranked : sequence of Preferred
    pictures : mapping of stimulus to uint8 (H, W, 3), square
    count : int
    """
    rows = []
    for one in ranked:
        places = range(len(one.stimuli))
        for name, chosen in (("strongest", places[:count]), ("weakest", places[::-1][:count])):
            notes = [_note(one.predicted[i], one.measured[i]) for i in chosen]
            label = f"{one.label}: {name} (r={one.r:.2f})"
            rows.append(TileRow(label, [pictures[one.stimuli[i]] for i in chosen], notes))
    return tiles(rows, width=1.15 + 0.75 * count)


def synthesised_sheet(ways: Mapping[str, Mapping[str, Picture]]) -> Figure:
    """Draw the pictures on the way to a synthesised one: a row per region, notes below the pictures."""
    rows = [TileRow(region, list(way.values()), list(way)) for region, way in ways.items()]
    return tiles(rows, width=1.15 + 0.9 * max(len(way) for way in ways.values()))


def worded(text: str) -> Picture:
    """Return a square picture of words, for a stimulus whose picture is not known."""
    image = Image.new("RGB", (SIDE, SIDE), "#eeeeee")
    words = "\n".join(text[i : i + LETTERS] for i in range(0, len(text), LETTERS))
    ImageDraw.Draw(image).multiline_text(
        (SIDE // 2, SIDE // 2), words, fill="black", anchor="mm", align="center"
    )
    return np.asarray(image)


def rounded(value: float) -> str:
    """Return a value with one decimal, without a sign before zero."""
    return f"{round(value, 1) + 0.0:.1f}"


def _note(predicted: float, measured: float) -> str:
    return rounded(predicted) if np.isnan(measured) else f"{rounded(predicted)} ({rounded(measured)})"
