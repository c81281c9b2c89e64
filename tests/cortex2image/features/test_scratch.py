"""Room on a disk is checked before it is filled."""

import shutil

import pytest

from cortex2image.errors import DataError
from cortex2image.features.scratch import check_scratch


@pytest.fixture
def asked(tmp_path, monkeypatch):
    """Let every disk have 5 GB free; return the folders whose disks are asked for."""
    usage, folders = shutil.disk_usage(tmp_path)._replace(free=5 * 10**9), []
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: folders.append(folder) or usage)
    return folders


def test_a_disk_with_room_will_do(tmp_path, asked):
    check_scratch(tmp_path, 0)
    check_scratch(tmp_path, 5 * 10**9)


def test_a_full_disk_is_refused_with_what_is_needed_and_free(tmp_path, asked):
    with pytest.raises(DataError, match=r"5\.25 GB of free disk(.|\n)*5 GB free"):
        check_scratch(tmp_path, int(5.25e9))


def test_a_byte_too_much_is_refused(tmp_path, asked):
    with pytest.raises(DataError):
        check_scratch(tmp_path, 5 * 10**9 + 1)


def test_the_disk_of_a_new_folder_is_that_of_the_nearest_folder_above(tmp_path, asked):
    check_scratch(tmp_path / "results" / "demo" / "features", 1)
    assert asked == [tmp_path]


def test_a_real_disk_has_no_exabyte(tmp_path):
    with pytest.raises(DataError):
        check_scratch(tmp_path, 10**18)
