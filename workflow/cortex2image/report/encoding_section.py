"""Section on the figures of encoding models: pictures with captions that say what they show, and tables."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypedDict

import pandas as pd

from cortex2image.encoding.quantities import ACCURACY, EVERY, PREFERRED, UNIQUE_BESIDE, UNIQUE_LATENT
from cortex2image.plots.canvas import FLAT, SLICES
from cortex2image.report.page import number, png_uri, svg_uri
from cortex2image.study.encoding_figures import EncodingFigure, Point, points_at
from cortex2image.study.model_titles import layer_title, model_title

if TYPE_CHECKING:
    from cortex2image.report.study import StudyResults

TITLES = {
    "spaces": "Picture, meaning, and both",
    "noise": "More noise, more meaning?",
    "steps": "Denoising step by step",
    "layers": "Layers of the U-Net",
}


@dataclass(frozen=True)
class DrawnFigure:
    """The files of one figure: maps of every voxel and of significant ones (PNG), regions (SVG), numbers.

    `canvas` says what the maps are drawn on: slices, or flat maps.
    """

    canvas: str
    table: pd.DataFrame
    every: bytes
    significant: bytes
    regions: bytes


class RegionCell(TypedDict):
    """The numbers of a region and model: the main one, and lines below it."""

    value: str
    lines: list[str]


class RegionRow(TypedDict):
    """One row of a table below a figure."""

    roi: str
    voxels: int
    cells: list[RegionCell]


class ShownFigure(TypedDict):
    """One figure on the page."""

    name: str
    title: str
    every: str
    significant: str
    regions: str
    canvas: str
    voxels: int
    stimuli: int | None
    none_significant: list[str]
    unique: bool
    preferred: bool
    headings: list[str]
    rows: list[RegionRow]


class SubjectFigures(TypedDict):
    """The figures of one subject."""

    subject: str
    figures: list[ShownFigure]


def figures_of_subjects(study: "StudyResults", figures: Sequence[EncodingFigure]) -> list[SubjectFigures]:
    """Return what a page shows of some figures, subject by subject; nothing without figures."""
    if not figures:
        return []
    return [
        {
            "subject": subject,
            "figures": [shown_figure(figure, study.drawn(subject, figure.name)) for figure in figures],
        }
        for subject in study.subjects
    ]


def shown_figure(figure: EncodingFigure, drawn: DrawnFigure) -> ShownFigure:
    """Return what the page shows of a figure.

    Parameters
    ----------
    figure : EncodingFigure
    drawn : DrawnFigure
        Its `table` is that of :func:`cortex2image.encoding.quantities.region_table`.
    """
    table = drawn.table
    every = table[(table["roi"] == EVERY) & (table["quantity"] == ACCURACY)]
    stimuli = table["test_stimuli"].dropna()
    return {
        "name": figure.name,
        "title": TITLES[figure.name],
        "every": png_uri(drawn.every),
        "significant": png_uri(drawn.significant),
        "regions": svg_uri(drawn.regions),
        "canvas": {SLICES: "slices", FLAT: "flat"}.get(drawn.canvas, ""),
        "voxels": int(every["voxels"].iloc[0]),
        "stimuli": int(stimuli.iloc[0]) if len(stimuli) else None,
        "none_significant": [model_title(m) for m in every.loc[every["share_significant"] == 0, "model"]],
        "unique": UNIQUE_LATENT in set(table["quantity"]),
        "preferred": PREFERRED in set(table["quantity"]),
        "headings": [heading(point) for point in _columns(figure)],
        "rows": region_rows(figure, table),
    }


def heading(point: Point) -> str:
    """Return the words above the column of a point."""
    return point.place or point.title


def _columns(figure: EncodingFigure) -> list[Point]:
    """Return the points that have a column: every point, of layers the first of each place."""
    return list({heading(point): point for point in reversed(figure.points)}.values())[::-1]


def region_rows(figure: EncodingFigure, table: pd.DataFrame) -> list[RegionRow]:
    """Return a row per region; a cell holds the mean r of a model, or of the best layer on average."""
    numbers = table.set_index(["roi", "quantity", "model"])
    sizes = table.drop_duplicates("roi").set_index("roi")["voxels"]
    return [
        {
            "roi": str(roi),
            "voxels": int(sizes[roi]),
            "cells": [
                _cell(points_at(figure, point.place) if point.layer else [point], numbers.loc[roi])
                for point in _columns(figure)
            ],
        }
        for roi in sizes.index
    ]


def _cell(points: Sequence[Point], numbers: pd.DataFrame) -> RegionCell:
    """Return the cell of one point, or of all layers at one place."""
    means = {point: float(numbers.loc[(ACCURACY, point.model), "mean"]) for point in points}
    best = max(means, key=means.__getitem__)
    lines = [f"{best.title} has the largest mean r"] if best.layer else []
    share = numbers.loc[(ACCURACY, best.model), "share_significant"]
    lines.append(f"significant {100 * share:.0f} %")
    if best.joint:
        unique = (numbers.loc[(kind, best.model), "mean"] for kind in (UNIQUE_LATENT, UNIQUE_BESIDE))
        lines.append("unique zc {}, z {}".format(*(number(float(part)) for part in unique)))
    if (PREFERRED, best.model) in numbers.index:
        shares = {p.layer: float(numbers.loc[(PREFERRED, p.model), "mean"]) for p in points}
        favourite = max(shares, key=shares.__getitem__)
        most = f"preferred most often: {layer_title(favourite)} ({100 * shares[favourite]:.0f} %)"
        lines.append(most if shares[favourite] else "no voxel decided")
    return {"value": number(means[best]), "lines": lines}
