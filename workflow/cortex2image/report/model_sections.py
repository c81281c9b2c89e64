"""Sections on the linear models: features decoded from activity, voxels predicted from features."""

from collections.abc import Mapping, Sequence
from typing import TypedDict

import numpy as np
import pandas as pd

from cortex2image.plots.charts import EDGES, correlation_histograms
from cortex2image.plots.style import svg
from cortex2image.report.figures import Figure
from cortex2image.study.model_titles import space_title
from cortex2image.tables.folder import StudyFolder
from cortex2image.tables.scores import POOLED

FDR = 0.05
"""False discovery rate below which a decoded unit counts as significant."""


class DecodingRow(TypedDict):
    """How well one space was decoded in one subject; correlations are NaN if no unit has one."""

    subject: str
    space: str
    title: str
    units: int
    constant: int
    median_r: float
    top_r: float
    positive: float
    significant: float
    alpha: float


def decoding_rows(decoded: Mapping[tuple[str, str], pd.DataFrame]) -> list[DecodingRow]:
    """Summarise the tables `decoded_scores`, keyed by (subject, space)."""
    return [_row(subject, space, table) for (subject, space), table in decoded.items()]


def decoding_figures(
    decoded: Mapping[tuple[str, str], pd.DataFrame], spaces: Sequence[str], folder: StudyFolder
) -> list[Figure]:
    """Draw one histogram per space, an outline per subject.

    Parameters
    ----------
    decoded : tables `decoded_scores` by (subject, space)
    spaces : those to draw, in order
    folder : StudyFolder
        Knows the paths of these tables.
    """
    figures = []
    for space in spaces:
        series = {
            subject: table["r"].to_numpy(float) for (subject, name), table in decoded.items() if name == space
        }
        if series:
            target = folder.path("decoded_scores", subject=next(iter(series)), space=space)
            figures.append(_histogram(space, series, str(target)))
    return figures


def _histogram(space: str, series: Mapping[str, np.ndarray], target: str) -> Figure:
    title = space_title(space)
    units = max(len(r) for r in series.values())
    label = f"r of decoded and true values over test stimuli\n{title} ({units} units)"
    finite = {subject: r[np.isfinite(r)] for subject, r in series.items()}
    shares = {f"share_{s}": np.histogram(r, EDGES)[0] / max(len(r), 1) for s, r in finite.items()}
    table = pd.DataFrame({"r_from": EDGES[:-1], "r_to": EDGES[1:]} | shares)
    medians = ", ".join(f"{s} {np.median(r):.3f}" for s, r in finite.items() if len(r))
    return Figure(
        f"decoded-{space}",
        svg(correlation_histograms(series, label)),
        f"Histogram of r over the units of {title}; medians: {medians}",
        table.round(6),
        target,
    )


def _row(subject: str, space: str, table: pd.DataFrame) -> DecodingRow:
    r = table["r"].to_numpy(float)
    finite = r[np.isfinite(r)]
    median, top = np.percentile(finite, [50, 95]) if len(finite) else (np.nan, np.nan)
    return {
        "subject": subject,
        "space": space,
        "title": space_title(space),
        "units": len(r),
        "constant": len(r) - len(finite),
        "median_r": float(median),
        "top_r": float(top),
        "positive": float((finite > 0).mean()) if len(finite) else np.nan,
        "significant": float((table["q_permutation"].dropna() < FDR).mean()),
        "alpha": float(np.exp(np.log(table["alpha"]).mean())),
    }


class EncodingTable(TypedDict):
    """All regions of one subject: a row per region, a cell per model (None where the model was not run)."""

    subject: str
    rows: list[dict[str, object]]


def encoding_tables(scores: pd.DataFrame, models: Sequence[str]) -> list[EncodingTable]:
    """Return one table per subject, regions below each other and models side by side."""
    return [_table(subject, scores[scores["subject"] == subject], models) for subject in _subjects(scores)]


def regions(scores: pd.DataFrame) -> list[str]:
    """Return the regions in the order of the table, after the row of all voxels together."""
    return sorted(dict.fromkeys(scores["roi"]), key=lambda roi: roi != POOLED)


def _subjects(scores: pd.DataFrame) -> list[str]:
    return sorted(set(scores["subject"]), key=lambda subject: (subject != POOLED, subject))


def _table(subject: str, scores: pd.DataFrame, models: Sequence[str]) -> EncodingTable:
    by_region = scores.set_index(["roi", "model"])
    rows: list[dict[str, object]] = []
    for roi in regions(scores):
        cells = [
            by_region.loc[(roi, model)].to_dict() if (roi, model) in by_region.index else None
            for model in models
        ]
        voxels = next(cell["voxels"] for cell in cells if cell is not None)
        rows.append({"roi": roi, "voxels": voxels, "cells": cells})
    return {"subject": subject, "rows": rows}
