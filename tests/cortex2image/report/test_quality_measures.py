import numpy as np
import pandas as pd
import pytest

from cortex2image.report.quality_measures import (
    ceiling_rows,
    constant_share,
    mean_ceiling,
    motion_measures,
    overlap,
    picture_measures,
    trial_counts,
)


def trials(rows: list[tuple[str, str, str, int | None]]) -> pd.DataFrame:
    """Return a table of (session, stimulus, split, fold)."""
    table = pd.DataFrame(rows, columns=["session", "stimulus_id", "split", "fold"])
    return table.assign(run="run-1")


SPLIT = trials(
    [("a", "x", "train", None), ("a", "y", "test", None), ("b", "y", "test", None), ("b", "w", "test", None)]
)
FOLDS = trials([("a", "x", "train", 0), ("a", "x", "train", 0), ("b", "y", "train", 1)])


def test_trials_are_counted() -> None:
    counts = trial_counts("sub-01", SPLIT)
    assert (counts.sessions, counts.runs, counts.trials, counts.train, counts.test) == (2, 2, 4, 1, 2)
    assert (counts.least, counts.mean, counts.most) == (1, 1.5, 2)


def test_every_stimulus_of_folds_trains_and_tests() -> None:
    counts = trial_counts("sub-01", FOLDS)
    assert (counts.train, counts.test, counts.mean) == (2, 2, 1.5)


def test_a_stimulus_on_both_sides_or_in_two_folds_is_found() -> None:
    assert overlap(SPLIT) == overlap(FOLDS) == 0
    assert overlap(trials([("a", "x", "train", None), ("a", "x", "test", None)])) == 1
    assert overlap(trials([("a", "x", "train", 0), ("b", "x", "train", 1), ("b", "y", "train", 1)])) == 1


def test_noise_ceilings_by_region() -> None:
    voxels = pd.DataFrame(
        {
            "roi": ["early", "early", "late", "late", "late"],
            "noise_ceiling": [0.0, 0.4, 0.2, 0.6, np.nan],
            "noise_ceiling_unclipped": [-0.2, 0.4, 0.2, 0.5, np.nan],
        }
    )
    table = ceiling_rows("sub-01", voxels, frozenset({"late"})).set_index("region")
    assert table.index.tolist() == ["all", "early", "late"]
    assert table["voxels"].tolist() == [4, 2, 2]
    assert table["decoded"].tolist() == [False, False, True]
    assert table["mean"].tolist() == pytest.approx([0.225, 0.1, 0.35])
    assert table["median"].tolist() == pytest.approx([0.3, 0.2, 0.4])
    assert table["silent"].tolist() == [0.25, 0.5, 0.0]
    assert not len(ceiling_rows("sub-01", voxels.assign(noise_ceiling=np.nan), frozenset()))


def test_motion_is_that_of_the_worst_run() -> None:
    runs = pd.DataFrame({"mean_fd": [0.1, np.nan, 0.3], "left_out": [1, 2, 0], "volumes": [10, 10, 10]})
    assert motion_measures(runs) == {"motion": 0.3, "scrubbed": 0.1}
    assert motion_measures(runs.assign(mean_fd=np.nan))["motion"] is None
    assert motion_measures(None) == {"motion": None, "scrubbed": None}


def test_the_worst_space_counts() -> None:
    spaces = [pd.DataFrame({"r": [0.1, np.nan, 0.2, 0.3]}), pd.DataFrame({"r": [0.1, 0.2]})]
    assert constant_share(spaces) == 0.25
    assert constant_share([]) is None


def test_pictures_drawn_again_are_those_in_float32_of_another_study() -> None:
    table = pd.DataFrame({"black": [True, False, False, False], "precision": ["float32", *["float16"] * 3]})
    assert picture_measures([table], "float16") == {"black": 0.25, "repeated": 0.25}
    assert picture_measures([table], "float32")["repeated"] == 0
    assert picture_measures([], "float32") == {"black": None, "repeated": None}


@pytest.mark.parametrize(("unclipped", "expected"), [([0.2, -0.1], 0.05), ([np.nan, np.nan], 0.3)])
def test_clipped_ceilings_stand_in_only_where_no_other_was_estimated(
    unclipped: list[float], expected: float
) -> None:
    voxels = pd.DataFrame({"noise_ceiling_unclipped": unclipped, "noise_ceiling": [0.2, 0.4]})
    assert mean_ceiling(voxels) == pytest.approx(expected)
