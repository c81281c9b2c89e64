import numpy as np
import pandas as pd

from cortex2image.report.recorded import mean_ceiling, recorded_row


def voxels(unclipped: list[float], clipped: list[float]) -> pd.DataFrame:
    return pd.DataFrame({"noise_ceiling_unclipped": unclipped, "noise_ceiling": clipped})


def test_stimuli_and_repeats_are_counted_by_split() -> None:
    trials = pd.DataFrame(
        {
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
    trials = pd.DataFrame({"stimulus_id": list("abcd"), "split": "test", "fold": [0, 0, 1, 2]})
    row = recorded_row("sub", trials, voxels([np.nan], [np.nan]), 3)
    assert (row["folds"], row["training_stimuli"], row["repeats"]) == (3, 0, "1")
    assert np.isnan(row["ceiling"])


def test_released_ceilings_stand_in_where_none_was_estimated_here() -> None:
    assert mean_ceiling(voxels([np.nan, np.nan], [0.2, 0.4])) == np.mean([0.2, 0.4])
