"""The page `group`: all subjects on one page, and how they differ."""

from cortex2image.report.site import Content
from cortex2image.report.study import StudyResults


def content(study: StudyResults) -> Content:
    """Return the content of the page."""
    return Content()
