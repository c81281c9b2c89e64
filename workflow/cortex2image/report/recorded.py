"""What was recorded from each subject: trials, stimuli, repeats, voxels, noise ceiling."""

from typing import TypedDict

import pandas as pd

from cortex2image.report.study import StudyResults


class RecordedRow(TypedDict):
    """The recordings of one subject; `ceiling` is NaN where no stimulus was repeated."""

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
    test = trials[trials["split"] == "test"]["stimulus_id"]
    shown = test.value_counts()
    low, high = int(shown.min()), int(shown.max())
    return {
        "subject": subject,
        "runs": runs,
        "trials": len(trials),
        "training_stimuli": int(trials.loc[trials["split"] == "train", "stimulus_id"].nunique()),
        "test_stimuli": len(shown),
        "repeats": f"{low}" if low == high else f"{low} to {high}",
        "folds": int(trials["fold"].nunique()),
        "voxels": len(voxels),
        "ceiling": mean_ceiling(voxels),
    }


def mean_ceiling(voxels: pd.DataFrame) -> float:
    """Return the mean noise ceiling of voxels, as the table `encoding_scores` has it; NaN where unknown."""
    unclipped = voxels["noise_ceiling_unclipped"].astype(float)
    known = unclipped if unclipped.notna().any() else voxels["noise_ceiling"].astype(float)
    return float(known.mean())
