"""What was recorded from each subject: trials, stimuli, repeats, voxels, noise ceiling."""

from typing import TypedDict

import pandas as pd

from cortex2image.report.quality_measures import mean_ceiling, trial_counts
from cortex2image.report.study import StudyResults


class RecordedRow(TypedDict):
    """The recordings of one subject.

    In a cross-validated study all stimuli are training and test stimuli. `ceiling` is NaN where no stimulus
    was repeated.
    """

    subject: str
    runs: int
    trials: int
    training_stimuli: int
    test_stimuli: int
    repeats: str
    folds: int
    voxels: int
    ceiling: float


def recorded_rows(study: StudyResults) -> list[RecordedRow]:
    """Return a row per subject, in the order of the config."""
    return [
        recorded_row(subject, study.trials[subject], study.voxels[subject], study.recordings[subject].runs)
        for subject in study.subjects
    ]


def recorded_row(subject: str, trials: pd.DataFrame, voxels: pd.DataFrame, runs: int) -> RecordedRow:
    """Return the row of one subject.

    Parameters
    ----------
    trials, voxels : the tables of these names
    runs : int
        Number of runs used.
    """
    counts = trial_counts(subject, trials)
    least, most = counts.least, counts.most
    return {
        "subject": subject,
        "runs": runs,
        "trials": counts.trials,
        "training_stimuli": counts.train,
        "test_stimuli": counts.test,
        "repeats": f"{least}" if least == most else f"{least} to {most}",
        "folds": int(trials["fold"].nunique()),
        "voxels": len(voxels),
        "ceiling": mean_ceiling(voxels),
    }
