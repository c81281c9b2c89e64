"""The first page: what was run, on whom, and one table of methods by headline scores."""

from cortex2image.report.comparison_section import comparison_table
from cortex2image.report.headlines import headline_table
from cortex2image.report.score_section import methods_of
from cortex2image.report.site import Content
from cortex2image.report.study import StudyResults
from cortex2image.report.words import method_word


def content(study: StudyResults) -> Content:
    """Return the content of the first page."""
    methods = methods_of(study.scores, study.methods)
    words = {name: method_word(name) for name in methods}
    left_out = {s: study.recordings[s] for s in study.subjects if study.recordings[s].left_out}
    return Content(
        {
            "reader": study.settings.dataset.reader,
            "model_set": study.settings.models.set,
            "incomplete": left_out,
            "duplicates": study.novelty.problems if study.novelty else (),
            "score_methods": methods,
            "titles": {name: word.title for name, word in words.items()},
            "meanings": {name: word.explanation for name, word in words.items()},
            "headlines": headline_table(study.scores, methods, study.decoded_from),
            "comparisons": comparison_table(study.comparisons, methods, study.decoded_from),
        }
    )
