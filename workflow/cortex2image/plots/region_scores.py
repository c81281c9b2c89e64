"""Scores of encoding models by region: mean r, r as a share of its ceiling, share of significant voxels."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cortex2image.plots.style import SETTINGS, colours

MOST_REGIONS = 20
SPREAD = 0.6
"""Share of the height of a region in which its models lie."""
PANELS = {
    "mean_r": "mean r of its voxels, 95 % interval",
    "mean_r_ceiling_normalised": "r as a share of its noise ceiling",
    "fraction_significant": "share of significant voxels",
}


def draw_region_scores(scores: pd.DataFrame, models: Mapping[str, str], regions: Mapping[str, str]) -> Figure:
    """Draw a row per region and in it a dot per model, in a panel per score.

    Parameters
    ----------
    scores : DataFrame
        Rows of `encoding_scores` of one subject.
    models, regions : name -> words
        In the order in which they are drawn, from top to bottom.
    """
    rows = scores.set_index(["model", "roi"])
    palette = colours(list(models))
    with rc_context(SETTINGS):
        height = 1.0 + len(regions) * (0.26 + 0.11 * len(models))
        figure = Figure(figsize=(9.2, height), layout="constrained")
        panels = figure.subplots(1, len(PANELS), sharey=True)
        for axes, (column, label) in zip(panels, PANELS.items(), strict=True):
            for number, (model, title) in enumerate(models.items()):
                place = _places(len(regions), number, len(models))
                own = rows.loc[model].reindex(list(regions))
                _dots(axes, own, column, place, palette[model], title)
            _finish(axes, label, list(regions.values()))
        handles, titles = panels[0].get_legend_handles_labels()
        figure.legend(handles, titles, loc="outside upper center", ncols=min(3, len(models)), frameon=False)
    return figure


def shown_regions(scores: pd.DataFrame) -> list[str]:
    """Return all voxels together and the largest regions, at most :data:`MOST_REGIONS`."""
    sizes = scores.groupby("roi")["voxels"].max().drop("all", errors="ignore")
    largest = sizes.sort_values(ascending=False, kind="stable").index.tolist()
    return ["all", *largest][:MOST_REGIONS]


def _places(regions: int, number: int, models: int) -> np.ndarray:
    places: np.ndarray = np.arange(regions) + SPREAD * ((number + 0.5) / models - 0.5)
    return places


def _dots(axes: Axes, rows: pd.DataFrame, column: str, places: np.ndarray, colour: str, title: str) -> None:
    if column == "mean_r":
        axes.hlines(places, rows["mean_r_low"], rows["mean_r_high"], color=colour, alpha=0.5, lw=2.5)
    axes.plot(rows[column].astype(float), places, "o", color=colour, ms=5, label=title)


def _finish(axes: Axes, label: str, regions: Sequence[str]) -> None:
    axes.axvline(0, color="black", linewidth=0.6, zorder=0)
    axes.set_yticks(range(len(regions)), list(regions), fontsize=8)
    axes.set_ylim(len(regions) - 0.5, -0.5)
    axes.set_xlabel(label, fontsize=8.5)
    axes.set_axisbelow(True)
    axes.grid(axis="x", color="#dddddd", linewidth=0.6)
