"""Summaries by region beside the maps of the encoding models: means with quartiles, shares of layers."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib import colormaps, rc_context
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from cortex2image.encoding.quantities import (
    ACCURACY,
    EVERY,
    PREFERRED,
    UNIQUE_BESIDE,
    UNIQUE_LATENT,
)
from cortex2image.plots.encoding_maps import layer_colours
from cortex2image.plots.panels import WIDTH
from cortex2image.plots.style import PALETTE, SETTINGS, colours
from cortex2image.study.encoding_figures import LAYERS, SPACES, EncodingFigure, Point, points_at
from cortex2image.study.model_titles import layer_title, model_title

MOST_REGIONS, IN_A_ROW = 10, 5
"""Regions that a figure shows, all voxels and the largest ones; the table has every region."""
UNLABELLED = "unlabelled"
LINES = {
    ACCURACY: (PALETTE[0], "r of zc"),
    UNIQUE_LATENT: (PALETTE[5], "unique to zc, beside z"),
    UNIQUE_BESIDE: (PALETTE[2], "unique to z, beside zc"),
}
"""Colour and name of the lines of each quantity."""


def draw_region_profiles(figure: EncodingFigure, table: pd.DataFrame, unit: str = "voxels") -> Figure:
    """Draw the table of :func:`cortex2image.encoding.quantities.region_table` of the same figure."""
    regions = shown_regions(table)
    titles = _sized(table, regions, unit)
    if figure.name == SPACES:
        return _dots(table, titles)
    if figure.name == LAYERS:
        return _layers(figure, table, titles)
    return _curves(figure, table, titles)


def shown_regions(table: pd.DataFrame) -> list[str]:
    """Return all voxels together and the largest regions, without the voxels that no region has."""
    names = [name for name in dict.fromkeys(table["roi"]) if name != UNLABELLED]
    return names[:MOST_REGIONS]


def _sized(table: pd.DataFrame, regions: Sequence[str], unit: str) -> dict[str, str]:
    """Return the name and the size of each region in words."""
    sizes = table.drop_duplicates("roi").set_index("roi")["voxels"]
    names = {roi: f"all {unit}" if roi == EVERY else roi for roi in regions}
    return {roi: f"{name}\n{sizes[roi]:,} {unit}" for roi, name in names.items()}


def _dots(table: pd.DataFrame, titles: Mapping[str, str]) -> Figure:
    """Draw a group per region, in it a dot per model with the quartiles of voxels."""
    models = list(dict.fromkeys(table["model"]))
    palette, places = colours(models), np.arange(len(titles))
    with rc_context(SETTINGS):
        figure = Figure(figsize=(WIDTH, 2.9), layout="constrained")
        axes = figure.subplots()
        for j, model in enumerate(models):
            own = table[table["model"] == model].set_index("roi").loc[list(titles)]
            x = places + 0.6 * ((j + 0.5) / len(models) - 0.5)
            axes.vlines(
                x, own["lower_quartile"], own["upper_quartile"], color=palette[model], alpha=0.45, lw=3
            )
            axes.plot(x, own["mean"], "o", color=palette[model], label=model_title(model), ms=6)
        axes.axhline(0, color="black", linewidth=0.6)
        axes.set_xticks(places, list(titles.values()), fontsize=8)
        axes.set_ylabel("r, mean and quartiles of voxels")
        figure.legend(loc="outside upper center", ncols=min(len(models), 8), frameon=False)
    return figure


def _grid(regions: Sequence[str], rows: int) -> tuple[Figure, dict[str, list[Any]]]:
    """Return a figure with `rows` axes below each other for every region, by its name."""
    blocks = [regions[i : i + IN_A_ROW] for i in range(0, len(regions), IN_A_ROW)]
    columns = min(len(regions), IN_A_ROW)
    figure = Figure(figsize=(WIDTH, 0.4 + 1.95 * rows * len(blocks)), layout="constrained")
    every = figure.subplots(rows * len(blocks), columns, squeeze=False)
    axes = {
        roi: [every[rows * b + row, j] for row in range(rows)]
        for b, block in enumerate(blocks)
        for j, roi in enumerate(block)
    }
    for spare in set(every.flat) - {a for column in axes.values() for a in column}:
        spare.set_visible(False)
    return figure, axes


def _curves(figure: EncodingFigure, table: pd.DataFrame, titles: Mapping[str, str]) -> Figure:
    """Draw r over the points of a figure and, below, the unique variance of both bands."""
    kinds = list(dict.fromkeys(table["quantity"]))
    labels = ["mean r over voxels", "mean unique R²"][: 1 + (len(kinds) > 1)]
    with rc_context(SETTINGS):
        drawing, axes = _grid(list(titles), len(labels))
        for roi, title in titles.items():
            axes[roi][0].set_title(title, fontsize=8.5)
            own = table[table["roi"] == roi].set_index(["quantity", "model"])
            for kind in kinds:
                for start, models in _runs(figure.points):
                    _line(axes[roi][kind != ACCURACY], own.loc[kind].loc[models], *LINES[kind], start)
            for each in axes[roi]:
                _mark_points(each, figure.points)
        _finish(drawing, list(axes.values()), labels)
    return drawing


def _runs(points: Sequence[Point]) -> list[tuple[int, list[str]]]:
    """Return the models that one line joins, with the place of the first: steps of one noise level."""
    noises = list(dict.fromkeys(point.noise if point.step else None for point in points))
    together = [[p.model for p in points if noise in (None, p.noise)] for noise in noises]
    starts = np.cumsum([0, *map(len, together)])
    return list(zip(starts.tolist(), together, strict=False))


def _mark_points(axes: Any, points: Sequence[Point]) -> None:
    """Label the horizontal axis with noise levels, or with steps and the noise that they count from."""
    noises = {point.noise for point in points}
    if points[0].step is None:
        ticks, label = [f"{point.noise:g}" for point in points], "noise level"
    elif len(noises) == 1:
        ticks, label = [str(point.step) for point in points], f"step, from noise {points[0].noise:g}"
    else:
        ticks, label = [f"{point.step}\n{point.noise:g}" for point in points], "step, noise level"
    axes.set_xticks(range(len(points)), ticks, fontsize=7.5)
    axes.set_xlabel(label, fontsize=8)


def _line(axes: Any, rows: pd.DataFrame, colour: str, name: str, start: int = 0) -> None:
    x = start + np.arange(len(rows))
    axes.fill_between(x, rows["lower_quartile"], rows["upper_quartile"], color=colour, alpha=0.13, lw=0)
    axes.plot(x, rows["mean"], "o-", color=colour, label=name, ms=4, lw=1.5)


def _layers(figure: EncodingFigure, table: pd.DataFrame, titles: Mapping[str, str]) -> Figure:
    """Draw the share of voxels that prefer each layer, step by step, and r over layers."""
    palette = layer_colours(figure)
    labels = [*(["share of voxels"] if figure.families else []), "mean r over voxels"]
    places = list(dict.fromkeys(point.place for point in figure.points))
    shades = dict(zip(places, _shades(len(places)), strict=True))
    with rc_context(SETTINGS):
        drawing, axes = _grid(list(titles), len(labels))
        for roi, title in titles.items():
            axes[roi][0].set_title(title, fontsize=8.5)
            own = table[table["roi"] == roi].set_index(["quantity", "model"])
            if figure.families:
                _shares(axes[roi][0], figure, own.loc[PREFERRED], palette)
            for place in places:
                models = [point.model for point in points_at(figure, place)]
                _line(axes[roi][-1], own.loc[ACCURACY].loc[models], shades[place], place)
            layers = range(len(palette)), [layer_title(layer) for layer in palette]
            axes[roi][-1].set_xticks(*layers, rotation=45, ha="right", fontsize=7.5)
        _finish(drawing, list(axes.values()), labels)
    return drawing


def _shades(count: int) -> list[str]:
    """Return blues from light to dark, in the order of the steps."""
    return [to_hex(colormaps["Blues"](x)) for x in np.linspace(0.4, 1.0, count)]


def _shares(axes: Any, figure: EncodingFigure, rows: pd.DataFrame, palette: Mapping[str, str]) -> None:
    """Stack the shares of the layers at each step; what is left is not decided."""
    for x, (place, _) in enumerate(figure.families):
        base = 0.0
        for point in points_at(figure, place):
            share = float(rows.loc[point.model, "mean"])
            axes.bar(x, share, 0.7, base, color=palette[point.layer], label=point.title)
            base += share
    axes.set_ylim(0, 1)
    _mark_points(axes, [points_at(figure, place)[0] for place, _ in figure.families])


def _finish(figure: Figure, columns: Sequence[Sequence[Any]], labels: Sequence[str]) -> None:
    """Give the axes of one quantity one range, the first in a row its label, and the figure a legend."""
    handles: dict[str, Any] = {}
    for row, label in enumerate(labels):
        same = [column[row] for column in columns]
        low, high = min(a.get_ylim()[0] for a in same), max(a.get_ylim()[1] for a in same)
        for number, axes in enumerate(same):
            axes.set_ylim(low, high)
            axes.axhline(0, color="black", linewidth=0.6, zorder=0)
            axes.tick_params(labelleft=number % IN_A_ROW == 0)
            if number % IN_A_ROW == 0:
                axes.set_ylabel(label)
            found, names = axes.get_legend_handles_labels()
            handles |= dict(zip(names, found, strict=True))
    columns_of_legend = min(len(handles), 9)
    figure.legend(
        handles.values(), handles, loc="outside upper center", ncols=columns_of_legend, frameon=False
    )
