"""Histograms of correlations."""

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from cortex2image.plots.style import colours, single_axes

EDGES = np.linspace(-1, 1, 81)
"""Bins of the histograms of correlations."""


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
