"""Whatever is wrong with an HDF5 file is told with its name."""

import h5py
import pytest

from cortex2image.data.hdf5 import UNREADABLE, dataset_of, opened
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
