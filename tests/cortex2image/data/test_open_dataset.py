"""Names of readers become readers, and each checks its own study."""

import nibabel as nib
import numpy as np
import pytest
from tests.support.bids_tree import GRID
from tests.support.studies import DATASET, some_dataset, some_study

from cortex2image.data.bdpy.reader import BdpyDataset
from cortex2image.data.bids.categories import BidsCategories
from cortex2image.data.bids.reader import BidsDataset
from cortex2image.data.bold5000.reader import Bold5000Dataset
from cortex2image.data.haxby2001 import Haxby2001Dataset
from cortex2image.data.nsd.reader import NsdDataset
from cortex2image.data.open_dataset import check_study, open_betas, open_dataset, open_recordings
from cortex2image.errors import ConfigError, DataError
from cortex2image.study.data_settings import Dataset
from cortex2image.study.fields import build
from cortex2image.study.readers import READERS

CLASSES = {
    "simulated": BidsDataset,
    "bids": BidsDataset,
    "bids_categories": BidsCategories,
    "haxby2001": Haxby2001Dataset,
    "nsd": NsdDataset,
    "bold5000": Bold5000Dataset,
    "bdpy": BdpyDataset,
}
PREPARED = [name for name, reader in READERS.items() if reader.prepared]
RECORDINGS = [name for name, reader in READERS.items() if not reader.prepared]
CHECKED = ("subjects", *DATASET, "standardise/ncsnr_from", "decode/rois")


def checked_study(reader, root, **dataset):
    """Return the settings that the checks before a run read."""
    return some_study(CHECKED, subjects=["sub-01"], dataset={"reader": reader, "root": str(root), **dataset})


@pytest.mark.parametrize("reader", READERS)
def test_each_reader_opens_without_reading(reader, tmp_path):
    assert type(open_dataset(some_dataset(reader, tmp_path / "nowhere"))) is CLASSES[reader]


@pytest.mark.parametrize("reader", READERS)
def test_what_was_shown_takes_the_settings_of_the_source_alone(reader, tmp_path):
    source = {"reader": reader, "root": str(tmp_path / "nowhere")}
    open_dataset(some_study(("dataset/@source",), dataset=source).dataset)


def test_settings_reach_the_reader_of_recordings(tmp_path):
    chosen = {"derivatives": str(tmp_path / "out"), "task": "x", "space": "T1w"}
    dataset = open_recordings(some_dataset("bids", tmp_path, **chosen))
    assert isinstance(dataset, BidsDataset)
    assert (dataset.derivatives, dataset.task, dataset.space) == (tmp_path / "out", "x", "T1w")


def test_settings_reach_the_readers_of_betas(tmp_path):
    chosen = {"betas": "b2", "sessions": 37, "mask": "atlas"}
    rois = {"atlas": "streams", "labels": {"early": 1}}
    source = {"space": "func1mm", "test_images": "special515"}
    nsd = open_betas(some_dataset("nsd", tmp_path, rois=rois, **source, **chosen))
    assert isinstance(nsd, NsdDataset)
    assert (nsd.layout.root, nsd.layout.space, nsd.layout.betas) == (tmp_path, "func1mm", "b2")
    assert (nsd.asked, nsd.mask, nsd.test_images) == (37, "atlas", "special515")
    assert (nsd.atlas, nsd.labels) == ("streams", {"early": 1})
    volume = {"rois": rois | {"atlas": "a.nii.gz"}, "space": "volume"}
    bold5000 = open_betas(some_dataset("bold5000", tmp_path, **volume, **chosen))
    assert isinstance(bold5000, Bold5000Dataset)
    assert (bold5000.root, bold5000.space, bold5000.betas) == (tmp_path, "volume", "b2")
    assert (bold5000.atlas, bold5000.labels, bold5000.labelled_only) == ("a.nii.gz", {"early": 1}, True)
    assert bold5000.first_sessions == 37
    bdpy = open_betas(some_dataset("bdpy", tmp_path, rois=rois, **chosen))
    assert isinstance(bdpy, BdpyDataset)
    assert (bdpy.root, bdpy.betas, bdpy.first_sessions) == (tmp_path, "b2", 37)
    assert (bdpy.labels, bdpy.labelled_only) == ({"early": 1}, True)


def test_what_was_shown_in_betas_depends_on_the_source(tmp_path):
    chosen = {"betas": "b2", "sessions": 37, "space": "func1mm", "test_images": "special515"}
    nsd = open_dataset(some_dataset("nsd", tmp_path, **chosen))
    assert isinstance(nsd, NsdDataset)
    assert (nsd.layout.space, nsd.layout.betas) == ("func1mm", "b2")
    assert (nsd.asked, nsd.test_images, nsd.atlas) == (37, "special515", None)


def test_unknown_reader():
    with pytest.raises(
        ConfigError, match=r"dataset/reader(.|\n)*simulated, bids, bids_categories, haxby2001(.|\n)*'nsb'"
    ):
        open_dataset(build(Dataset, {"reader": "nsb"}))


@pytest.mark.parametrize("reader", RECORDINGS)
def test_recordings_are_no_betas(reader, tmp_path):
    with pytest.raises(ConfigError, match="one of nsd, bold5000, bdpy"):
        open_betas(some_dataset(reader, tmp_path))


@pytest.mark.parametrize("reader", PREPARED)
def test_betas_are_no_recordings(reader, tmp_path):
    with pytest.raises(ConfigError, match="one of simulated, bids, bids_categories, haxby2001"):
        open_recordings(some_dataset(reader, tmp_path))


@pytest.mark.parametrize(
    ("reader", "dataset", "match"),
    [
        ("bids", {"derivatives": None}, "the table of the pictures"),
        ("haxby2001", {}, "missing .*bold"),
        ("nsd", {}, "the files of NSD for sub-01"),
        ("bold5000", {}, "the order in which sub-01 saw the pictures"),
        ("bdpy", {}, r"one \.h5 file of sub-01"),
        ("bids_categories", {"derivatives": None}, "no such folder"),
    ],
)
def test_a_folder_without_the_data_set_is_refused(reader, dataset, match, tmp_path):
    with pytest.raises(DataError, match=match):
        check_study(checked_study(reader, tmp_path, **dataset), "sub-01")


def test_what_the_workflow_makes_is_not_checked(tmp_path):
    check_study(checked_study("simulated", tmp_path), "sub-01")


def test_what_the_workflow_fetches_need_not_be_there(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    check_study(checked_study("haxby2001", READERS["haxby2001"].fetched_into), "sub-01")


def test_a_study_is_checked_for_the_atlas_of_each_subject(small_study):
    atlas = small_study.root / "{subject}_atlas.nii.gz"
    study = checked_study("bids", small_study.root, derivatives=None, rois={"atlas": str(atlas)})
    with pytest.raises(DataError, match=r"sub-01_atlas\.nii\.gz"):
        check_study(study, "sub-01")
    nib.save(nib.Nifti1Image(np.ones(GRID, np.uint8), np.eye(4)), small_study.root / "sub-01_atlas.nii.gz")
    check_study(study, "sub-01")
