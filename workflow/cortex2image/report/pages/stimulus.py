"""The page `stimulus`: one stimulus with everything that was made of it."""

from cortex2image.report.site import Content
from cortex2image.report.study import StudyResults


def content(study: StudyResults) -> Content:
    """Return the content of the page."""
    return Content()
