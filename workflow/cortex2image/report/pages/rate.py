"""The page `rate`: blind choices by people, of which picture is nearer to what was seen."""

from cortex2image.report.site import Content
from cortex2image.report.study import StudyResults


def content(study: StudyResults) -> Content:
    """Return the content of the page."""
    return Content()
