"""Files of the Kamitani laboratory: which hold a subject, and what they hold."""

from dataclasses import replace

import h5py
import numpy as np
import pytest
from tests.support.bdpy_files import some_content, write_bdpy

from cortex2image.data.bdpy.files import find_files, read_label, read_metadata, read_samples, subject_labels
from cortex2image.errors import DataError

TRAINING, TEST = (f"sub-01_perceptionNaturalImage{part}_original_VC.h5" for part in ("Training", "Test"))
NEW_TRAINING, NEW_TEST = (f"sub-01_ImageNet{part}_fmriprep_volume_native.h5" for part in ("Training", "Test"))
SHOWN = ["n01518878_5958", "n02051845_7", "n01518878_5958"]


def files(root, *names, subject="sub-01", betas=None):
    for name in names:
        (root / name).touch()
    found = find_files(root, subject, betas)
    return {split: path.name for split, path in found.files.items()}, [p.name for p in found.others]


@pytest.mark.parametrize("subject", ["sub-01", "sub-1"])
@pytest.mark.parametrize("name", ["Subject1.h5", "sub-01.h5", "sub-1.h5"])
def test_one_file(tmp_path, subject, name):
    assert files(tmp_path, name, "Subject11.h5", "Subject2.h5", subject=subject) == ({None: name}, [])


def test_training_and_test(tmp_path):
    letters = "sub-01_perceptionLetterImage_original_VC.h5"
    found = files(tmp_path, TRAINING, TEST, letters, "sub-02_x_Training.h5")
    assert found == ({"train": TRAINING, "test": TEST}, [letters])


def test_one_version_of_two(tmp_path):
    found, _ = files(tmp_path, TRAINING, TEST, NEW_TRAINING, NEW_TEST, betas="fmriprep_volume_native")
    assert found == {"train": NEW_TRAINING, "test": NEW_TEST}


@pytest.mark.parametrize(
    ("names", "fix"),
    [
        ([], "put what is missing there"),
        ([TRAINING], "put what is missing there"),
        ([TRAINING, TEST, NEW_TEST], "keep one version"),
        ([TRAINING, TEST, NEW_TRAINING, NEW_TEST], "keep one version"),
        (["Subject1.h5", "sub-01.h5"], "keep one version"),
        (["Subject1.h5", TRAINING, TEST], "keep one version"),
    ],
)
def test_several_or_too_few(tmp_path, names, fix):
    with pytest.raises(DataError, match=r"one \.h5 file of sub-01(.|\n)*dataset/betas") as error:
        files(tmp_path, *names, "sub-02.h5")
    assert fix in error.value.fix
    assert all(name in error.value.found for name in names)


def test_subjects(tmp_path):
    for name in ("Subject10.h5", "Subject2.h5", TRAINING, TEST, "ImageFeatures.h5"):
        (tmp_path / name).touch()
    assert subject_labels(tmp_path) == ["sub-01", "sub-02", "sub-10"]


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


def write_name(path, value):
    with h5py.File(path, "a") as file:
        file["vmap/stimulus_id/2.5"] = value


@pytest.mark.parametrize(
    "value",
    [
        "cat.JPEG",
        b"cat.JPEG",
        np.bytes_("cat.JPEG"),
        np.array([b"cat.JPEG"]),
        np.array([[b"cat.JPEG"]]),
        np.array(["cat.JPEG"], h5py.string_dtype()),
    ],
)
def test_a_name_is_a_text_however_it_is_wrapped(tmp_path, content, value):
    path = write_bdpy(tmp_path / "a.h5", content)
    write_name(path, value)
    assert read_metadata(path).names == {"stimulus_id": {2.5: "cat.JPEG"}}


@pytest.mark.parametrize(
    "value",
    [
        np.array([b"cat", b"dog"]),
        np.array([99, 97, 116], np.uint16),
        7.0,
        "",
        b" ",
        b"\xff\xfe",
        h5py.Empty("S3"),
    ],
)
def test_what_is_no_single_name_is_refused_with_its_place(tmp_path, content, value):
    path = write_bdpy(tmp_path / "a.h5", content)
    write_name(path, value)
    with pytest.raises(DataError, match="one name as text") as error:
        read_metadata(path)
    assert error.value.where == f"{path}, /vmap/stimulus_id/2.5"


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
