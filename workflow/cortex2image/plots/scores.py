"""One metric over the methods: value, interval, subjects, and what chance gives."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from cortex2image.plots.style import NULL_COLOUR, colours, single_axes

Values = NDArray[np.float64]
LONGEST_LABEL = 28


@dataclass(frozen=True)
class MethodScores:
    """One metric of several methods, all arrays of length methods; NaN where a method lacks it.

    Attributes
    ----------
    value, low, high : the score and the ends of its interval
    null_mean, null_sd : mean and standard deviation of the permutation null
    subjects : (subjects, methods) scores of the single subjects
    """

    value: Values
    low: Values
    high: Values
    null_mean: Values
    null_sd: Values
    subjects: Values


def score_panel(scores: MethodScores, methods: Sequence[str], label: str) -> Figure:
    """Draw one metric: a large dot with its interval per method, small dots for subjects, grey for the null.

    Parameters
    ----------
    scores : MethodScores
    methods : names along the horizontal axis
    label : str
        Label of the value axis: the metric and its direction.
    """
    figure, axes = single_axes(0.62 * len(methods) + 1.3, 2.3)
    places, palette = np.arange(len(methods)), colours(methods)
    axes.bar(
        places,
        4 * scores.null_sd,
        0.8,
        scores.null_mean - 2 * scores.null_sd,
        color=NULL_COLOUR,
        alpha=0.35,
        linewidth=0,
    )
    axes.hlines(scores.null_mean, places - 0.4, places + 0.4, color=NULL_COLOUR, linewidth=1)
    for j, method in enumerate(methods):
        colour = palette[method]
        axes.vlines(places[j], scores.low[j], scores.high[j], color=colour, linewidth=2)
        axes.plot(places[j], scores.value[j], "o", color=colour, markersize=7)
        beside = np.full(len(scores.subjects), places[j] + 0.22)
        axes.plot(beside, scores.subjects[:, j], "o", color=colour, markersize=3, alpha=0.7)
    axes.set_xticks(places, methods)
    axes.set_xlim(-0.6, len(methods) - 0.4)
    axes.set_ylabel(_broken(label))
    return figure


def _broken(label: str) -> str:
    """Break a name that is longer than the axis is high, at the underscore nearest to its middle."""
    if len(label) <= LONGEST_LABEL or "_" not in label:
        return label
    places = (place for place, letter in enumerate(label, 1) if letter == "_")
    middle = min(places, key=lambda place: abs(place - len(label) / 2))
    return f"{label[:middle]}\n{label[middle:]}"
