"""Accuracy along an axis of the diffusion process: small panels of regions, lines with intervals."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib import rc_context
from matplotlib.figure import Figure
from numpy.typing import NDArray

from cortex2image.plots.style import PALETTE, SETTINGS

IN_A_ROW = 5
MARKERS = "os^Dv*Xp"
Values = NDArray[np.float64]


@dataclass(frozen=True)
class Line:
    """A line: its name, the labels of its points, (points,) means and the ends of their intervals."""

    name: str
    labels: Sequence[str]
    mean: Values
    low: Values
    high: Values


@dataclass(frozen=True)
class Panel:
    """The lines of one region, under a title."""

    title: str
    lines: Sequence[Line]


def axes_chart(panels: Sequence[Panel], x_label: str) -> Figure:
    """Draw panels of one scale: lines from point to point, bars for intervals."""
    labels = list(dict.fromkeys(label for panel in panels for line in panel.lines for label in line.labels))
    names = list(dict.fromkeys(line.name for panel in panels for line in panel.lines))
    rows = -(-len(panels) // IN_A_ROW)
    turned = max(map(len, labels)) > 4
    with rc_context(SETTINGS):
        figure = Figure(figsize=(7.4, 0.7 + (2.0 if turned else 1.6) * rows), layout="constrained")
        every = figure.subplots(rows, min(len(panels), IN_A_ROW), squeeze=False, sharey=True)
        for axes, panel in zip(every.flat, panels, strict=False):
            for line in panel.lines:
                number = names.index(line.name)
                x = np.array([labels.index(label) for label in line.labels])
                x = x + 0.08 * (number - (len(names) - 1) / 2)
                colour = PALETTE[number % len(PALETTE)]
                axes.vlines(x, line.low, line.high, color=colour, lw=1, alpha=0.6)
                marker = MARKERS[number % len(MARKERS)]
                axes.plot(x, line.mean, f"{marker}-", color=colour, ms=4, lw=1.2, label=line.name)
            axes.axhline(0, color="black", lw=0.6, zorder=0)
            axes.set_title(panel.title, fontsize=8)
            turn = {"rotation": 45, "ha": "right"} if turned else {}
            axes.set_xticks(range(len(labels)), labels, fontsize=7, **turn)
            axes.set_xlim(-0.4, len(labels) - 0.6)
            axes.tick_params(axis="y", labelsize=7)
        for spare in every.flat[len(panels) :]:
            spare.set_visible(False)
        figure.supxlabel(x_label, fontsize=8.5)
        figure.supylabel("mean r over voxels", fontsize=8.5)
        handles, found = every[0, 0].get_legend_handles_labels()
        figure.legend(handles, found, loc="outside upper center", ncols=min(len(names), 5), frameon=False)
    return figure
