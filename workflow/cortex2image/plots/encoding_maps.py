"""The maps of each figure of the encoding models: which panels it has, on which scales."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib import colormaps
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from cortex2image.encoding.quantities import (
    ACCURACY,
    UNIQUE_BESIDE,
    UNIQUE_LATENT,
    Quantity,
    VoxelResults,
    quantities,
)
from cortex2image.plots.canvas import FLAT, Canvas
from cortex2image.plots.panels import Panel, Scale, draw_panels, ends, label_panel, number_panel, rounded_end
from cortex2image.plots.style import PALETTE
from cortex2image.study.encoding_figures import LAYERS, SPACES, EncodingFigure, points_at
from cortex2image.study.model_titles import layer_title

CONTRAST = ("c", "z")
"""The two models whose difference is drawn: semantic minus visual latent."""
ACCURACY_COLOURS, UNIQUE_COLOURS, DIFFERENCE_COLOURS = "viridis", "plasma", "berlin"


def columns_of(figure: EncodingFigure, flat: bool) -> int:
    """Return the number of panels in a row of a figure."""
    if figure.name == LAYERS:
        return len(dict.fromkeys(point.place for point in figure.points))
    if figure.name != SPACES and all(point.joint for point in figure.points):
        return 3
    return 2 if flat else 1


def draw_encoding_maps(
    figure: EncodingFigure, results: VoxelResults, canvas: Canvas, thresholded: bool
) -> Figure:
    """Draw the maps of a figure.

    Panels of one quantity share a scale, which is the same with and without a threshold.

    Parameters
    ----------
    figure : EncodingFigure
    results : VoxelResults
    canvas : Canvas
    thresholded : bool
        Whether voxels that are not significant are grey. In ``layers``, voxels without a decided preference
        are grey either way.
    """
    shown = quantities(figure, results)
    scales = _scales(shown)
    panels = {(q.kind, q.point.model): _panel(q, results, scales[q.kind], thresholded) for q in shown}
    columns = columns_of(figure, flat=canvas.kind == FLAT)
    bars = list(dict.fromkeys(scales.values()))
    below = f"q of {results.fdr:g} or more" if thresholded else ""
    if figure.name == LAYERS:
        return _draw_layers(figure, results, canvas, panels, columns, bars, below)
    ordered = list(panels.values())
    if figure.name == SPACES and set(CONTRAST) <= set(results.r):
        panel, bar = _difference(results, thresholded)
        ordered, bars = [*ordered, panel], [*bars, bar]
    return draw_panels(canvas, ordered, columns, bars, {}, below)


def _scales(shown: list[Quantity]) -> dict[str, Scale]:
    """Return a scale of r and, if there is unique variance, one of R^2 for both bands."""
    kinds = {quantity.kind for quantity in shown}
    accuracy = _end([q for q in shown if q.kind == ACCURACY])
    scales = {ACCURACY: Scale(f"r on test stimuli; {ends(accuracy)}", ACCURACY_COLOURS, 0.0, accuracy)}
    if kinds - {ACCURACY}:
        end = _end([q for q in shown if q.kind != ACCURACY])
        unique = Scale(f"unique R² on test stimuli; {ends(end)}", UNIQUE_COLOURS, 0.0, end)
        scales |= {UNIQUE_LATENT: unique, UNIQUE_BESIDE: unique}
    return scales


def _end(shown: Sequence[Quantity]) -> float:
    """Return the end of the scale: of significant voxels, lest a whole brain of silent ones decides it."""
    significant = [q.values[q.significant] for q in shown if q.significant.any()]
    return rounded_end(significant or [np.maximum(q.values, 0) for q in shown])


def _panel(quantity: Quantity, results: VoxelResults, scale: Scale, thresholded: bool) -> Panel:
    point = quantity.point
    shown = quantity.significant if thresholded else np.ones(len(quantity.values), dtype=bool)
    words = {
        ACCURACY: f"r of {point.title}",
        UNIQUE_LATENT: f"unique to {point.title}, beside z",
        UNIQUE_BESIDE: f"unique to z, beside {point.title}",
    }[quantity.kind]
    title = f"{point.place}: {words}" if point.place else words
    return number_panel(title, _counted(quantity.significant, results), quantity.values, scale, shown)


def _counted(significant: np.ndarray, results: VoxelResults) -> str:
    """Return how many voxels are significant, in words."""
    count = f"{significant.sum():,}" if significant.any() else "none"
    return f"{count} of {len(significant):,} {results.unit} with q < {results.fdr:g}"


def _difference(results: VoxelResults, thresholded: bool) -> tuple[Panel, Scale]:
    first, second = CONTRAST
    values = results.r[first] - results.r[second]
    either = (results.q[first] < results.fdr) | (results.q[second] < results.fdr)
    end = rounded_end([values[either] if either.any() else values])
    label = f"difference of r; red: {first}, blue: {second} predicts better; palest: by {end:g} or more"
    scale = Scale(label, DIFFERENCE_COLOURS, -end, end)
    note = f"no test of the difference; {_counted(either, results)} for one of them"
    shown = either if thresholded else np.ones(len(values), dtype=bool)
    return number_panel(f"r of {first} \N{MINUS SIGN} r of {second}", note, values, scale, shown), scale


def layer_colours(figure: EncodingFigure) -> dict[str, str]:
    """Return a colour for each layer of a figure, by its name."""
    layers = list(dict.fromkeys(point.layer for point in figure.points))
    if len(layers) <= len(PALETTE):
        return dict(zip(layers, PALETTE, strict=False))
    steps = np.linspace(0, 1, len(layers))
    return {layer: to_hex(colormaps["viridis"](x)) for layer, x in zip(layers, steps, strict=True)}


def _draw_layers(
    figure: EncodingFigure,
    results: VoxelResults,
    canvas: Canvas,
    panels: Mapping[tuple[str, str], Panel],
    columns: int,
    bars: list[Scale],
    below: str,
) -> Figure:
    """Draw a column per step: the preferred layers on top, r of each layer below."""
    palette, families = layer_colours(figure), dict(figure.families)
    places = list(dict.fromkeys(point.place for point in figure.points))
    best = [_best_panel(figure, place, results, palette) for place in places if place in families]
    ordered = best if len(best) == columns else []
    for layer in palette:
        ordered += [panels[ACCURACY, point.model] for point in figure.points if point.layer == layer]
    below = "; ".join(["preference not decided", *([below] if below else [])]) if families else below
    legend = {layer_title(layer): colour for layer, colour in palette.items()} if families else {}
    return draw_panels(canvas, ordered, columns, bars, legend, below)


def _best_panel(
    figure: EncodingFigure, place: str, results: VoxelResults, palette: Mapping[str, str]
) -> Panel:
    chosen = results.preferred[dict(figure.families)[place]]
    colours = {point.model: palette[point.layer] for point in points_at(figure, place)}
    decided = int(np.count_nonzero(chosen != ""))
    note = f"{decided:,} of {len(chosen):,} {results.unit} decided"
    return label_panel(f"{place}: preferred layer", note, chosen, colours)
