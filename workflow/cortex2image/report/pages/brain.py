"""The page of the brain: which voxels the models of single feature spaces predict, by region."""

from cortex2image.plots.encoding_maps import CONTRAST
from cortex2image.report.encoding_section import figures_of_subjects
from cortex2image.report.model_sections import encoding_tables
from cortex2image.report.site import Content
from cortex2image.report.study import StudyResults


def content(study: StudyResults) -> Content:
    """Return the content of the page of the brain."""
    shown = [figure for figure in study.figures if figure.name == "spaces"]
    return Content(
        {
            "encoding_figures": figures_of_subjects(study, shown),
            "encoding_tables": encoding_tables(study.encoding_scores, study.models),
            "models": study.models,
            "fdr": study.settings.encode.fdr,
            "difference": set(CONTRAST) <= set(study.models),
            "surface_data": study.on_surface,
        }
    )
