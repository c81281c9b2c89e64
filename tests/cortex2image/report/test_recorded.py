import numpy as np
import pandas as pd

from cortex2image.report.recorded import recorded_row


def voxels(unclipped: list[float], clipped: list[float]) -> pd.DataFrame:
    return pd.DataFrame({"noise_ceiling_unclipped": unclipped, "noise_ceiling": clipped})


def test_stimuli_and_repeats_are_counted_by_split() -> None:
    trials = pd.DataFrame(
        {
            "session": "ses-1",
            "run": "run-1",
            "stimulus_id": ["a", "b", "b", "x", "x", "y"],
            "split": ["train"] * 3 + ["test"] * 3,
            "fold": [None] * 6,
        }
    )
    row = recorded_row("sub", trials, voxels([0.2, -0.1], [0.2, 0.0]), 4)
    assert (row["trials"], row["training_stimuli"], row["test_stimuli"], row["repeats"]) == (
        6,
        2,
        2,
        "1 to 2",
    )
    assert (row["runs"], row["folds"], row["voxels"]) == (4, 0, 2)
    assert row["ceiling"] == 0.05


def test_folds_of_a_cross_validated_study_are_counted() -> None:
    # As the step `trials` writes them: every trial of a cross-validated study has the split train.
    trials = pd.DataFrame({"stimulus_id": list("abcd"), "split": "train", "fold": [0, 0, 1, 2]})
    trials = trials.assign(session="ses-1", run=trials["fold"])
    row = recorded_row("sub", trials, voxels([np.nan], [np.nan]), 3)
    assert (row["folds"], row["test_stimuli"], row["training_stimuli"], row["repeats"]) == (3, 4, 4, "1")
    assert np.isnan(row["ceiling"])
