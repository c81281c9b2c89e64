"""The report as a folder of pages: what a page consists of, and how all are written."""

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cortex2image.report.figures import Figure
from cortex2image.report.page import render
from cortex2image.report.scripts import data_script
from cortex2image.report.study import StudyResults
from cortex2image.report.words import term, title
from cortex2image.study.report_pages import HIDDEN, PAGES


@dataclass(frozen=True)
class Content:
    """What stands on a page.

    Attributes
    ----------
    values : values that its template uses, by name
    figures : figures that it shows
    data : name -> value that JSON can hold
        What its scripts load with ``c2i.load(name)``; names may hold slashes.
    downloads : name -> text, or path of a file to copy
        Files below ``report/downloads`` that the page links to; names may hold slashes.
    """

    values: Mapping[str, object] = field(default_factory=dict)
    figures: Sequence[Figure] = ()
    data: Mapping[str, object] = field(default_factory=dict)
    downloads: Mapping[str, str | Path] = field(default_factory=dict)


Builder = Callable[[StudyResults], Content]


def shared_values(study: StudyResults, page: str) -> dict[str, object]:
    """Return what the frame of every page shows."""
    return {
        "page": page,
        "pages": PAGES,
        "page_title": {**PAGES, **HIDDEN}[page],
        "study": study.name,
        "subjects": study.subjects,
        "simulated": study.simulated,
        "with_images": study.with_images,
    }


def render_page(templates: Path, study: StudyResults, page: str, content: Content) -> str:
    """Return the HTML of a page; a name that its template uses and the content lacks is an error."""
    values = {**shared_values(study, page), **content.values}
    return render(templates, values, f"pages/{page}.html.j2", term=term, words=title)


def write_content(content: Content, figures: Path, data: Path, downloads: Path) -> None:
    """Write figures, data and downloads of a page into the folders of all pages."""
    for figure in content.figures:
        figure.write(figures)
    for name, value in content.data.items():
        path = data / f"{name}.js"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(data_script(name, value), encoding="utf-8")
    for name, source in content.downloads.items():
        path = downloads / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(source, Path):
            shutil.copyfile(source, path)
        else:
            path.write_text(source, encoding="utf-8")
