"""The page `quality`: how good the data are: motion, noise ceilings, splits, gaps."""

from cortex2image.report.site import Content
from cortex2image.report.study import StudyResults


def content(study: StudyResults) -> Content:
    """Return the content of the page."""
    return Content()
