"""A chart of one metric: the score of every method between its bounds, and the values of single stimuli."""

from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import fill

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from cortex2image.plots.style import NULL_COLOUR, PALETTE, single_axes

WIDTH, ROW_HEIGHT = 4.9, 0.5
"""Inches of a chart, and of a method in it."""
DOTS = 20
"""Dots of a distribution: each stands for 5 % of the stimuli."""
BINS = 40
"""Places of dots along the axis."""
LABEL_CHARACTERS, AXIS_CHARACTERS = 18, 52
COLOUR, FLOOR, CEILING = PALETTE[0], PALETTE[5], PALETTE[2]


@dataclass(frozen=True)
class Distribution:
    """A method's score by one metric, with what stands beside it; NaN for what it lacks.

    Attributes
    ----------
    method : str
        Its name in words.
    stimuli : (n,) array
        Values of single stimuli, of all subjects; empty if they are not known.
    subjects : (subjects,) array
        Scores of single subjects.
    value, low, high : float
        The score, and the ends of its 95 % interval.
    null_mean, null_sd : float
        Mean and standard deviation of the permutation null of the score.
    floor, ceiling : float
    """

    method: str
    stimuli: NDArray[np.float64]
    subjects: NDArray[np.float64]
    value: float
    low: float
    high: float
    null_mean: float
    null_sd: float
    floor: float
    ceiling: float


def distribution_chart(rows: Sequence[Distribution], label: str) -> Figure:
    """Draw a row per method, the first on top.

    Above its line 20 dots show the values of single stimuli (Kay et al. 2016, CHI, quantile dotplots). On it
    stand the score with its interval, single subjects as small rings, floor and ceiling as red and green
    lines, and the null of the score, mean and two standard deviations, in grey.

    Parameters
    ----------
    rows : sequence of Distribution
    label : str
        Label of the axis: the metric with unit, direction and number of stimuli.
    """
    figure, axes = single_axes(WIDTH, ROW_HEIGHT * len(rows) + 0.85)
    width = _bin_width(rows)
    for place, row in enumerate(reversed(rows)):
        _draw_null(axes, place, row)
        _draw_stimuli(axes, place, row.stimuli, width)
        _draw_score(axes, place, row)
    axes.set_ylim(-0.5, len(rows) - 0.15)
    axes.set_yticks(range(len(rows)), [fill(row.method, LABEL_CHARACTERS) for row in reversed(rows)])
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel("\n".join(fill(line, AXIS_CHARACTERS) for line in label.splitlines()))
    return figure


def quantile_dots(values: NDArray[np.float64], width: float) -> tuple[NDArray[np.float64], NDArray[np.int_]]:
    """Return the places of dots along the axis, (20,), in bins of a width, and their places in a pile."""
    middle = (np.arange(DOTS) + 0.5) / DOTS
    bins = np.round(np.quantile(values, middle) / width).astype(int)
    heights = np.array([int((bins[:i] == bins[i]).sum()) for i in range(DOTS)])
    return bins * width, heights


def _bin_width(rows: Sequence[Distribution]) -> float:
    values = np.concatenate([row.stimuli for row in rows])
    values = values[np.isfinite(values)]
    return float(np.ptp(values)) / BINS or 1.0 if len(values) else 1.0


def _draw_null(axes: Axes, place: int, row: Distribution) -> None:
    spread = (row.null_mean - 2 * row.null_sd, 4 * row.null_sd)
    axes.broken_barh([spread], (place - 0.3, 0.36), facecolor=NULL_COLOUR, alpha=0.35, linewidth=0)
    axes.vlines(row.null_mean, place - 0.3, place + 0.06, color=NULL_COLOUR, linewidth=1)


def _draw_stimuli(axes: Axes, place: int, values: NDArray[np.float64], width: float) -> None:
    finite = values[np.isfinite(values)]
    if not len(finite):
        return
    along, heights = quantile_dots(finite, width)
    step = min(0.12, 0.62 / max(1, heights.max()))
    axes.plot(
        along, place + 0.14 + step * heights, "o", color=COLOUR, markersize=2.6, alpha=0.45, markeredgewidth=0
    )


def _draw_score(axes: Axes, place: int, row: Distribution) -> None:
    at = place - 0.12
    for bound, colour in ((row.floor, FLOOR), (row.ceiling, CEILING)):
        axes.vlines(bound, at - 0.2, at + 0.2, color=colour, linewidth=1.8)
    axes.hlines(at, row.low, row.high, color=COLOUR, linewidth=2.2)
    axes.plot(row.value, at, "o", color=COLOUR, markersize=6)
    beside = np.full(len(row.subjects), at - 0.17)
    axes.plot(row.subjects, beside, "o", color=COLOUR, markersize=3.2, markerfacecolor="white")
