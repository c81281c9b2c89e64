"""Files are whole or absent."""

import hashlib

import pytest

from cortex2image.files import atomic, sha256, whole_folder


def test_a_finished_block_leaves_the_file_and_nothing_else(tmp_path):
    with atomic(tmp_path / "new" / "a.nii.gz") as temporary:
        assert temporary.name.endswith(".nii.gz")
        temporary.write_text("whole")
    assert [p.name for p in (tmp_path / "new").iterdir()] == ["a.nii.gz"]


def test_a_broken_block_leaves_what_was_there(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("old")
    with pytest.raises(RuntimeError), atomic(path) as temporary:
        temporary.write_text("half")
        raise RuntimeError
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_finished_folder_takes_the_place_of_the_old_one(tmp_path):
    (tmp_path / "pictures").mkdir()
    (tmp_path / "pictures" / "old.png").touch()
    with whole_folder(tmp_path / "pictures") as temporary:
        (temporary / "new.png").touch()
    assert [p.name for p in tmp_path.rglob("*")] == ["pictures", "new.png"]


def test_a_broken_folder_leaves_what_was_there(tmp_path):
    (tmp_path / "pictures").mkdir()
    (tmp_path / "pictures" / "old.png").touch()
    with pytest.raises(RuntimeError), whole_folder(tmp_path / "pictures") as temporary:
        (temporary / "new.png").touch()
        raise RuntimeError
    assert [p.name for p in tmp_path.rglob("*")] == ["pictures", "old.png"]


def test_sha256_agrees_with_hashlib(tmp_path):
    (tmp_path / "a").write_bytes(b"abc" * 100000)
    assert sha256(tmp_path / "a") == hashlib.sha256(b"abc" * 100000).hexdigest()
