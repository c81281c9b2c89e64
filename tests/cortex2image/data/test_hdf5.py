"""Whatever is wrong with an HDF5 file is told with its name."""

import h5py
import pytest

from cortex2image.data.hdf5 import SMALL_BYTES, UNREADABLE, dataset_of, held_dataset, member_of, opened
from cortex2image.errors import DataError


@pytest.fixture
def path(tmp_path):
    with h5py.File(tmp_path / "a.hdf5", "w") as file:
        file["values"] = [1, 2, 3]
        file.create_group("group")
    return tmp_path / "a.hdf5"


def test_a_whole_file(path):
    with opened(path, "numbers", "copy it") as file:
        assert dataset_of(path, file, "values", "copy it")[:].tolist() == [1, 2, 3]


@pytest.mark.parametrize("kind", UNREADABLE)
def test_what_h5py_raises_while_the_file_is_read(path, kind):
    said = r"a\.hdf5(.|\n)*numbers(.|\n)*broken(.|\n)*copy it"
    with pytest.raises(DataError, match=said), opened(path, "numbers", "copy it"):
        raise kind("broken")


@pytest.mark.parametrize(("key", "found"), [("group", "a group group"), ("absent", "group, values")])
def test_no_such_dataset(path, key, found):
    with pytest.raises(DataError, match=found), opened(path, "numbers", "copy it") as file:
        dataset_of(path, file, key, "copy it")


@pytest.mark.parametrize("content", [b"", b"something else"])
def test_no_such_file(tmp_path, content):
    (tmp_path / "a.hdf5").write_bytes(content)
    with pytest.raises(DataError, match=r"a\.hdf5"), opened(tmp_path / "a.hdf5", "numbers", "copy it"):
        pass


def test_what_is_no_file(tmp_path):
    with pytest.raises(DataError, match="no regular file"), opened(tmp_path, "numbers", "copy it"):
        pass


def test_a_dataset_that_a_file_can_hold(tmp_path):
    with h5py.File(tmp_path / "a.hdf5", "w") as file:
        file.create_dataset("fits", (SMALL_BYTES // 8,), "f8")
        file.create_dataset("huge", (10**9,), "f8")
    with opened(tmp_path / "a.hdf5", "numbers", "copy it") as file:
        assert held_dataset(file.filename, file, "fits", "copy it").size == SMALL_BYTES // 8
        assert dataset_of(file.filename, file, "huge", "copy it").size == 10**9
        with pytest.raises(DataError, match=r"8000000000 bytes of huge, shape \(1000000000,\)"):
            held_dataset(file.filename, file, "huge", "copy it")


def test_links(path, tmp_path):
    with h5py.File(tmp_path / "b.hdf5", "w") as file:
        file["own"] = [1]
        file["soft"] = h5py.SoftLink("/own")
        file["nowhere"] = h5py.SoftLink("/absent")
        file["external"] = h5py.ExternalLink(str(path), "values")
        file["round about"] = h5py.SoftLink("/external")
    with opened(tmp_path / "b.hdf5", "numbers", "copy it") as file:
        assert dataset_of(file.filename, file, "soft", "copy it")[:].tolist() == [1]
        assert member_of(file.filename, file, "nowhere", "copy it") is None
        for key in ("external", "round about"):
            with pytest.raises(DataError, match="a link to another file"):
                dataset_of(file.filename, file, key, "copy it")
