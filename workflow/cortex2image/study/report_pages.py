"""The pages of the report by name, in the order of its navigation. What stands on them: `report/pages/`."""

from collections.abc import Mapping

PAGES: Mapping[str, str] = {
    "index": "Overview",
    "gallery": "Pictures",
    "scores": "Scores",
    "brain": "Brain",
    "diffusion": "Diffusion",
    "group": "Subjects",
    "quality": "Quality",
    "methods": "Methods",
    "provenance": "Provenance",
    "rate": "Rate",
}
HIDDEN: Mapping[str, str] = {"stimulus": "One stimulus"}
"""Pages that others link to, and the navigation does not."""
