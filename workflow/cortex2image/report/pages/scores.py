"""The page of scores: every metric, how new the test pictures are, and how well features were decoded."""

from cortex2image.report.model_sections import decoding_figures, decoding_rows
from cortex2image.report.novelty_section import novelty_section
from cortex2image.report.score_section import methods_of, score_panels, score_tables
from cortex2image.report.site import Content
from cortex2image.report.study import StudyResults
from cortex2image.report.words import method_word


def content(study: StudyResults) -> Content:
    """Return the content of the page of scores."""
    methods = methods_of(study.scores, study.methods)
    words = {name: method_word(name) for name in methods}
    return Content(
        {
            "score_methods": methods,
            "titles": {name: word.title for name, word in words.items()},
            "meanings": {name: word.explanation for name, word in words.items()},
            "panels": score_panels(study.scores, methods),
            "score_tables": score_tables(study.scores, methods),
            "novelty": novelty_section(study.novelty, study.methods) if study.novelty else None,
            "decoding_rows": decoding_rows(study.decoded),
            "decoding_figures": decoding_figures(study.decoded, study.spaces),
        }
    )
