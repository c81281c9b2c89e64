"""What is missing is named before anything runs."""

import pytest
from cortex2image.data.preflight import check_bids_study, pictures_digest

from cortex2image.data.bids.reader import BidsDataset
from cortex2image.errors import DataError


@pytest.fixture
def dataset(small_study):
    return BidsDataset(small_study.root)


def test_a_complete_study_passes(dataset, tmp_path):
    (tmp_path / "atlas.nii.gz").touch()
    check_bids_study(dataset, "sub-01", str(tmp_path / "atlas.nii.gz"))
    check_bids_study(dataset, "sub-01", None)


def test_another_padding_names_the_spelling_of_the_folder(dataset):
    with pytest.raises(DataError, match="write sub-01 under subjects"):
        check_bids_study(dataset, "sub-1", None)


def test_a_missing_atlas_is_named(dataset, tmp_path):
    with pytest.raises(DataError, match="dataset/rois/atlas") as error:
        check_bids_study(dataset, "sub-01", str(tmp_path / "nowhere.nii.gz"))
    assert "nowhere.nii.gz" in error.value.where


def test_a_missing_table_of_pictures_is_named_with_its_columns(dataset):
    dataset.stimuli_table.unlink()
    with pytest.raises(DataError, match="stim_file, split"):
        check_bids_study(dataset, "sub-01", None)


def test_the_digest_changes_with_a_picture_and_with_nothing_else(small_study):
    folder = small_study.root / "stimuli"
    before = pictures_digest(folder)
    assert pictures_digest(folder) == before
    (folder / "a.png").write_bytes(b"another picture")
    assert pictures_digest(folder) != before
