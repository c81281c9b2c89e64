"""Folds are complete and disjoint, and never split a group."""

import numpy as np
import pytest
from sklearn.model_selection import GroupKFold, KFold, LeaveOneGroupOut, ShuffleSplit

from cortex2image.errors import DataError
from cortex2image.ridge.folds import check_groups, hold_out_once, make_folds

GROUPS = np.repeat([f"stimulus-{i}" for i in range(10)], 3)


@pytest.mark.parametrize("groups", [None, GROUPS], ids=["rows", "groups"])
def test_every_row_is_validated_once(groups):
    folds = make_folds(5, 30, groups, seed=1)
    assert sum(fold.validation.astype(int) for fold in folds).tolist() == [1] * 30
    assert all((fold.train != fold.validation).all() for fold in folds)
    assert hold_out_once(folds)
    again = make_folds(np.int64(5), 30, groups, seed=1)
    assert [fold.validation.tolist() for fold in again] == [fold.validation.tolist() for fold in folds]


def test_groups_stay_on_one_side():
    for fold in make_folds(5, 30, GROUPS, seed=1):
        assert not set(GROUPS[fold.train]) & set(GROUPS[fold.validation])


def test_the_order_of_rows_does_not_change_which_groups_go_together(rng):
    order = rng.permutation(30)

    def partition(groups: np.ndarray) -> set[frozenset[str]]:
        return {frozenset(groups[fold.validation]) for fold in make_folds(5, 30, groups, seed=1)}

    assert partition(GROUPS) == partition(GROUPS[order])


def test_the_seed_shuffles():
    first, again, other = (make_folds(5, 30, GROUPS, seed)[0].validation.tolist() for seed in (1, 1, 2))
    assert first == again != other


def test_splitters_and_pairs_are_accepted():
    assert len(make_folds(LeaveOneGroupOut(), 30, GROUPS, 0)) == 10
    single = make_folds([(np.arange(20), np.arange(20, 30))], 30, None, 0)
    assert len(single) == 1
    assert not hold_out_once(single)
    assert not hold_out_once(make_folds(ShuffleSplit(3, random_state=0), 30, None, 0))


@pytest.mark.filterwarnings("ignore:The groups parameter is ignored")
@pytest.mark.parametrize(
    ("cv", "groups", "message"),
    [
        (5, GROUPS[:20], "30, one per row"),
        (11, GROUPS, "choose from 2 to 10 folds"),
        (1, None, "at least 2 folds"),
        (np.int64(31), None, "choose from 2 to 30"),
        (5, np.zeros(30), "1 groups\n.*to do: +add training data"),
        (5, np.arange(30) % 2, "to do: +choose from 2 to 2 folds, or add"),
        (31, None, "choose from 2 to 30"),
        (KFold(4), GROUPS, "groups on both sides"),
        ([(np.arange(20), np.arange(19, 30))], None, "first 19"),
        ([(np.arange(20), np.arange(0))], None, "rows on both sides"),
        ([(np.repeat(np.arange(20), 2), np.arange(20, 30))], None, "40 rows, 20 of them different"),
    ],
)
def test_bad_folds_are_refused(cv, groups, message):
    with pytest.raises(DataError, match=message):
        make_folds(cv, 30, groups, seed=0)


def test_one_group_cannot_be_left_out():
    assert check_groups(30, GROUPS) == 10
    assert check_groups(30, None) == 30
    with pytest.raises(DataError, match="at least 2 to leave one out"):
        check_groups(30, np.zeros(30))


def test_folds_are_there_and_groups_are_labels():
    with pytest.raises(DataError, match="at least 1 fold"):
        make_folds([], 10, None, 0)
    with pytest.raises(DataError, match="one per row"):
        make_folds(2, 10, np.zeros((10, 2)), 0)


@pytest.mark.parametrize("groups", [None, GROUPS, np.arange(30) % 7], ids=["rows", "equal", "unequal"])
def test_folds_are_those_of_scikit_learn(groups):
    theirs = (KFold if groups is None else GroupKFold)(4, shuffle=True, random_state=3)
    pairs = list(theirs.split(np.empty((30, 1)), None, groups))
    ours = make_folds(4, 30, groups, seed=3)
    assert [np.flatnonzero(fold.train).tolist() for fold in ours] == [train.tolist() for train, _ in pairs]
    assert [np.flatnonzero(f.validation).tolist() for f in ours] == [held.tolist() for _, held in pairs]
