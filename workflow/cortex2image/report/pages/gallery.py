"""The page of pictures: what was seen beside its reconstructions, all test stimuli in random order."""

import os

from cortex2image.report.picture_data import gallery_data, gallery_scores, pictures_of
from cortex2image.report.site import Content
from cortex2image.report.study import StudyResults
from cortex2image.study.methods import described


def content(study: StudyResults) -> Content:
    """Return the content of the page of pictures."""
    data = pictures_of(study)
    values = {
        "total": len(data.stimuli),
        "categories": sorted({category for category in data.categories if category is not None}),
        "metrics": data.metrics[: data.headlines],
        "methods": study.methods,
        "shown_methods": _shown_first(study.methods),
        "sheets": sheets(study),
    }
    return Content(values, data={"gallery": gallery_data(data), "gallery-scores": gallery_scores(data)})


def _shown_first(methods: tuple[str, ...]) -> list[str]:
    """Return the methods that are shown before a reader chooses: those that are no controls, if any."""
    controls = {name for name in methods if (method := described(name)) and method.control}
    return [name for name in methods if name not in controls] or list(methods)


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
