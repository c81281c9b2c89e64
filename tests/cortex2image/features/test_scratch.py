"""Room on a disk is checked before it is filled."""

import shutil

import pytest

from cortex2image.errors import DataError
from cortex2image.features.scratch import check_scratch


def test_a_disk_with_room_will_do(tmp_path):
    check_scratch(tmp_path, 1000)
    check_scratch(tmp_path, 0)


@pytest.mark.parametrize("folder", [".", "results/demo/features/activity"])
def test_a_full_disk_is_refused_with_what_is_needed_and_free(tmp_path, folder, monkeypatch):
    """Also where the folder is not there yet: its disk is that of the nearest folder above."""
    free = shutil.disk_usage(tmp_path).free
    with pytest.raises(DataError, match=rf"{free / 1e9 + 10:.3g} GB of free disk(.|\n)*{free / 1e9:.2g}"):
        check_scratch(tmp_path / folder, free + 10**10)


def test_the_limit_is_what_is_free(tmp_path, monkeypatch):
    usage = shutil.disk_usage(tmp_path)._replace(free=5_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: usage)
    check_scratch(tmp_path, 5_000)
    with pytest.raises(DataError):
        check_scratch(tmp_path, 5_001)
