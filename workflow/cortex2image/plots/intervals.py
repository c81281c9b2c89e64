"""Small multiples of dots with intervals: a panel per quantity, places along it, a colour per series."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from textwrap import fill

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from cortex2image.plots.style import NULL_COLOUR, SETTINGS, colours

Values = NDArray[np.float64]
COLUMNS, PANEL_WIDTH, PANEL_HEIGHT = 3, 3.4, 2.5
"""Panels in a row, and their size in inches."""
TITLE_CHARACTERS, TICK_CHARACTERS, LABEL_CHARACTERS = 42, 12, 26
MARKERS = "osD^vPX*"
"""Shapes, so that series differ without colour."""


@dataclass(frozen=True)
class Dots:
    """Values of a series at each place of a panel, and the ends of their intervals; NaN where missing."""

    value: Values
    low: Values
    high: Values


@dataclass(frozen=True)
class IntervalPanel:
    """A panel.

    Attributes
    ----------
    title : str
        What is drawn, and of how many.
    label : str
        Label of the vertical axis, with unit.
    places : sequence of str
        Below the horizontal axis.
    series : mapping of name to Dots
    null : (places,) array or None
        Chance level at each place.
    """

    title: str
    label: str
    places: Sequence[str]
    series: Mapping[str, Dots]
    null: Values | None = None


def interval_panels(panels: Sequence[IntervalPanel], x_label: str, null_name: str = "shuffled") -> Figure:
    """Draw panels row by row under one legend; series keep their colour and shape over panels.

    Parameters
    ----------
    panels : sequence of IntervalPanel
    x_label : str
        Label of the horizontal axes.
    null_name : str
        What the grey marks are, in the legend.
    """
    names = list(dict.fromkeys(name for panel in panels for name in panel.series))
    palette = colours(names)
    shapes = {name: MARKERS[i % len(MARKERS)] for i, name in enumerate(names)}
    columns = min(COLUMNS, len(panels))
    rows = -(-len(panels) // columns)
    # Names of regions and subjects are text, whatever they hold: a dollar sign begins no formula.
    with rc_context({**SETTINGS, "text.parse_math": False}):
        figure = Figure(figsize=(PANEL_WIDTH * columns, PANEL_HEIGHT * rows + 0.5), layout="constrained")
        grid = figure.subplots(rows, columns, squeeze=False)
        for axes, panel in zip(grid.flat, panels, strict=False):
            _draw(axes, panel, palette, shapes)
            axes.set_xlabel(x_label)
        for axes in grid.flat[len(panels) :]:
            axes.set_axis_off()
        handles = [
            Line2D([], [], color=palette[n], marker=shapes[n], linewidth=1.6, markersize=5) for n in names
        ]
        shown = [fill(name, TITLE_CHARACTERS) for name in names]
        if any(panel.null is not None for panel in panels):
            handles, shown = [*handles, Line2D([], [], color=NULL_COLOUR, linewidth=1.6)], [*shown, null_name]
        figure.legend(handles, shown, loc="outside upper center", ncols=min(4, len(shown)), frameon=False)
    return figure


def _draw(axes: Axes, panel: IntervalPanel, palette: Mapping[str, str], shapes: Mapping[str, str]) -> None:
    x, count = np.arange(len(panel.places)), len(panel.series)
    if panel.null is not None:
        axes.hlines(panel.null, x - 0.4, x + 0.4, color=NULL_COLOUR, linewidth=1.6)
    for number, (name, dots) in enumerate(panel.series.items()):
        along = x + 0.7 * ((number + 0.5) / count - 0.5)
        axes.vlines(along, dots.low, dots.high, color=palette[name], linewidth=1.6)
        axes.plot(along, dots.value, shapes[name], color=palette[name], markersize=5)
    crowded = len(panel.places) > 4
    ticks = [place if crowded else fill(place, TICK_CHARACTERS) for place in panel.places]
    axes.set_xticks(x, ticks, rotation=45 if crowded else 0, ha="right" if crowded else "center", fontsize=8)
    axes.set_xlim(-0.6, len(panel.places) - 0.4)
    axes.set_ylabel(fill(panel.label, LABEL_CHARACTERS))
    axes.set_title(fill(panel.title, TITLE_CHARACTERS), fontsize=9)
