"""Folds: complete, disjoint, and never through a group."""

import numpy as np
import pytest
from sklearn.model_selection import KFold, LeaveOneGroupOut

from cortex2image.errors import DataError
from cortex2image.ridge.folds import make_folds

GROUPS = np.repeat([f"stimulus-{i}" for i in range(10)], 3)


@pytest.mark.parametrize("groups", [None, GROUPS], ids=["rows", "groups"])
def test_every_row_is_validated_once(groups):
    folds = make_folds(5, 30, groups, seed=1)
    assert sorted(np.concatenate([validation for _, validation in folds])) == list(range(30))
    assert all(len(train) + len(validation) == 30 for train, validation in folds)


def test_groups_stay_on_one_side():
    for train, validation in make_folds(5, 30, GROUPS, seed=1):
        assert not set(GROUPS[train]) & set(GROUPS[validation])


def test_the_order_of_rows_does_not_change_which_groups_go_together(rng):
    order = rng.permutation(30)

    def partition(groups: np.ndarray) -> set[frozenset[str]]:
        return {frozenset(groups[validation]) for _, validation in make_folds(5, 30, groups, seed=1)}

    assert partition(GROUPS) == partition(GROUPS[order])


def test_the_seed_shuffles():
    first, again, other = (make_folds(5, 30, GROUPS, seed)[0][1].tolist() for seed in (1, 1, 2))
    assert first == again != other


def test_splitters_and_pairs_are_accepted():
    assert len(make_folds(LeaveOneGroupOut(), 30, GROUPS, 0)) == 10
    assert len(make_folds([(np.arange(20), np.arange(20, 30))], 30, None, 0)) == 1


@pytest.mark.filterwarnings("ignore:The groups parameter is ignored")
@pytest.mark.parametrize(
    ("cv", "groups", "message"),
    [
        (5, GROUPS[:20], "30, one per row"),
        (11, GROUPS, "choose between 2 and 10 folds"),
        (1, None, "at least 2 folds"),
        (31, None, "choose between 2 and 30"),
        (KFold(4), GROUPS, "groups on both sides"),
        ([(np.arange(20), np.arange(19, 30))], None, "first 19"),
    ],
)
def test_bad_folds_are_refused(cv, groups, message):
    with pytest.raises(DataError, match=message):
        make_folds(cv, 30, groups, seed=0)
