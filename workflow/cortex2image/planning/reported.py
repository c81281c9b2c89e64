"""What the report shows: the files that its pages read, as inputs of its rule."""

from pathlib import Path

from cortex2image.planning.comparison import can_compare
from cortex2image.planning.jobs import Jobs
from cortex2image.study.report_pages import HIDDEN, PAGES
from cortex2image.study.run_methods import method_names

ONCE = ("stimuli", "scores", "comparisons", "sample_scores", "encoding_scores", "provenance")
OF_SUBJECTS = ("trials", "voxels", "sheets", "brain_view", "report_pictures")
# Made by targets of their own: shown once they are there, and from then on kept up to date as inputs.
IF_THERE = (
    *("attribution_chart", "attribution_sheet"),
    *("preferred_test", "preferred_all", "synthesised_sheet", "ascent"),
)
RATINGS = ("preferences", "preference_scores", "raters")
OF_FIGURES = ("figure", "significant_figure", "region_figure", "figure_table")


def reported(jobs: Jobs) -> list[str]:
    """Return the files and folders of a study that the pages of its report read."""
    study = jobs.study
    files = [jobs.layout.path(name) for name in ONCE]
    for name in OF_SUBJECTS:
        files += jobs.paths.of_all(name)
    files += jobs.paths.of_all("decoded_scores", space=tuple(study.decode.rois))
    for name in ("reconstructions", "reconstructed_pictures"):
        files += jobs.paths.of_all(name, method=tuple(method_names(study.reconstruct)))
    for name in OF_FIGURES:
        files += jobs.paths.of_all(name, figure=[figure.name for figure in jobs.encoding.figures])
    extras = [path for name in IF_THERE for path in jobs.paths.of_all(name)]
    extras += jobs.paths.of_all("attribution", region=study.attribute.regions)
    files += [path for path in extras if Path(path).exists()]
    if not jobs.reader.prepared:
        files += jobs.paths.of_all("runs")
    if study.reconstruct.series.stimuli:
        files += jobs.paths.of_all("series_sheet")
    if jobs.reader.image_identity:
        files += [jobs.layout.path("novelty"), jobs.layout.path("novelty_scores"), *jobs.paths.of_all("span")]
    if study.ratings:
        files += [jobs.layout.path(name) for name in RATINGS]
    return [*files, *jobs.evaluation.evaluated("evaluation"), *made_on_demand(jobs)]


def made_on_demand(jobs: Jobs) -> list[str]:
    """Return what the report shows if it was made, which `all` does not: studies compared, learning curves.

    Once made it is an input like any other, so that the report never shows a stale one. Studies are compared
    anew only where the config names them and all have run; otherwise what was made earlier is not shown.
    """
    curves = jobs.paths.of_all("learning_curve")
    split_once = jobs.study.dataset.cross_validate == "none"
    found = curves if split_once and all(Path(curve).exists() for curve in curves) else []
    studies = jobs.layout.path("studies")
    return [*found, *([studies] if Path(studies).exists() and can_compare(jobs.study) else [])]


def report_pages(jobs: Jobs) -> list[str]:
    """Return the files of all pages of the report."""
    return [jobs.layout.path("report_pages", page=page) for page in (*PAGES, *HIDDEN)]


def template_files(folder: str) -> list[str]:
    """Return the templates and assets of the report below a folder, sorted, without backups.

    Captions (``.rst``) are those of `snakemake --report` and stand on no page.
    """
    found = (path for path in Path(folder).rglob("[!.]*.*[!~]") if path.is_file() and path.suffix != ".rst")
    return sorted(map(str, found))
