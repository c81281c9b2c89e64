"""Charts of numbers: scores over methods, histograms of correlations."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from textwrap import fill

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike, NDArray

from cortex2image.plots.style import NULL_COLOUR, colours, single_axes

Values = NDArray[np.float64]
LONGEST_LABEL = 28
"""Number of characters of an axis label that fit into the height of a panel."""
LABEL_CHARACTERS = 9
"""Width in characters at which the name of a method below its column is wrapped."""
EDGES = np.linspace(-1, 1, 81)
"""Bins of the histograms of correlations."""


@dataclass(frozen=True)
class MethodScores:
    """The scores of several methods by one metric; NaN where a method lacks the metric.

    Attributes
    ----------
    value, low, high : (methods,) arrays, the score and the ends of its interval
    null_mean, null_sd : (methods,) arrays, mean and standard deviation of the permutation null
    subjects : (subjects, methods) array, scores of the single subjects
    """

    value: Values
    low: Values
    high: Values
    null_mean: Values
    null_sd: Values
    subjects: Values


def score_panel(scores: MethodScores, methods: Sequence[str], label: str) -> Figure:
    """Draw one metric: per method a large dot with its interval, small dots for subjects, the null in grey.

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
    axes.set_xticks(places, [fill(name, LABEL_CHARACTERS) for name in methods])
    axes.set_xlim(-0.6, len(methods) - 0.4)
    axes.set_ylabel(_broken(label))
    return figure


def _broken(label: str) -> str:
    """Break a label at spaces or underscores into the fewest lines of like length that fit the axis."""
    places = np.array([place for place, letter in enumerate(label, 1) if letter in "_ "])
    lines = [label]
    for count in range(2, len(places) + 2):
        if max(map(len, lines)) <= LONGEST_LABEL:
            break
        wanted = [len(label) * number / count for number in range(1, count)]
        ends = sorted({int(places[abs(places - end).argmin()]) for end in wanted})
        lines = [label[first:last].rstrip() for first, last in pairwise([0, *ends, len(label)])]
    return "\n".join(lines)


def correlation_histograms(values: Mapping[str, ArrayLike], label: str) -> Figure:
    """Draw the distribution of correlations in each series (subject), as shares of its units.

    Parameters
    ----------
    values : mapping of series name to (units,) array in [-1, 1]; NaN values are left out
    label : str
        Label of the correlation axis.
    """
    figure, axes = single_axes(3.6, 2.4)
    palette = colours(list(values))
    for name, series in values.items():
        finite = np.asarray(series, dtype=float)
        finite = finite[np.isfinite(finite)]
        counts, _ = np.histogram(finite, EDGES)
        axes.stairs(100 * counts / max(len(finite), 1), EDGES, color=palette[name], label=name, linewidth=1.4)
    axes.axvline(0, color="black", linewidth=0.6)
    axes.set_xlim(*_limits(values))
    axes.set_xlabel(label)
    axes.set_ylabel("units (%)")
    axes.legend(frameon=False, fontsize=8)
    return figure


def _limits(values: Mapping[str, ArrayLike]) -> tuple[float, float]:
    pooled = np.concatenate([np.ravel(np.asarray(series, dtype=float)) for series in values.values()])
    pooled = pooled[np.isfinite(pooled)]
    if not len(pooled):
        return -1.0, 1.0
    return max(-1.0, pooled.min() - 0.05), min(1.0, pooled.max() + 0.05)
