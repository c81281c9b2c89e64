"""The page of the brain: which voxels encoding models predict, and which pictures a voxel prefers."""

import shlex
from collections.abc import Mapping
from pathlib import Path

from matplotlib import colormaps
from matplotlib.colors import to_hex

from cortex2image.plots.encoding_maps import ACCURACY_COLOURS, CONTRAST, DIFFERENCE_COLOURS
from cortex2image.report.brain_figures import region_figures
from cortex2image.report.brain_pictures import stimulus_data
from cortex2image.report.encoding_section import figures_of_subjects
from cortex2image.report.model_sections import encoding_tables
from cortex2image.report.site import Content
from cortex2image.report.study import StudyResults
from cortex2image.report.words import CONTENTS, model_word, region_word
from cortex2image.study.encoding_figures import SPACES
from cortex2image.study.encoding_models import encoding_models
from cortex2image.study.surfaces import reaches_surface

STOPS = 33
"""Colours of a scale, between which the page interpolates."""


def content(study: StudyResults) -> Content:
    """Return the content of the page of the brain."""
    shown = [figure for figure in study.figures if figure.name == SPACES]
    viewed = [subject for subject in study.subjects if study.folder.has("brain_view", subject=subject)]
    figures = region_figures(study)
    missing = [s for s in study.subjects if s not in viewed]
    return Content(
        {
            "viewed": viewed,
            "not_viewed": {s: quoted(study.folder.path("brain_view", subject=s)) for s in missing},
            "reaches_surface": reaches_surface(study.settings),
            "surface_data": study.on_surface,
            "region_figures": figures,
            "static": figures_of_subjects(study, shown),
            "static_targets": {s: static_targets(study, s) for s in study.subjects} if shown else {},
            "encoding_tables": encoding_tables(study.encoding_scores, study.models),
            "models": study.models,
            "fdr": study.settings.encode.fdr,
            "difference": set(CONTRAST) <= set(study.models),
        },
        list(figures.values()),
        {"brain/page": page_data(study, viewed), **(stimulus_data(study) if viewed else {})},
    )


def static_targets(study: StudyResults, subject: str) -> str:
    """Return the file of the maps of single spaces, which Snakemake can make again."""
    return quoted(study.folder.path("figure", subject=subject, figure=SPACES))


def quoted(path: Path) -> str:
    """Return a path as a word of a command line."""
    return shlex.quote(str(path))


def page_data(study: StudyResults, viewed: list[str]) -> Mapping[str, object]:
    """Return what the scripts of the page need besides the maps: words and colours.

    Lists to choose from explain nothing, so that models which are letters have their longer titles.
    """
    models = [model.name for model in encoding_models(study.settings.encode, study.settings.reconstruct)]
    regions = sorted(set(study.encoding_scores["roi"]))
    return {
        "subjects": viewed,
        "first": [name for name in models if name in study.models][:2],
        "models": {
            name: [CONTENTS.get(name, model_word(name).title), model_word(name).explanation]
            for name in models
        },
        "regions": {name: region_word(name).title for name in regions},
        "accuracy": scale(ACCURACY_COLOURS),
        "difference": scale(DIFFERENCE_COLOURS),
    }


def scale(name: str) -> list[str]:
    """Return the colours of a scale from its lower to its upper end."""
    return [to_hex(colormaps[name](i / (STOPS - 1))) for i in range(STOPS)]
