"""The page of the diffusion process: encoding models of noise levels, denoising steps and U-Net layers."""

from cortex2image.report.diffusion_axes import axis_figure, chart_data
from cortex2image.report.diffusion_section import extra_pictures, losses, not_made, subject_figures
from cortex2image.report.site import Content
from cortex2image.report.study import StudyResults
from cortex2image.study.encoding_figures import SPACES


def content(study: StudyResults) -> Content:
    """Return the content of the page of the diffusion process."""
    scored = set(study.encoding_scores["model"])
    figures = [f for f in study.figures if f.name != SPACES and scored.issuperset(p.model for p in f.points)]
    axes = {figure.name: axis_figure(study, figure) for figure in figures}
    subjects, maps = subject_figures(study, figures)
    extras, files = extra_pictures(study)
    return Content(
        {
            "axes": axes,
            "subject_figures": subjects,
            "extras": extras,
            "not_made": not_made(extras),
            "losses": losses(study),
            "fdr": study.settings.encode.fdr,
            "surface_data": study.on_surface,
            "steps": study.settings.reconstruct.steps,
        },
        [*axes.values(), *(one.regions for found in subjects.values() for one in found)],
        data={"diffusion": chart_data(study, figures)} if figures else {},
        downloads={**maps, **files},
    )
