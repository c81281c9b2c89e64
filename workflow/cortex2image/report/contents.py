"""The contents of all pages by name. One more page: a name in `study/report_pages.py`, and an entry here."""

from collections.abc import Mapping

from cortex2image.report.pages import (
    brain,
    diffusion,
    gallery,
    group,
    index,
    methods,
    provenance,
    quality,
    rate,
    scores,
    stimulus,
)
from cortex2image.report.site import Builder

CONTENTS: Mapping[str, Builder] = {
    "index": index.content,
    "gallery": gallery.content,
    "scores": scores.content,
    "brain": brain.content,
    "diffusion": diffusion.content,
    "group": group.content,
    "quality": quality.content,
    "methods": methods.content,
    "provenance": provenance.content,
    "rate": rate.content,
    "stimulus": stimulus.content,
}
