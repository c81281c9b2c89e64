"""Charts of the quality of data: motion of runs, and noise ceilings of voxels."""

from collections.abc import Mapping

import numpy as np
from matplotlib import rc_context
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike

from cortex2image.plots.style import NULL_COLOUR, SETTINGS, colours, single_axes

MARKERS = "os^Dv*Xp"
EDGES = np.linspace(0, 1, 41)
"""Bins of noise ceilings."""
IN_A_ROW = 4


def motion_chart(subjects: Mapping[str, ArrayLike], limits: Mapping[str, float]) -> Figure:
    """Draw the mean framewise displacement of every run in its order, a series of points per subject.

    Parameters
    ----------
    subjects : subject -> (runs,) array in mm; NaN leaves a gap
    limits : words -> value of a dashed line
    """
    figure, axes = single_axes(7.2, 2.6)
    palette = colours(list(subjects))
    for number, (subject, values) in enumerate(subjects.items()):
        shown = np.asarray(values, dtype=float)
        marker, places = MARKERS[number % len(MARKERS)], 1 + np.arange(len(shown))
        axes.plot(places, shown, f"{marker}-", color=palette[subject], lw=0.8, ms=4, label=subject)
    top = max(float(np.nanmax(np.asarray(values, dtype=float))) for values in subjects.values())
    for words, limit in limits.items():
        if limit < 1.6 * top:
            axes.axhline(limit, color=NULL_COLOUR, lw=1, ls="--")
            axes.annotate(
                words, (1, limit), (0, 2), textcoords="offset points", fontsize=7.5, color="#555555"
            )
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    axes.set_xlim(0.5, max(np.size(values) for values in subjects.values()) + 0.5)
    axes.set_ylim(bottom=0)
    axes.set_xlabel("run, in the order of recording")
    axes.set_ylabel("mean framewise\ndisplacement (mm)")
    with rc_context(SETTINGS):
        figure.legend(loc="outside upper center", ncols=min(len(subjects), 6), frameon=False)
    return figure


def ceiling_histograms(regions: Mapping[str, Mapping[str, ArrayLike]]) -> Figure:
    """Draw the noise ceilings of voxels, a panel per region and an outline per subject.

    Parameters
    ----------
    regions : title of a panel -> subject -> (voxels,) array, share of variance in [0, 1]
    """
    subjects = list(dict.fromkeys(subject for panel in regions.values() for subject in panel))
    palette = colours(subjects)
    rows = -(-len(regions) // IN_A_ROW)
    with rc_context(SETTINGS):
        figure = Figure(figsize=(7.2, 0.5 + 1.7 * rows), layout="constrained")
        panels = figure.subplots(rows, min(len(regions), IN_A_ROW), squeeze=False, sharex=True, sharey=True)
        for axes, (title, series) in zip(panels.flat, regions.items(), strict=False):
            for subject, values in series.items():
                shares = 100 * np.histogram(values, EDGES)[0] / max(np.size(values), 1)
                axes.stairs(shares, EDGES, color=palette[subject], lw=1.3, label=subject)
            axes.set_title(title, fontsize=8.5)
            axes.tick_params(labelsize=7.5, labelbottom=True)
        for spare in panels.flat[len(regions) :]:
            spare.set_visible(False)
        figure.supxlabel("noise ceiling (share of the variance of a mean test response)", fontsize=8.5)
        figure.supylabel("voxels (%)", fontsize=8.5)
        handles, names = panels[0, 0].get_legend_handles_labels()
        figure.legend(handles, names, loc="outside upper center", ncols=min(len(subjects), 6), frameon=False)
    return figure
