"""The page `group`: all subjects on one page, and how they differ."""

from cortex2image.report.cautions import picture_methods
from cortex2image.report.headlines import headline_metrics, is_control
from cortex2image.report.page import number
from cortex2image.report.recorded import recorded_rows
from cortex2image.report.site import Content
from cortex2image.report.study import StudyResults
from cortex2image.report.subject_differences import consistency, in_words, spreads
from cortex2image.report.subject_figures import (
    decoding_figure,
    decoding_table,
    region_figure,
    score_figure,
)


def content(study: StudyResults) -> Content:
    """Return the content of the page."""
    pictured = picture_methods(study)
    methods = [name for name in pictured if not is_control(name)]
    scores = study.scores[study.scores["method"].isin(methods)]
    metrics = headline_metrics(set(scores["metric"]), study.decoded_from)
    figures = {
        "decoding": decoding_figure(study.decoded, str(study.folder.path("report_pages", page="group"))),
    }
    if metrics:
        target = str(study.folder.path("scores"))
        figures["scores"] = score_figure(scores, methods, metrics, study.subjects, target)
    if len(study.encoding_scores) and study.models:
        target = str(study.folder.path("encoding_scores"))
        figures["regions"] = region_figure(study.encoding_scores, study.models, study.subjects, target)
    rows = spreads(scores, methods, metrics)
    return Content(
        {
            "several": len(study.subjects) > 1,
            "shown": figures,
            "spreads": rows,
            "sentences": in_words(rows),
            "consistent": consistency(study.comparisons, pictured, metrics),
            "metrics": metrics,
            "recorded": recorded_rows(study),
            "decoded": decoded_cells(study),
            "spaces": study.spaces,
        },
        tuple(figures.values()),
    )


def decoded_cells(study: StudyResults) -> dict[str, list[str]]:
    """Return the median r of each decoded space, as text, by subject."""
    table = decoding_table(study.decoded).set_index(["subject", "space"])["median_r"]
    return {s: [number(float(table[s, space])) for space in study.spaces] for s in study.subjects}
