"""Accuracy of encoding models along the axes of the diffusion process: numbers for a chart of the page."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pandas as pd

from cortex2image.plots.diffusion_axes import Line, Panel, axes_chart
from cortex2image.plots.style import svg
from cortex2image.report.figures import Figure
from cortex2image.report.model_sections import regions
from cortex2image.report.study import POOLED, StudyResults
from cortex2image.report.words import region_word
from cortex2image.study.encoding_figures import LAYERS, NOISE, STEPS, EncodingFigure, Point
from cortex2image.study.model_titles import layer_title

UNLABELLED = "unlabelled"
MOST_REGIONS = 10
"""Regions of the drawing, all voxels and the largest ones; the page and the tables have every region."""
X_LABELS = {NOISE: "noise level", STEPS: "denoising step", LAYERS: "layer of the U-Net"}
PLACES = {NOISE: "noise levels", STEPS: "denoising steps", LAYERS: "layers of the U-Net"}
"""What the points of an axis are, in words."""


@dataclass(frozen=True)
class Series:
    """Points that one line joins: its title, and (label, model) of each point."""

    title: str
    points: tuple[tuple[str, str], ...]


def series_of(figure: EncodingFigure) -> list[Series]:
    """Return the lines of an axis: over noise levels one, over steps one per noise level, over layers one
    per step."""
    groups: dict[str, list[Point]] = {}
    for point in figure.points:
        groups.setdefault(_group(figure.name, point), []).append(point)
    return [
        Series(title, tuple((_label(figure.name, point), point.model) for point in points))
        for title, points in groups.items()
    ]


def _group(name: str, point: Point) -> str:
    if name == STEPS:
        return f"from noise {point.noise:g}"
    return point.place if name == LAYERS else "after all steps"


def _label(name: str, point: Point) -> str:
    if name == LAYERS:
        return layer_title(point.layer)
    return f"{point.noise:g}" if name == NOISE else f"{point.step}"


def chart_data(study: StudyResults, figures: Sequence[EncodingFigure]) -> dict[str, object]:
    """Return what the script of the page draws: axes with their lines, and numbers by subject and region."""
    scores = study.encoding_scores
    models = {model for figure in figures for one in series_of(figure) for _, model in one.points}
    values: dict[str, dict[str, dict[str, list[float | None]]]] = {}
    for row in scores[scores["model"].isin(models)].itertuples():
        numbers = (row.mean_r, row.mean_r_low, row.mean_r_high, row.fraction_significant, row.voxels)
        shown = [None if pd.isna(number) else round(float(number), 6) for number in numbers]
        values.setdefault(str(row.subject), {}).setdefault(str(row.roi), {})[str(row.model)] = shown
    subjects = sorted(values, key=lambda subject: (subject != POOLED, subject))
    return {
        "axes": [_axis(figure) for figure in figures],
        "subjects": [{"name": s, "title": "all subjects" if s == POOLED else s} for s in subjects],
        "regions": [{"name": roi, "title": region_title(roi, study)} for roi in regions(scores)],
        "values": values,
        "fdr": study.settings.encode.fdr,
    }


def _axis(figure: EncodingFigure) -> dict[str, object]:
    lines = [{"title": one.title, "points": one.points} for one in series_of(figure)]
    return {"name": figure.name, "label": X_LABELS[figure.name], "lines": lines}


def region_title(roi: str, study: StudyResults) -> str:
    """Return a region in words, all voxels together included."""
    if roi == POOLED:
        return "all vertices" if study.on_surface else "all voxels"
    return region_word(roi).title


def axis_figure(study: StudyResults, figure: EncodingFigure) -> Figure:
    """Return the drawing of one axis: mean r of all subjects with its interval, a panel per region."""
    scores = study.encoding_scores
    pooled = scores[scores["subject"] == POOLED]
    subject = POOLED if len(pooled) else study.subjects[0]
    rows = pd.DataFrame(_rows(scores[scores["subject"] == subject], figure))
    # A region that one of several subjects alone has is on the page of that subject.
    drawn = set(rows["region"]) - {UNLABELLED}
    shown = [roi for roi in regions(scores) if roi in drawn][:MOST_REGIONS]
    panels = [_panel(rows[rows["region"] == roi], region_title(roi, study)) for roi in shown]
    best = rows[rows["region"] == POOLED].nlargest(1, "mean_r").iloc[0]
    alt = (
        f"Mean r over {PLACES[figure.name]} by region, {people(study)}; of all voxels the "
        f"largest is {best['mean_r']:.3f} at {best['at']} ({best['line']}). The table has every number."
    )
    target = str(study.folder.path("encoding_scores"))
    drawing = svg(axes_chart(panels, X_LABELS[figure.name]))
    return Figure(f"diffusion-{figure.name}", drawing, alt, rows, target)


def people(study: StudyResults) -> str:
    """Return whose means the drawing shows."""
    count = len(study.subjects)
    return f"mean of {count} subjects" if count > 1 else study.subjects[0]


def _rows(scores: pd.DataFrame, figure: EncodingFigure) -> Iterator[dict[str, object]]:
    by_model = scores.set_index(["model", "roi"])
    for one in series_of(figure):
        for label, model in one.points:
            for roi in regions(scores):
                if (model, roi) in by_model.index:
                    row = by_model.loc[(model, roi)]
                    yield {
                        "region": roi,
                        "line": one.title,
                        "at": label,
                        "model": model,
                        "voxels": row["voxels"],
                        "mean_r": row["mean_r"],
                        "low": row["mean_r_low"],
                        "high": row["mean_r_high"],
                        "share_significant": row["fraction_significant"],
                    }


def _panel(rows: pd.DataFrame, title: str) -> Panel:
    lines = [
        Line(
            name,
            own["at"].tolist(),
            *(own[column].to_numpy(float) for column in ("mean_r", "low", "high")),
        )
        for name, own in rows.groupby("line", sort=False)
    ]
    voxels = int(rows["voxels"].iloc[0])
    return Panel(f"{title}, n = {voxels:,}", tuple(lines))
