"""Grouped bars: a value per group (ROI) and series (encoding model)."""

from collections.abc import Sequence

import numpy as np
from matplotlib import rc_context
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from cortex2image.plots.style import SETTINGS, colours, single_axes


def grouped_bars(values: ArrayLike, groups: Sequence[str], series: Sequence[str], label: str) -> Figure:
    """Draw one cluster of bars per group.

    Parameters
    ----------
    values : (groups, series) array; NaN leaves a gap
    groups, series : names along the axis and in the legend
    label : str
        Label of the value axis, with its unit.
    """
    values = np.asarray(values, dtype=float)
    figure, axes = single_axes(max(3.2, 0.7 * len(groups) + 1.4), 2.6)
    palette, width = colours(series), 0.8 / max(len(series), 1)
    places = np.arange(len(groups))
    for j, name in enumerate(series):
        offset = (j - (len(series) - 1) / 2) * width
        axes.bar(places + offset, values[:, j], width, color=palette[name], label=name)
    axes.axhline(0, color="black", linewidth=0.6)
    axes.set_xticks(places, groups, rotation=30, ha="right")
    axes.set_ylabel(label)
    with rc_context(SETTINGS):
        figure.legend(loc="outside upper center", ncols=min(len(series), 4), frameon=False)
    return figure
