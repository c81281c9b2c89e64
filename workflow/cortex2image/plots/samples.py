"""Scores by what is made of the samples of a stimulus: a panel per metric, a row per method."""

from collections.abc import Mapping, Sequence
from textwrap import fill

import pandas as pd
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from cortex2image.plots.style import PALETTE, SETTINGS

WIDTH, ROW_HEIGHT = 4.9, 0.42
LABEL_CHARACTERS, AXIS_CHARACTERS = 18, 52
MARKERS: Mapping[str, tuple[str, str, str]] = {
    "one_sample": ("o", "white", PALETTE[0]),
    "mean": ("o", PALETTE[0], PALETTE[0]),
    "by_brain": ("^", PALETTE[1], PALETTE[1]),
    "by_truth": ("s", PALETTE[2], PALETTE[2]),
    "worst": ("x", PALETTE[5], PALETTE[5]),
}
"""Marker, face and edge of what is made of the samples; places in a row are in this order."""
APART = 0.15


def samples_chart(panels: Mapping[str, pd.DataFrame], names: Mapping[str, str]) -> Figure:
    """Draw a panel per metric with a row per method, and a marker with its 95 % interval per use of samples.

    Parameters
    ----------
    panels : mapping of the label of an axis to a DataFrame
        Columns ``method`` (in words), ``use`` (of :data:`MARKERS`), ``value``, ``ci_low``, ``ci_high``.
    names : mapping of each use to its name in the legend
    """
    counts = [rows["method"].nunique() for rows in panels.values()]
    with rc_context(SETTINGS):
        size = WIDTH, sum(ROW_HEIGHT * count + 0.55 for count in counts) + 0.5
        figure = Figure(figsize=size, layout="constrained")
        grid = figure.subplots(len(panels), 1, squeeze=False, height_ratios=counts)
        for axes, (label, rows) in zip(grid[:, 0], panels.items(), strict=True):
            _draw(axes, rows)
            axes.set_xlabel("\n".join(fill(line, AXIS_CHARACTERS) for line in label.splitlines()))
        drawn = pd.concat(panels.values())["use"].unique()
        uses = [use for use in MARKERS if use in drawn]
        handles, words = [_mark(use) for use in uses], [names[use] for use in uses]
        figure.legend(handles, words, loc="outside lower center", ncols=2, frameon=False)
    return figure


def _draw(axes: Axes, rows: pd.DataFrame) -> None:
    methods = list(dict.fromkeys(rows["method"]))[::-1]
    for place, method in enumerate(methods):
        of_method = rows[rows["method"] == method]
        for row in of_method.to_dict("records"):
            use = row["use"]
            at = place + APART * ((len(MARKERS) - 1) / 2 - list(MARKERS).index(use))
            axes.hlines(at, row["ci_low"], row["ci_high"], color=MARKERS[use][2], linewidth=1.2)
            axes.add_line(_mark(use, [row["value"]], [at]))
    axes.set_yticks(range(len(methods)), [fill(method, LABEL_CHARACTERS) for method in methods])
    axes.set_ylim(-0.6, len(methods) - 0.4)
    axes.tick_params(axis="y", length=0)
    axes.autoscale_view(scaley=False)


def _mark(use: str, x: Sequence[float] = (), y: Sequence[float] = ()) -> Line2D:
    marker, face, edge = MARKERS[use]
    return Line2D(x, y, linestyle="", marker=marker, markersize=5, markerfacecolor=face, markeredgecolor=edge)
