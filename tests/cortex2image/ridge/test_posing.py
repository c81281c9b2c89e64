"""What is fitted: pictures with weights, trials, or trials of which pictures are decomposed."""

import numpy as np
import pytest
from sklearn.model_selection import KFold

from cortex2image.errors import ConfigError
from cortex2image.ridge.inputs import as_blocks
from cortex2image.ridge.posing import Split, pose, pose_repeats
from cortex2image.ridge.repeats import PerTrial

ROW = np.array([4, 0, 2, 2, 0, 2, 5, 1])
KFOLD, GCV, LOO = (Split(selection, 3, 0) for selection in ("kfold", "gcv", "loo"))


def features(columns: int) -> np.ndarray:
    return np.arange(6.0 * columns).reshape(6, columns)


@pytest.mark.parametrize("split", [KFOLD, LOO, GCV], ids=lambda split: split.selection)
def test_repeats_that_stay_together_make_pictures_rows(split):
    posed = pose_repeats(PerTrial(features(3), ROW), split, ROW)
    assert posed.blocks.shape == (5, 3)
    assert posed.weights is not None
    assert posed.weights.tolist() == [2, 1, 3, 1, 1]
    assert posed.groups is not None
    assert posed.groups.tolist() == [0, 1, 2, 4, 5]
    assert len(posed.folds) == (3 if split is KFOLD else 0)
    assert all(len(fold.train) == 5 for fold in posed.folds)


@pytest.mark.parametrize(("columns", "lifted"), [(3, False), (9, True)])
def test_folds_that_part_repeats_make_trials_rows(columns, lifted):
    posed = pose_repeats(PerTrial(features(columns), ROW), Split("kfold", KFold(4), 0), None)
    assert posed.blocks.shape == (8, columns)
    assert posed.weights is None
    assert (posed.lifted is not None) == lifted
    assert (posed.lifted.pictures.shape if posed.lifted else None) == ((5, columns) if lifted else None)


def test_trials_without_repeats_have_no_weights_but_an_order():
    posed = pose_repeats(PerTrial(features(3), np.array([3, 1, 0, 2, 4, 5])), KFOLD, None)
    assert posed.weights is None
    assert posed.repeats is not None
    assert not posed.repeats.in_order


def test_repeats_are_no_independent_rows_for_gcv():
    with pytest.raises(ConfigError, match="takes repeats for independent rows"):
        pose(as_blocks(features(3)), None, GCV, np.array([0, 0, 1, 2, 3, 4]))
    with pytest.raises(ConfigError, match="takes repeats for independent rows"):
        pose_repeats(PerTrial(features(3), ROW), GCV, np.minimum(ROW, 3))
    assert pose_repeats(PerTrial(features(3), ROW), GCV, ROW).weights is not None
