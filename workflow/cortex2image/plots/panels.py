"""Maps of voxels as panels of one figure, with shared colour scales and their bars below."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib import colormaps, rc_context
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize, to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from cortex2image.plots.canvas import Canvas
from cortex2image.plots.style import SETTINGS

WIDTH = 10.2
"""Width of a figure in inches."""
MARGIN, HEAD, GAP, FOOT = 0.06, 0.42, 0.14, 0.62
"""Inches: border, room for the titles of a panel, distance between panels, room for the bars."""
BELOW = "#bdbdbd"
"""Colour of voxels that are not shown: in none of the colour scales."""


@dataclass(frozen=True)
class Scale:
    """A colour scale of numbers from `low` to `high`, with a label that gives unit and meaning."""

    label: str
    colours: str
    low: float
    high: float

    def of(self, values: NDArray[np.floating]) -> NDArray[np.floating]:
        """Return the colours of values, (..., 4); values beyond an end take the colour of this end."""
        rgba: NDArray[np.floating] = colormaps[self.colours](Normalize(self.low, self.high)(values))
        return rgba


@dataclass(frozen=True)
class Panel:
    """One map: texts above it, the colour of each of v voxels (v, 3), and which voxels have one (v,)."""

    title: str
    note: str
    colours: NDArray[np.floating]
    shown: NDArray[np.bool_]


def number_panel(
    title: str, note: str, values: NDArray[np.floating], scale: Scale, shown: NDArray[np.bool_]
) -> Panel:
    """Return the panel of (v,) numbers on a scale."""
    return Panel(title, note, scale.of(values)[:, :3], shown)


def label_panel(title: str, note: str, labels: NDArray[np.str_], colours: Mapping[str, str]) -> Panel:
    """Return the panel of (v,) labels; voxels whose label has no colour are not shown."""
    shown = np.isin(labels, list(colours))
    table = np.array([to_rgb(colours.get(label, BELOW)) for label in labels.tolist()])
    return Panel(title, note, table, shown)


def rounded_end(values: Sequence[NDArray[np.floating]]) -> float:
    """Return the end of a scale for all of these maps: the 99th percentile of sizes, rounded up to 0.05."""
    pooled = np.abs(np.concatenate([np.ravel(each) for each in values]))
    return max(0.05, float(np.ceil(20 * np.percentile(pooled, 99) - 1e-9) / 20))


def ends(end: float) -> str:
    """Say what the two ends of a scale from 0 stand for: few voxels lie beyond the end."""
    return f"darkest: 0 or less, brightest: {end:g} or more"


def compose(canvas: Canvas, panel: Panel) -> NDArray[np.floating]:
    """Return the picture of a panel as (H, W, 3) numbers from 0 to 1; white outside the brain."""
    picture = np.where(np.isnan(canvas.cortex), 1.0, canvas.cortex)[..., None].repeat(3, axis=2)
    inside = canvas.voxels >= 0
    voxels = canvas.voxels[inside]
    # Grey voxels keep the pattern of gyri and sulci of a flat map.
    below = picture[inside] * np.asarray(to_rgb(BELOW))
    picture[inside] = np.where(panel.shown[voxels, None], panel.colours[voxels], below)
    return picture


def slices_that_fit(columns: int) -> int:
    """Return how many slices stand side by side in a panel, if a figure has this many columns."""
    return {1: 8, 2: 6, 3: 4, 4: 3}.get(columns, 2)


def draw_panels(
    canvas: Canvas,
    panels: Sequence[Panel],
    columns: int,
    scales: Sequence[Scale],
    labels: Mapping[str, str],
    below: str = "",
) -> Figure:
    """Draw panels row by row, and below them a bar for each scale and a legend of labels.

    Parameters
    ----------
    canvas : Canvas
        Where voxels lie in the picture.
    panels : sequence of Panel
    columns : int
        Panels in a row.
    scales : sequence of Scale
    labels : mapping of label to colour
    below : str
        Which voxels are grey; empty if none are.
    """
    width = (WIDTH - 2 * MARGIN - (columns - 1) * GAP) / columns
    rows, step = -(-len(panels) // columns), width * canvas.ratio + HEAD
    legend = [*labels.items(), *([(below, BELOW)] if below else [])]
    key = 0.3 if legend else 0.0
    height = rows * step + FOOT + key
    with rc_context(SETTINGS):
        figure = Figure(figsize=(WIDTH, height))
        for number, panel in enumerate(panels):
            left = MARGIN + number % columns * (width + GAP)
            bottom = height - (number // columns + 1) * step
            place = (left / WIDTH, bottom / height, width / WIDTH, (step - HEAD) / height)
            _draw(figure.add_axes(place), canvas, panel, sides=number == 0)
        _bars(figure, scales, height)
        if legend:
            patches = [Patch(color=colour, label=name) for name, colour in legend]
            corner = (0.5, FOOT / height)
            figure.legend(
                handles=patches, loc="lower center", bbox_to_anchor=corner, ncols=len(patches), frameon=False
            )
    return figure


def words_instead(text: str) -> Figure:
    """Return a figure that says in place of maps why there are none."""
    with rc_context(SETTINGS):
        figure = Figure(figsize=(WIDTH, 0.6))
        figure.text(0.5, 0.5, text, ha="center", va="center")
    return figure


def _draw(axes: Any, canvas: Canvas, panel: Panel, sides: bool) -> None:
    axes.imshow(compose(canvas, panel), origin="lower", aspect="auto", interpolation="nearest")
    axes.set_axis_off()
    axes.text(0, 1.0, panel.note, transform=axes.transAxes, fontsize=7.5, color="#555555", va="bottom")
    offset = {"xytext": (0, 11), "textcoords": "offset points", "va": "bottom", "fontsize": 9}
    axes.annotate(panel.title, (0, 1.0), xycoords="axes fraction", **offset)
    if sides:
        for x, letter, side in ((0.0, "L", "left"), (1 / canvas.parts, "R", "right")):
            axes.text(x, 0.5, letter, transform=axes.transAxes, ha=side, va="center", fontsize=8)


def _bars(figure: Figure, scales: Sequence[Scale], height: float) -> None:
    """Draw the bars of the scales side by side at the foot of a figure."""
    for number, scale in enumerate(scales):
        left = (number + 0.5) / len(scales) - 0.14
        axes = figure.add_axes((left, 0.42 / height, 0.28, 0.1 / height))
        mappable = ScalarMappable(Normalize(scale.low, scale.high), scale.colours)
        bar = figure.colorbar(mappable, cax=axes, orientation="horizontal")
        bar.set_label(scale.label, fontsize=8, labelpad=2)
        bar.locator = MaxNLocator(5)
        bar.update_ticks()
        bar.ax.tick_params(labelsize=7.5, length=2, pad=2)
        bar.outline.set_visible(False)
