"""The page of the diffusion process: encoding models of noise levels, denoising steps and U-Net layers."""

from cortex2image.report.encoding_section import figures_of_subjects
from cortex2image.report.site import Content
from cortex2image.report.study import StudyResults


def content(study: StudyResults) -> Content:
    """Return the content of the page of the diffusion process."""
    shown = [figure for figure in study.figures if figure.name != "spaces"]
    return Content(
        {
            "encoding_figures": figures_of_subjects(study, shown),
            "fdr": study.settings.encode.fdr,
            "difference": False,
            "surface_data": study.on_surface,
        }
    )
