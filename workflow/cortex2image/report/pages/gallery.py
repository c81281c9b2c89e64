"""The page of pictures: what was seen beside its reconstructions."""

import os

from cortex2image.pictures import read_picture
from cortex2image.plots.gallery import thumbnail, webp
from cortex2image.progress import track
from cortex2image.report.gallery_section import galleries, picture_paths
from cortex2image.report.page import webp_uri
from cortex2image.report.site import Content
from cortex2image.report.study import StudyResults

FIX = "delete the table that names it and run the workflow again"


def content(study: StudyResults) -> Content:
    """Return the content of the page of pictures."""
    shown = galleries(study)
    paths = track(picture_paths(shown), "read pictures")
    uris = {path: webp_uri(webp(thumbnail(read_picture(path, FIX)))) for path in paths}
    return Content({"galleries": shown, "uris": uris, "sheets": sheets(study)})


def sheets(study: StudyResults) -> dict[str, list[str]]:
    """Return the sheets of each subject, as links from the page."""
    page = study.folder.path("report_page").parent
    return {
        subject: [
            os.path.relpath(path, page)
            for path in sorted(study.folder.open("sheets", subject=subject).glob("*.png"))
        ]
        for subject in study.subjects
    }
