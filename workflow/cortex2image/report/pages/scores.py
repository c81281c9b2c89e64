"""The page of scores: every metric, single stimuli, samples, training data, novelty, and decoded features."""

import shlex

from cortex2image.metrics.registry import metric_facts
from cortex2image.report.figures import Figure
from cortex2image.report.headlines import headline_metrics
from cortex2image.report.metric_kinds import in_order
from cortex2image.report.model_sections import decoding_figures, decoding_rows
from cortex2image.report.novelty_section import NoveltySection, novelty_section
from cortex2image.report.sample_section import SampleSection, sample_section
from cortex2image.report.score_data import metric_data, score_data, score_words
from cortex2image.report.score_figures import charts_by_kind
from cortex2image.report.score_section import methods_of
from cortex2image.report.site import Content
from cortex2image.report.study import StudyResults
from cortex2image.report.training_section import StudiesSection, learning_curve_figure, studies_section


def content(study: StudyResults) -> Content:
    """Return the content of the page of scores."""
    methods, target = methods_of(study.scores, study.methods), _path(study, "scores")
    metrics = in_order(study.scores["metric"])
    kinds = charts_by_kind(study.scores, study.stimulus_scores, methods, target)
    novelty, samples, studies = _novelty(study), _samples(study, methods), _studies(study)
    curve, decoding = _learning_curve(study), decoding_figures(study.decoded, study.spaces, study.folder)
    values = {
        "kinds": kinds,
        "first_metric": _first(headline_metrics(set(metrics), study.decoded_from)),
        "with_stimuli": bool(study.stimulus_scores),
        "several_methods": len(study.comparisons) > 0,
        "scores_command": f"snakemake --cores all {shlex.quote(target)}",
        "samples": samples,
        "studies": studies,
        "learning_curve": curve,
        "novelty": novelty,
        "cross_validated": study.settings.dataset.cross_validate != "none",
        "decoding_rows": decoding_rows(study.decoded),
        "decoding_figures": decoding,
    }
    data = {
        "scores/words": score_words(metrics, methods),
        "scores/table": score_data(study.scores, methods),
        **({"scores/samples": samples["data"]} if samples else {}),
        **metric_data(study.stimulus_scores, study.comparisons, metrics),
    }
    charts = [chart["figure"] for kind in kinds for chart in kind["charts"]]
    sections = [section["figure"] for section in (novelty, samples, studies) if section]
    return Content(values, [*charts, *sections, *([curve] if curve else []), *decoding], data)


def _novelty(study: StudyResults) -> NoveltySection | None:
    if study.novelty is None:
        return None
    return novelty_section(study.novelty, study.methods, _path(study, "novelty_scores"))


def _samples(study: StudyResults, methods: list[str]) -> SampleSection | None:
    if study.sample_scores is None:
        return None
    return sample_section(study.sample_scores, methods, study.decoded_from, _path(study, "sample_scores"))


def _studies(study: StudyResults) -> StudiesSection | None:
    if study.compared_studies is None:
        return None
    return studies_section(study.compared_studies, study.decoded_from, _path(study, "studies"))


def _learning_curve(study: StudyResults) -> Figure | None:
    if study.learning_curves is None:
        return None
    return learning_curve_figure(study.learning_curves, _path(study, "learning_curve_figure"))


def _first(metrics: list[str]) -> str:
    """Return the metric that is compared at first: an identification, if there is one."""
    return next((name for name in metrics if metric_facts(name).kind == "identification"), metrics[0])


def _path(study: StudyResults, name: str) -> str:
    return str(study.folder.path(name))
