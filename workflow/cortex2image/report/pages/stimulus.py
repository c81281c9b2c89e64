"""The page of one stimulus: every picture that was made of it, their ranks, and what luck would give."""

from collections.abc import Mapping

from cortex2image.report.picture_data import pictures_of
from cortex2image.report.site import Content
from cortex2image.report.stimulus_records import StimulusRecords
from cortex2image.report.study import StudyResults


def content(study: StudyResults) -> Content:
    """Return the content of the page; which stimulus it shows stands behind the # of its address."""
    data = pictures_of(study)
    records: Mapping[str, object] = StimulusRecords(data)
    return Content({"total": len(data.stimuli), "scored": bool(data.scores)}, data=records)
