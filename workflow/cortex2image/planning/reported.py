"""What the report shows: the files that its pages read, as inputs of its rule."""

from pathlib import Path
from typing import TYPE_CHECKING

from cortex2image.study.report_pages import HIDDEN, PAGES
from cortex2image.study.run_methods import method_names

if TYPE_CHECKING:
    from cortex2image.planning.jobs import Jobs

ONCE = ("stimuli", "scores", "comparisons", "encoding_scores", "provenance")
OF_SUBJECTS = ("trials", "voxels", "sheets", "report_pictures")
OF_FIGURES = ("figure", "significant_figure", "region_figure", "figure_table")


def reported(jobs: "Jobs") -> list[str]:
    """Return the files and folders of a study that the pages of its report read."""
    study = jobs.study
    files = [jobs.layout.path(name) for name in ONCE]
    for name in OF_SUBJECTS:
        files += jobs.of_all(name)
    files += jobs.of_all("decoded_scores", space=tuple(study.decode.rois))
    for name in ("reconstructions", "reconstructed_pictures"):
        files += jobs.of_all(name, method=tuple(method_names(study.reconstruct)))
    for name in OF_FIGURES:
        files += jobs.of_all(name, figure=[figure.name for figure in jobs.figures])
    if study.reconstruct.series.stimuli:
        files += jobs.of_all("series_sheet")
    if jobs.reader.image_identity:
        files += [jobs.layout.path("novelty"), jobs.layout.path("novelty_scores"), *jobs.of_all("span")]
        files += jobs.of_all("evaluation", method=tuple(method_names(study.reconstruct)))
    return files


def report_pages(jobs: "Jobs") -> list[str]:
    """Return the files of all pages of the report."""
    return [jobs.layout.path("report_pages", page=page) for page in (*PAGES, *HIDDEN)]


def template_files(folder: str) -> list[str]:
    """Return the templates and assets of the report below a folder, sorted, without backups."""
    found = (path for path in Path(folder).rglob("[!.]*.*[!~]") if path.is_file())
    return sorted(map(str, found))
