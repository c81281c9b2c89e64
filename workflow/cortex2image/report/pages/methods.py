"""The page `methods`: a text to cite, from the resolved config, and what the study does not show."""

from cortex2image.report.site import Content
from cortex2image.report.study import StudyResults


def content(study: StudyResults) -> Content:
    """Return the content of the page."""
    return Content()
