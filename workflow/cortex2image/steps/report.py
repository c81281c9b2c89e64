"""Write the report of a study: a folder of pages that a browser opens from disk.

Reads the tables, figures and ``provenance.json`` of the study below ``results/{study}``, and only those that
are named; times of jobs also from the benchmarks of the study, where they are. Writes the pages
``report/*.html``, and the folders ``report/assets`` (style and scripts), ``report/figures`` (drawings, each
with its table), ``report/data`` (what scripts of the pages load), ``report/downloads`` (files to take away)
and ``report/rating`` (pictures that people rate).
"""

import argparse
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path

from cortex2image.errors import ConfigError, run_step
from cortex2image.files import atomic, whole_folder
from cortex2image.progress import track
from cortex2image.report.contents import CONTENTS
from cortex2image.report.pages.rate import write_rated
from cortex2image.report.site import Content, render_page, write_content
from cortex2image.report.study import StudyResults
from cortex2image.study.command import Command
from cortex2image.study.settings import Study
from cortex2image.tables.folder import StudyFolder

COMMAND = Command(
    __doc__,
    Study,
    (),
    places=("results", "benchmarks"),
    # Templates are pages and their parts; files are everything that the pages read.
    lists=("templates", "files"),
    outputs=("assets", "figures", "data", "downloads", "rating"),
    output_lists=("pages",),
)


def main(argv: Sequence[str] | None = None) -> None:
    """Write every page, and what pages share."""
    args, _ = COMMAND.parse(argv)
    templates = templates_folder(args.templates)
    study = StudyResults(StudyFolder(args.results, args.files), Path(args.benchmarks))
    names = track([page_of(path) for path in args.pages], "make pages")
    contents = {name: CONTENTS[name](study) for name in names}
    pages = {name: render_page(templates, study, name, content) for name, content in contents.items()}
    write_shared(args, templates / "assets", contents.values())
    with whole_folder(Path(args.rating)) as rating:
        write_rated(study, rating)
    for path in args.pages:
        with atomic(path) as temporary:
            temporary.write_text(pages[page_of(path)], encoding="utf-8")


def write_shared(args: argparse.Namespace, assets: Path, contents: Iterable[Content]) -> None:
    """Write the folders that pages share: style and scripts, drawings, data, downloads."""
    with (
        whole_folder(Path(args.assets)) as shared,
        whole_folder(Path(args.figures)) as figures,
        whole_folder(Path(args.data)) as data,
        whole_folder(Path(args.downloads)) as downloads,
    ):
        for file in assets.iterdir():
            shutil.copyfile(file, shared / file.name)
        for content in contents:
            write_content(content, figures, data, downloads)


def templates_folder(files: Sequence[str]) -> Path:
    """Return the folder of the templates, which holds the file ``layout.html.j2``.

    Raises
    ------
    ConfigError
        No such file is among the templates.
    """
    for file in map(Path, files):
        if file.name == "layout.html.j2":
            return file.parent
    raise ConfigError(
        "--templates", "layout.html.j2 among the files", f"{len(files)} others", "name all files"
    )


def page_of(path: str) -> str:
    """Return the name of the page that a file is.

    Raises
    ------
    ConfigError
        The report has no such page.
    """
    name = Path(path).stem
    if name not in CONTENTS:
        raise ConfigError("--pages", f"pages among {', '.join(CONTENTS)}", path, "correct the name")
    return name


if __name__ == "__main__":
    run_step(main)
