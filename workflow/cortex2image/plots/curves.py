"""Curves over steps: several series with their intervals, and levels to compare them with."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from cortex2image.plots.style import NULL_COLOUR, SETTINGS, colours, single_axes

Values = NDArray[np.float64]


@dataclass(frozen=True)
class Curve:
    """A series over steps: name, group (curves of a group share a colour), values (s,) and their interval.

    A `control` is drawn dashed and thin, without its interval.
    """

    name: str
    group: str
    values: Values
    low: Values | None = None
    high: Values | None = None
    control: bool = False


@dataclass(frozen=True)
class Bars:
    """Values of a group beside the curves, one for each of the shared `names`; NaN leaves a gap."""

    group: str
    values: Sequence[float]


def curves_with_bars(
    curves: Sequence[Curve],
    bars: Sequence[Bars],
    names: Sequence[str],
    x_label: str,
    label: str,
    control: str,
) -> Figure:
    """Draw curves over steps from 1, and beside them bars of single values on the same axis.

    Parameters
    ----------
    curves : sequence of Curve
    bars : sequence of Bars
    names : what the bars of a group show, below the axis
    x_label, label : labels of the axes
    control : what dashed curves are, for the legend
    """
    palette = colours(list(dict.fromkeys(curve.group for curve in curves)))
    with rc_context(SETTINGS):
        figure = Figure(figsize=(6.6, 3.0), layout="constrained")
        left, right = figure.subplots(1, 2, sharey=True, width_ratios=(3, 1))
        _draw(left, curves, palette)
        left.set_xlabel(x_label)
        left.set_ylabel(label)
        width = 0.8 / max(len(bars), 1)
        for number, bar in enumerate(bars):
            places = np.arange(len(names)) + (number - (len(bars) - 1) / 2) * width
            right.bar(places, bar.values, width, color=palette[bar.group])
        right.set_xticks(range(len(names)), names)
        left.set_ylim(bottom=0)
        left.plot([], [], "--", color=NULL_COLOUR, linewidth=1, label=control)
        figure.legend(loc="outside upper center", ncols=3, frameon=False)
    return figure


def curves_with_levels(
    curves: Sequence[Curve], levels: dict[str, float], level_name: str, x_label: str, label: str
) -> Figure:
    """Draw curves over steps from 0, and a dotted line at the level of each group.

    Parameters
    ----------
    curves : sequence of Curve
    levels : mapping of group to value
    level_name : what the dotted lines are, for the legend
    x_label, label : labels of the axes
    """
    palette = colours(list(dict.fromkeys(curve.group for curve in curves)))
    figure, axes = single_axes(4.6, 3.0)
    _draw(axes, curves, palette, first=0)
    for number, (group, value) in enumerate(levels.items()):
        name = level_name if number == 0 else "_"
        axes.axhline(value, color=palette[group], linewidth=1, linestyle=":", label=name)
    axes.set_xlabel(x_label)
    axes.set_ylabel(label)
    with rc_context(SETTINGS):
        figure.legend(loc="outside upper center", ncols=3, frameon=False)
    return figure


def _draw(axes: Axes, curves: Sequence[Curve], palette: dict[str, str], first: int = 1) -> None:
    for curve in curves:
        x, colour = np.arange(first, first + len(curve.values)), palette[curve.group]
        style, width = ("--", 1.0) if curve.control else ("-", 1.8)
        axes.plot(
            x, curve.values, style, color=colour, linewidth=width, label="_" if curve.control else curve.name
        )
        if curve.low is not None and curve.high is not None and not curve.control:
            axes.fill_between(x, curve.low, curve.high, color=colour, alpha=0.2, linewidth=0)
