"""A chart of scores by thirds of test stimuli, from near to a training stimulus to far from any."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from cortex2image.plots.style import colours, single_axes

PLACES = ("near", "middle", "far")
# Distance between the dots of two methods in a third, as a share of that between thirds.
APART = 0.09


@dataclass(frozen=True)
class Thirds:
    """Scores of a method in the three thirds, and the ends of their 95 % intervals, (3,) arrays."""

    value: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]


def thirds_chart(methods: Mapping[str, Thirds], stimuli: int, label: str) -> Figure:
    """Draw a line per method over near, middle and far test stimuli, with intervals.

    Parameters
    ----------
    methods : mapping of the name in the legend to Thirds
    stimuli : int
        Test stimuli in all three thirds.
    label : str
        Label of the value axis: the metric and its direction.
    """
    figure, axes = single_axes(5.2, 2.8)
    palette = colours(list(methods))
    for number, (name, thirds) in enumerate(methods.items()):
        places = np.arange(len(PLACES)) + APART * (number - (len(methods) - 1) / 2)
        axes.vlines(places, thirds.low, thirds.high, color=palette[name], linewidth=1.6)
        axes.plot(places, thirds.value, "o-", color=palette[name], markersize=5, linewidth=1, label=name)
    axes.set_xticks(range(len(PLACES)), ["near\n(most similar)", "middle", "far\n(least similar)"])
    axes.set_xlim(-0.5, len(PLACES) - 0.5)
    axes.set_xlabel(f"third of {stimuli} test stimuli, by similarity to the nearest training stimulus")
    axes.set_ylabel(label)
    axes.legend(frameon=False, fontsize=8, loc="center left", bbox_to_anchor=(1.0, 0.5))
    return figure
