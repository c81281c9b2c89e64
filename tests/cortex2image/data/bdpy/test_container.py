"""The container: old and new names, rows in any order, and files that are not what they should be."""

from dataclasses import replace

import h5py
import numpy as np
import pytest
from tests.support.bdpy_files import some_content, write_bdpy

from cortex2image.data.bdpy.files import read_label, read_metadata, read_samples
from cortex2image.errors import DataError

SHOWN = ["n01518878_5958", "n02051845_7", "n01518878_5958"]


@pytest.fixture
def content():
    return some_content(SHOWN, Run=[1, 2, 2])


@pytest.mark.parametrize("old", [False, True])
def test_old_and_new_names(tmp_path, content, old):
    metadata = read_metadata(write_bdpy(tmp_path / "a.h5", content, old))
    assert metadata.samples == 3
    np.testing.assert_array_equal(metadata.columns("VoxelData"), np.arange(12))
    np.testing.assert_array_equal(metadata.columns("ROI_V1"), np.arange(6))
    np.testing.assert_array_equal(metadata.values["voxel_x"][:12], content.metadata["voxel_x"])
    np.testing.assert_array_equal(read_label(metadata, "Run"), [1, 2, 2])
    assert read_label(metadata, "Block") is None


def test_names_behind_numbers(tmp_path, content):
    named = replace(content, names={"stimulus_id": {1518878.005958: "a.JPEG", 2.5: "b"}})
    assert read_metadata(write_bdpy(tmp_path / "a.h5", named)).names == named.names


@pytest.mark.parametrize("rows", [[0, 1, 2], [2, 0], [1], [1, 2, 0, 1]])
def test_rows_in_any_order(tmp_path, content, rows):
    path = write_bdpy(tmp_path / "a.h5", content)
    columns = np.array([7, 0, 3])
    samples = read_samples(path, rows, columns)
    assert samples.dtype == np.float32
    np.testing.assert_array_equal(samples, content.voxels[rows][:, columns].astype(np.float32))


def test_rows_past_the_end(tmp_path, content):
    path = write_bdpy(tmp_path / "a.h5", content)
    with pytest.raises(DataError, match=r"at least 4 rows(.|\n)*3 rows"):
        read_samples(path, [1, 3], np.arange(2))


def test_a_label_of_two_columns(tmp_path, content):
    path = write_bdpy(tmp_path / "a.h5", content)
    with h5py.File(path, "a") as file:
        keys = [key.decode() for key in file["metadata/key"][:]]
        file["metadata/value"][keys.index("Run"), 0] = 1
    with pytest.raises(DataError, match=r"a\.h5(.|\n)*2 columns"):
        read_label(read_metadata(path), "Run")


def test_metadata_of_another_table(tmp_path, content):
    path = write_bdpy(tmp_path / "a.h5", content)
    with h5py.File(path, "a") as file:
        del file["dataset"]
        file["dataset"] = np.ones((3, 5))
    with pytest.raises(DataError, match=r"a\.h5(.|\n)*9 keys and 5 columns"):
        read_metadata(path)


@pytest.mark.parametrize("missing", ["dataset", "metadata", "metadata/value"])
def test_another_kind_of_file(tmp_path, content, missing):
    path = write_bdpy(tmp_path / "a.h5", content)
    with h5py.File(path, "a") as file:
        del file[missing]
    with pytest.raises(DataError, match=r"a\.h5(.|\n)*as bdpy writes it"):
        read_metadata(path)


@pytest.mark.parametrize("content", [b"", b"no HDF5 file"])
def test_no_such_container(tmp_path, content):
    (tmp_path / "a.h5").write_bytes(content)
    with pytest.raises(DataError, match=r"a\.h5(.|\n)*whole HDF5"):
        read_metadata(tmp_path / "a.h5")


def test_missing_file(tmp_path):
    with pytest.raises(DataError, match=r"nowhere\.h5"):
        read_metadata(tmp_path / "nowhere.h5")
