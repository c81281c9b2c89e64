"""The page `methods`: a text to cite, from the resolved config, and what the study does not show."""

from cortex2image.report.methods.facts import facts_of
from cortex2image.report.methods.limits import limits
from cortex2image.report.methods.references import REFERENCES, pieces
from cortex2image.report.methods.statistics import metric_rows
from cortex2image.report.methods.text import as_text, bibtex, cited, paragraphs
from cortex2image.report.site import Content
from cortex2image.report.study import StudyResults


def content(study: StudyResults) -> Content:
    """Return the content of the page."""
    facts, settings = facts_of(study), study.settings
    written, unshown = paragraphs(settings, facts), limits(settings, facts)
    metrics = metric_rows(facts.metrics, facts)
    keys = cited(written, metrics, unshown)
    return Content(
        {
            "paragraphs": [(p.title, pieces(p.text)) for p in written],
            "limits": [pieces(text) for text in unshown],
            "metrics": metrics,
            "references": [REFERENCES[key] for key in keys],
        },
        downloads={"methods.txt": as_text(written, metrics, unshown), "references.bib": bibtex(keys)},
        data={"methods": as_text(written, metrics, unshown)},
    )
