"""Partitions and groups of trials."""

import numpy as np
import pytest

from cortex2image.errors import DataError
from cortex2image.prediction.partitions import Trials, ordered_stimuli, partitions


def columns(stimuli: str, splits: str = "", folds: list[int | None] | None = None) -> dict[str, list]:
    """Return columns of trials; a letter stands for a stimulus, `r` and `e` for train and test."""
    n = len(stimuli)
    return {
        "stimulus_id": list(stimuli),
        "session": ["ses-1"] * n,
        "run": [f"run-{i // 2}" for i in range(n)],
        "split": [{"r": "train", "e": "test"}[s] for s in splits or "r" * n],
        "fold": folds or [None] * n,
    }


def test_one_split_gives_one_partition():
    trials = Trials.from_columns(columns("abac", "rere"), "t")
    (partition,) = partitions(trials)
    assert partition.train.tolist() == [0, 2]
    assert partition.test.tolist() == [1, 3]
    assert trials.groups.tolist() == list("abac")


def test_stimuli_of_training_trials_come_first():
    assert ordered_stimuli(Trials.from_columns(columns("dbacabe", "rrererr"), "t")) == list("bcdea")


def test_each_fold_is_held_out_once_and_runs_are_the_inner_groups():
    trials = Trials.from_columns(columns("abcdef", folds=[4, 4, 5, 5, 9, 9]), "t")
    assert [p.test.tolist() for p in partitions(trials)] == [[0, 1], [2, 3], [4, 5]]
    assert [p.train.tolist() for p in partitions(trials)] == [[2, 3, 4, 5], [0, 1, 4, 5], [0, 1, 2, 3]]
    assert trials.groups.tolist() == [f"ses-1 run-{i}" for i in (0, 0, 1, 1, 2, 2)]


def test_runs_of_a_session_that_share_a_stimulus_are_one_inner_group():
    """With sessions as folds, repeats of a picture in runs of one session stay in one group."""
    trials = Trials.from_columns(columns("abacdefgghii", folds=[0] * 6 + [1] * 6), "t")
    assert trials.groups.tolist() == [f"ses-1 run-{i}" for i in (0, 0, 0, 0, 2, 2, 3, 3, 3, 3, 5, 5)]


def test_what_connects_inner_groups_need_not_be_direct():
    trials = Trials.from_columns(columns("abcdbcda", folds=[0] * 8), "t")
    assert set(trials.groups) == {"ses-1 run-0"}


@pytest.mark.parametrize(
    "bad", [columns("abca", "rree"), columns("abac", folds=[0, 0, 1, 1])], ids=["split", "folds"]
)
def test_a_stimulus_on_both_sides_is_refused(bad):
    with pytest.raises(DataError, match="stimulus a is in train and test"):
        partitions(Trials.from_columns(bad, "t"))


@pytest.mark.parametrize("splits", ["rrr", "eee"])
def test_an_empty_side_is_refused(splits):
    with pytest.raises(DataError, match="trials on both sides"):
        partitions(Trials.from_columns(columns("abc", splits), "t"))


def test_folds_for_some_trials_only_are_refused():
    with pytest.raises(DataError, match=r"t\.parquet, column fold\n(.*\n)*.*1 of 3 trials without a fold"):
        Trials.from_columns(columns("abc", folds=[0, None, 1]), "t.parquet")


def test_runs_of_different_sessions_differ():
    both = columns("ab") | {"session": ["ses-1", "ses-2"]}
    assert len(np.unique(Trials.from_columns(both, "t").run)) == 2
