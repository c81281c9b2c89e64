"""All values that the templates of the page use, from its sections."""

from collections.abc import Mapping, Sequence
from typing import Any

from cortex2image.plots.encoding_maps import CONTRAST
from cortex2image.report.comparison_section import comparison_table
from cortex2image.report.encoding_section import shown_figure
from cortex2image.report.gallery_section import Gallery, has_images
from cortex2image.report.headlines import headline_table
from cortex2image.report.model_sections import decoding_figures, decoding_rows, encoding_tables
from cortex2image.report.novelty_section import novelty_section
from cortex2image.report.score_section import methods_of, score_panels, score_tables
from cortex2image.report.study import StudyResults
from cortex2image.study.methods import described, title_of
from cortex2image.study.readers import READERS
from cortex2image.study.space_names import parse_space


def page_context(
    study: StudyResults, galleries: Sequence[Gallery], uris: Mapping[str, str]
) -> dict[str, Any]:
    """Return every value that the templates use, by name.

    Parameters
    ----------
    study : StudyResults
    galleries : from :func:`cortex2image.report.gallery_section.galleries`
    uris : path of a picture -> URI that holds the picture
    """
    config = study.provenance["config"]
    methods = methods_of(study.scores, study.methods)
    decoded_from = {roi for rois in config["decode"]["rois"].values() for roi in rois}
    return {
        "study": config["study"],
        "reader": config["dataset"]["reader"],
        "simulated": READERS[config["dataset"]["reader"]].made_by_workflow is not None,
        "model_set": config["models"]["set"],
        "fdr": config["encode"]["fdr"],
        "subjects": study.subjects,
        "methods": study.methods,
        "models": study.models,
        "incomplete": {s: study.recordings[s] for s in study.subjects if study.recordings[s].left_out},
        "with_images": has_images(study),
        "score_methods": methods,
        "titles": {name: title_of(name) for name in methods},
        "meanings": {name: meaning_of(name) for name in methods},
        "headlines": headline_table(study.scores, methods, decoded_from),
        "comparisons": comparison_table(study.comparisons, methods, decoded_from),
        "score_tables": score_tables(study.scores, methods),
        "panels": score_panels(study.scores, methods),
        "novelty": novelty_section(study.novelty, study.methods) if study.novelty else None,
        "duplicates": study.novelty.problems if study.novelty else (),
        "galleries": galleries,
        "sheets": study.sheets,
        "uris": uris,
        "decoding_rows": decoding_rows(study.decoded),
        "decoding_figures": decoding_figures(study.decoded, study.spaces),
        "encoding_figures": [_figures(study, subject) for subject in study.subjects if study.figures],
        "surface_data": config["dataset"].get("space") in READERS[config["dataset"]["reader"]].surface_spaces,
        "encoding_tables": encoding_tables(study.encoding_scores, study.models),
        "difference": set(CONTRAST) <= set(study.models),
        "provenance": study.provenance,
    }


def meaning_of(name: str) -> str:
    """Return what a row of scores is about: a method, or the decoded features of a space themselves."""
    if method := described(name):
        return method.meaning
    space = parse_space(name.removeprefix("decoded_")).facts
    return f"judges the decoded features themselves ({space.meaning}), before any picture is made"


def _figures(study: StudyResults, subject: str) -> dict[str, Any]:
    shown = [shown_figure(figure, study.drawn[subject, figure.name]) for figure in study.figures]
    return {"subject": subject, "figures": shown}
