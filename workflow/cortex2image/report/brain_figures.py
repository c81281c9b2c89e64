"""Scores of encoding models by region, as figures of the page of the brain."""

import re

from cortex2image.plots.region_scores import draw_region_scores, shown_regions
from cortex2image.plots.style import svg
from cortex2image.report.figures import Figure
from cortex2image.report.study import POOLED, StudyResults
from cortex2image.report.words import model_word, region_word

COLUMNS = (
    *("subject", "model", "roi", "voxels", "mean_r", "mean_r_low", "mean_r_high"),
    *("mean_r_ceiling_normalised", "mean_noise_ceiling", "fraction_significant"),
)


def region_figures(study: StudyResults) -> dict[str, Figure]:
    """Return a figure of all subjects together and of each, by the label of the subject."""
    subjects = [POOLED, *study.subjects] if len(study.subjects) > 1 else list(study.subjects)
    return {subject: region_figure(study, subject, i) for i, subject in enumerate(subjects)}


def region_figure(study: StudyResults, subject: str, number: int) -> Figure:
    """Return the scores of one subject by region; `number` makes the file name of labels unique."""
    scores = study.encoding_scores
    own = scores[(scores["subject"] == subject) & scores["model"].isin(study.models)]
    unit = "vertices" if study.on_surface else "voxels"
    sizes = own.groupby("roi")["voxels"].max()
    names = [roi for roi in shown_regions(scores) if roi in sizes.index]
    regions = {roi: f"{region_word(roi).title}\n{sizes[roi]:,} {unit}" for roi in names}
    models = {name: model_word(name).title for name in study.models if name in set(own["model"])}
    label = re.sub(r"[^\w.+-]", "-", subject)
    words = "all subjects" if subject == POOLED else subject
    return Figure(
        name=f"brain-regions-{number}-{label}",
        svg=svg(draw_region_scores(own, models, regions)),
        alt=f"{len(models)} encoding models in {len(regions)} regions of {words}; the table has the numbers",
        table=own.loc[:, list(COLUMNS)],
        target=str(study.folder.path("encoding_scores")),
    )
