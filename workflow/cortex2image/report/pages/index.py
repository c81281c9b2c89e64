"""The first page: what was run, on whom, and one table of methods by headline scores."""

from collections.abc import Mapping, Sequence

import pandas as pd

from cortex2image.report.cautions import cautions, facts_of, picture_methods
from cortex2image.report.comparison_section import comparison_table
from cortex2image.report.headlines import headline_table
from cortex2image.report.recorded import recorded_rows
from cortex2image.report.score_section import methods_of
from cortex2image.report.site import Content
from cortex2image.report.strip import best_method, strip
from cortex2image.report.study import StudyResults

FINDS: Mapping[str, str] = {
    "gallery": "every picture: what was seen beside what was reconstructed",
    "scores": "every score with interval and chance level, by subject and by stimulus",
    "brain": "which voxels and regions carry what",
    "diffusion": "noise levels, denoising steps and layers of the generator, in the brain",
    "group": "the subjects side by side, and how they differ",
    "quality": "whether the recordings and the split can be trusted",
    "methods": "a text to cite, and what this study does not show",
    "provenance": "versions, seeds and settings, to make it again",
    "rate": "judge the pictures yourself, blind",
}
"""What each page answers."""


def content(study: StudyResults) -> Content:
    """Return the content of the first page."""
    pictured = picture_methods(study)
    headlines = headline_table(_of(study.scores, "method", pictured), pictured, study.decoded_from)
    decoded = [name for name in methods_of(study.scores, study.methods) if name not in pictured]
    comparisons = _of(_of(study.comparisons, "method_a", pictured), "method_b", pictured)
    best = best_method(headlines)
    return Content(
        {
            "facts": facts(study),
            "cautions": cautions(facts_of(study)),
            "headlines": headlines,
            "decoded": headline_table(_of(study.scores, "method", decoded), decoded) if decoded else None,
            "best": best,
            "strip": strip(study, best) if best in study.methods else [],
            "comparisons": comparison_table(comparisons, pictured, study.decoded_from),
            "finds": FINDS,
        }
    )


def facts(study: StudyResults) -> dict[str, object]:
    """Return what was run and on whom, by the names that the template uses."""
    rows = recorded_rows(study)
    return {
        "reader": study.settings.dataset.reader,
        "model_set": study.settings.models.set,
        "samples": study.settings.reconstruct.samples,
        "training": extent([row["training_stimuli"] for row in rows]),
        "test": extent([row["test_stimuli"] for row in rows]),
        "folds": max(row["folds"] for row in rows),
        "decoded": study.settings.decode.rois,
    }


def extent(counts: Sequence[int]) -> str:
    """Return a number that all subjects share, or the smallest and the largest."""
    low, high = min(counts), max(counts)
    return f"{low:,}" if low == high else f"{low:,} to {high:,}"


def _of(table: pd.DataFrame, column: str, names: Sequence[str]) -> pd.DataFrame:
    return table[table[column].isin(names)]
