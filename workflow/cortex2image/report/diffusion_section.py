"""Figures of single subjects on the page of the diffusion process, and what targets beside the report add."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from cortex2image.report.diffusion_axes import PLACES
from cortex2image.report.encoding_section import ShownFigure, shown_figure
from cortex2image.report.figures import Figure
from cortex2image.report.study import StudyResults
from cortex2image.study.encoding_figures import EncodingFigure
from cortex2image.tables.regions import RANDOM, REGION


@dataclass(frozen=True)
class SubjectFigure:
    """One figure of a subject: what it shows, its regions as a figure, and links to its maps."""

    shown: ShownFigure
    regions: Figure
    every: str
    significant: str


def subject_figures(
    study: StudyResults, figures: Sequence[EncodingFigure]
) -> tuple[dict[str, list[SubjectFigure]], dict[str, Path]]:
    """Return subject -> its figures, and the maps as downloads."""
    found: dict[str, list[SubjectFigure]] = {}
    maps: dict[str, Path] = {}
    for subject in study.subjects if figures else ():
        for figure in figures:
            name = f"{figure.name}-{subject}"
            for kind, source in (("every", "figure"), ("significant", "significant_figure")):
                path = study.folder.open(source, subject=subject, figure=figure.name)
                maps[f"diffusion/{name}-{kind}.png"] = path
            found.setdefault(subject, []).append(_subject_figure(study, subject, figure, name))
    return found, maps


def _subject_figure(study: StudyResults, subject: str, figure: EncodingFigure, name: str) -> SubjectFigure:
    drawn = study.drawn(subject, figure.name)
    target = str(study.folder.path("figure_table", subject=subject, figure=figure.name))
    alt = f"Mean r of the regions of {subject} over {PLACES[figure.name]}. The table has every number."
    links = [f"downloads/diffusion/{name}-{kind}.png" for kind in ("every", "significant")]
    return SubjectFigure(
        shown_figure(figure, drawn), Figure(name, drawn.regions, alt, drawn.table, target), *links
    )


@dataclass(frozen=True)
class Extra:
    """Pictures that a target of its own makes: files by subject, what they show, and the target."""

    name: str
    title: str
    words: str
    target: str


EXTRAS = (
    Extra(
        "series_sheet",
        "Strength and steps",
        "Rows: test stimuli; columns: how far the decoded layout is noised (strength), and in how many steps "
        "it is "
        "denoised under the decoded meaning. Small strength keeps the layout of z, strength 1 keeps nothing "
        "of it.",
        "series",
    ),
    Extra(
        "attribution_chart",
        "What pictures lose without a region",
        "Voxels of one region are set to their training mean before decoding. Lines: how far the picture "
        "that the "
        "model has in mind at each step moves away; dashed: the same with as many random voxels of all "
        "regions.",
        "attribute",
    ),
    Extra(
        "attribution_sheet",
        "Pictures without a region",
        "What was seen, the full reconstruction, and the reconstruction without each region, from the same "
        "noise.",
        "attribute",
    ),
    Extra(
        "preferred_test",
        "Test pictures that a region prefers",
        "Test pictures in the order of the response that an encoding model predicts for the mean of a "
        "region's "
        "voxels: the highest and the lowest.",
        "prefer",
    ),
    Extra(
        "preferred_all",
        "Pictures of all that a region prefers",
        "The same among all pictures, those that trained the model included.",
        "prefer",
    ),
    Extra(
        "synthesised_sheet",
        "A picture of strong response",
        "The way of a picture that is changed so that the model predicts a stronger response. It shows what "
        "the model "
        "has learnt, not what a neuron wants.",
        "prefer",
    ),
    Extra(
        "ascent",
        "Predicted response on this way",
        "Response that the model predicts, step by step.",
        "prefer",
    ),
)


def extra_pictures(study: StudyResults) -> tuple[list[tuple[Extra, Mapping[str, str]]], dict[str, Path]]:
    """Return each extra with links by subject (none where its target was not run), and the files."""
    shown: list[tuple[Extra, Mapping[str, str]]] = []
    files: dict[str, Path] = {}
    for extra in EXTRAS:
        links = {}
        for subject in study.subjects:
            if study.folder.has(extra.name, subject=subject):
                place = f"diffusion/{extra.name}-{subject}.png"
                files[place] = study.folder.open(extra.name, subject=subject)
                links[subject] = f"downloads/{place}"
        shown.append((extra, links))
    return shown, files


def not_made(extras: Sequence[tuple[Extra, Mapping[str, str]]]) -> dict[str, list[str]]:
    """Return target -> titles of what it would make and no subject has."""
    missing: dict[str, list[str]] = {}
    for extra, links in extras:
        if not links:
            missing.setdefault(extra.target, []).append(extra.title)
    return missing


@dataclass(frozen=True)
class Loss:
    """Mean change of pictures without a region, and without as many random voxels, at the last step."""

    subject: str
    region: str
    without: float
    at_random: float


def losses(study: StudyResults) -> list[Loss]:
    """Return what the pictures of each subject lose without each region; nothing where it was not run."""
    return [
        _loss(subject, region, study.folder.table("attribution", subject=subject, region=region))
        for subject in study.subjects
        for region in study.settings.attribute.regions
        if study.folder.has("attribution", subject=subject, region=region)
    ]


def _loss(subject: str, region: str, table: pd.DataFrame) -> Loss:
    last = table[table["step"] == table["step"].max()]
    means = last.groupby("removed")["change"].mean()
    return Loss(subject, region, float(means[REGION]), float(means[RANDOM]))
