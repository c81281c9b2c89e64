"""Atlas codes to labels, and labels to voxels."""

import numpy as np
import pytest

from cortex2image.errors import ConfigError, DataError
from cortex2image.fmri.rois import label_voxels, select_rois

LABELS = {"early": 1, "ventral": 5}


def test_codes_below_one_and_unnamed_codes_are_unlabelled() -> None:
    codes = np.array([-1, 0, 1, 5, 3, np.nan, 1], np.float32)
    expected = ["unlabelled"] * 2 + ["early", "ventral", "unlabelled", "unlabelled", "early"]
    assert label_voxels(codes, LABELS, "atlas.nii.gz") == expected


def test_interpolated_atlas_is_refused() -> None:
    with pytest.raises(DataError, match=r"atlas\.nii\.gz\n.*whole numbers\n.*0\.5") as info:
        label_voxels(np.array([0, 1, 0.5]), LABELS, "atlas.nii.gz")
    assert "nearest" in info.value.fix


@pytest.mark.parametrize("labels", [{"early": 0}, {"early": -1}, {"all": 1}, {"a": 1, "b": 1}])
def test_impossible_labels_are_refused(labels: dict[str, int]) -> None:
    with pytest.raises(ConfigError, match="rois/labels"):
        label_voxels(np.array([0, 1]), labels, "atlas.nii.gz")


def test_selection_keeps_the_order_of_the_voxels() -> None:
    roi = ["ventral", "unlabelled", "early", "ventral"]
    assert select_rois(roi, ["ventral"]).tolist() == [0, 3]
    assert select_rois(roi, ["ventral", "early"]).tolist() == [0, 2, 3]
    assert select_rois(roi, ["all"]).tolist() == [0, 1, 2, 3]
    assert select_rois(roi, ["early", "all"]).tolist() == [0, 1, 2, 3]


@pytest.mark.parametrize("names", [["V1"], ["early", "V1"], ["all", "V1"], []])
def test_unknown_region_lists_those_there_are(names: list[str]) -> None:
    with pytest.raises(ConfigError, match="all, early, ventral"):
        select_rois(["early", "ventral"], names)
