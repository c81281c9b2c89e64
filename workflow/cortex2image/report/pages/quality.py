"""The page `quality`: how good the data are: motion, noise ceilings, splits, gaps."""

from cortex2image.report.quality_measures import trial_counts
from cortex2image.report.quality_section import (
    ceiling_figure,
    ceiling_table,
    motion_figure,
    sign_rows,
    verdict,
)
from cortex2image.report.site import Content
from cortex2image.report.study import StudyResults
from cortex2image.study.readers import READERS


def content(study: StudyResults) -> Content:
    """Return the content of the page."""
    rows, ceilings = sign_rows(study), ceiling_table(study)
    unit = "vertices" if study.on_surface else "voxels"
    first = study.subjects[0]
    motion = motion_figure(study.runs, str(study.folder.path("runs", subject=first)))
    ceiling = ceiling_figure(study, ceilings, unit, str(study.folder.path("voxels", subject=first)))
    dataset = study.settings.dataset
    return Content(
        {
            "rows": rows,
            "verdict": verdict(rows),
            "motion": motion,
            "runs": {subject: table.to_dict("records") for subject, table in study.runs.items()},
            "prepared": READERS[dataset.reader].prepared,
            "confounds_missing": _runs_of(study) > 0 and motion is None,
            "ceiling": ceiling,
            "ceilings": ceilings.to_dict("records"),
            "unit": unit,
            "ceilings_from": study.settings.standardise.ncsnr_from,
            "counts": [trial_counts(subject, study.trials[subject]) for subject in study.subjects],
            "cross_validate": dataset.cross_validate,
            "split": dataset.split.words,
            "released_folds": study.settings.ridge.selection == "as_released",
            "duplicate_lines": study.novelty.problems if study.novelty else (),
            "recordings": study.recordings,
            "precision": study.settings.models.precision,
        },
        [figure for figure in (motion, ceiling) if figure],
    )


def _runs_of(study: StudyResults) -> int:
    return sum(len(table) for table in study.runs.values())
