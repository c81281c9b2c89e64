"""The sheet of a series over strength and steps: a table of pictures per number of steps, and a chart."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib import rc_context
from matplotlib.figure import Figure
from PIL import Image

from cortex2image.plots.gallery import Letters, picture_table
from cortex2image.plots.sheets import Heading, label_letters, lined, stacked_page, tile_side
from cortex2image.plots.style import SETTINGS, colours, png


@dataclass(frozen=True)
class SeriesPictures:
    """Pictures of a series, uint8 (n, height, width, 3), in the order of the n `stimuli`.

    Attributes
    ----------
    stimuli : sequence of str
    before : name of a column -> pictures
        What stands before the cells: the picture that was seen, if known, and the coarse picture.
    cells : (steps, strength) -> pictures
        In the order in which they are shown.
    own : (steps, strength)
        Those of the study, which are marked.
    """

    stimuli: Sequence[str]
    before: Mapping[str, np.ndarray]
    cells: Mapping[tuple[int, float], np.ndarray]
    own: tuple[int, float]


def series_page(heading: Heading, drawn: SeriesPictures, chart: Figure) -> bytes:
    """Return the sheet as PNG bytes: rows of stimuli by steps, columns of strengths, the chart below."""
    counts = list(dict.fromkeys(steps for steps, _ in drawn.cells))
    columns = len(drawn.before) + len(drawn.cells) // len(counts)
    tile = tile_side(len(counts) * len(drawn.stimuli), columns)
    letters = label_letters(drawn.stimuli)
    tables = [_table(drawn, steps, tile, letters) for steps in counts]
    return stacked_page(heading, [*tables, Image.open(io.BytesIO(png(chart, dpi=110))).convert("RGB")])


def _table(drawn: SeriesPictures, steps: int, tile: int, letters: Letters) -> Image.Image:
    shown = {strength: cell for (count, strength), cell in drawn.cells.items() if count == steps}
    marks = ["*" if (steps, strength) == drawn.own else "" for strength in shown]
    names = [*drawn.before, *(f"{strength:g}{mark}" for strength, mark in zip(shown, marks, strict=True))]
    columns = [*drawn.before.values(), *shown.values()]
    rows = [
        (lined(name, letters), [Image.fromarray(column[i]) for column in columns])
        for i, name in enumerate(drawn.stimuli)
    ]
    return picture_table(rows, names, tile, letters, f"{steps} steps")


def trade_off_chart(
    strengths: Sequence[float], coarse: Mapping[int, np.ndarray], seen: Mapping[int, np.ndarray] | None
) -> Figure:
    """Draw how pictures follow the coarse picture of z, and the picture that was seen, as strength grows.

    Parameters
    ----------
    strengths : n floats
    coarse, seen : number of steps -> (n,) mean pixel correlation over stimuli
        `seen` is None where the data set does not say what was seen.
    """
    panels = {"with the coarse picture of z": coarse, **({"with the picture seen": seen} if seen else {})}
    palette = colours([str(steps) for steps in coarse])
    with rc_context(SETTINGS):
        figure = Figure(figsize=(3.6 * len(panels) + 0.8, 2.8), layout="constrained")
        places = figure.subplots(1, len(panels), squeeze=False, sharey=True)[0]
        for axes, (name, curves) in zip(places, panels.items(), strict=True):
            for steps, values in curves.items():
                label, colour = f"{steps} steps", palette[str(steps)]
                axes.plot(strengths, values, "o-", color=colour, markersize=4, label=label)
            axes.set_xlabel("strength")
            axes.set_ylabel(f"pixel correlation\n{name}")
            axes.set_xlim(0, 1.03)
        figure.legend(*axes.get_legend_handles_labels(), loc="outside right upper", frameon=False)
    return figure
