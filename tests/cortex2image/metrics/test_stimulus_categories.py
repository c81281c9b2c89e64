"""Categories and runs of blocks."""

import pytest

from cortex2image.errors import DataError
from cortex2image.metrics.stimulus_categories import stimulus_runs, study_categories

STIMULI = {
    "stimulus_id": ["x", "y", "z"],
    "category": ["shoe", "cat", "shoe"],
    "captions": [["a shoe", "one shoe"], ["a cat"], ["a shoe"]],
}
TRIALS = {"stimulus_id": ["x", "y", "z"], "session": ["ses-1"] * 3, "run": ["run-1", "run-1", "run-2"]}


def test_categories_are_sorted_and_collect_their_captions():
    categories = study_categories(STIMULI, "stimuli.parquet")
    assert categories.names == ["cat", "shoe"]
    assert categories.captions == [["a cat"], ["a shoe", "one shoe"]]
    assert categories.labels(["z", "y"], "decoded.parquet").tolist() == [1, 0]


def test_a_stimulus_of_another_study_is_named():
    with pytest.raises(DataError, match=r"decoded\.parquet(.|\n)*first unknown"):
        study_categories(STIMULI, "stimuli.parquet").labels(["x", "unknown"], "decoded.parquet")


@pytest.mark.parametrize("categories", [["shoe", None, "cat"], ["shoe", "shoe", "shoe"]])
def test_missing_or_single_categories_are_refused(categories):
    with pytest.raises(DataError, match=r"stimuli\.parquet"):
        study_categories(STIMULI | {"category": categories}, "stimuli.parquet")


def test_runs_are_told_apart_by_session():
    trials = TRIALS | {"session": ["ses-1", "ses-2", "ses-2"], "run": ["run-1"] * 3}
    assert stimulus_runs(trials, ["z", "x"], "trials").tolist() == ["ses-2 run-1", "ses-1 run-1"]


@pytest.mark.parametrize(
    ("stimuli", "message"), [(["x", "x", "z"], "run-1, ses-1 run-2"), (["x"] * 3, "none")]
)
def test_a_stimulus_belongs_to_exactly_one_run(stimuli, message):
    trials = TRIALS | {"stimulus_id": stimuli, "run": ["run-1", "run-2", "run-2"]}
    wanted = ["x"] if message != "none" else ["y"]
    with pytest.raises(DataError, match=message):
        stimulus_runs(trials, wanted, "trials.parquet")
