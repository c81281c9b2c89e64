"""Paths that the settings of a data set name."""

import pytest
from tests.support.studies import some_dataset, some_study

from cortex2image.data.paths import pictures_digest, root_folder, subject_atlas
from cortex2image.errors import ConfigError


def test_a_data_set_without_folder_is_refused(tmp_path):
    assert root_folder(some_dataset("bids", tmp_path)) == tmp_path
    with pytest.raises(ConfigError, match=r"dataset/root\n.*folder of the bids data"):
        root_folder(some_study(("dataset/@source",), dataset={"reader": "bids"}).dataset)


def test_the_label_of_the_subject_goes_into_the_path_of_its_atlas(tmp_path):
    rois = some_dataset("bids", tmp_path, rois={"atlas": "a/{subject}_{hemisphere}.nii"}).rois
    assert subject_atlas(rois, "sub-03") == "a/sub-03_{hemisphere}.nii"
    assert subject_atlas(some_dataset("bids", tmp_path).rois, "sub-03") is None


def test_the_digest_changes_with_a_picture_and_with_nothing_else(small_study):
    folder = small_study.root / "stimuli"
    before = pictures_digest(folder)
    assert pictures_digest(folder) == before
    (folder / "a.png").write_bytes(b"another picture")
    assert pictures_digest(folder) != before
