"""The page of provenance: config, versions, seeds, and where the tables lie."""

from cortex2image.report.site import Content
from cortex2image.report.study import StudyResults


def content(study: StudyResults) -> Content:
    """Return the content of the page of provenance."""
    return Content(
        {
            "provenance": study.provenance,
            "model_set": study.settings.models.set,
            "novelty": study.novelty is not None,
        }
    )
