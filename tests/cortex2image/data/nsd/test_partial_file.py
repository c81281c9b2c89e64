"""A file takes its name only when it is what was announced."""

import hashlib

import pytest

from cortex2image.data.nsd.download import PartialFile, RemoteObject
from cortex2image.errors import DataError

CONTENT = b"0123456789"
MD5 = hashlib.md5(CONTENT).hexdigest()


@pytest.fixture
def path(tmp_path):
    return tmp_path / "new" / "file.hdf5"


def begun(path, content, etag=MD5, size=10):
    part = PartialFile(path, RemoteObject("key", size, etag))
    part.start()
    part.data.write_bytes(content)
    return part


def test_nothing_is_touched_before_the_start(path):
    part = PartialFile(path, RemoteObject("key", 10, MD5))
    assert part.bytes == 0
    assert not path.parent.exists()


def test_a_whole_file_takes_its_name_and_leaves_nothing_beside_it(path):
    assert begun(path, CONTENT).finish()
    assert path.read_bytes() == CONTENT
    assert list(path.parent.iterdir()) == [path]


def test_a_short_file_is_kept_to_go_on_from(path):
    with pytest.raises(DataError, match=r"10 bytes of key(.|\n)*4 bytes came"):
        begun(path, CONTENT[:4]).finish()
    again = PartialFile(path, RemoteObject("key", 10, MD5))
    again.start()
    assert again.bytes == 4
    assert not path.exists()


@pytest.mark.parametrize(("etag", "size"), [("another", 10), (MD5, 3)])
def test_what_came_of_another_state_counts_for_nothing(path, etag, size):
    begun(path, CONTENT[:4])
    again = PartialFile(path, RemoteObject("key", size, etag))
    assert again.bytes == 0
    again.start()
    assert again.data.read_bytes() == b""


def test_other_content_of_the_right_size_is_removed(path):
    with pytest.raises(DataError, match=f"MD5 {MD5}"):
        begun(path, b"x" * 10).finish()
    assert list(path.parent.iterdir()) == []


def test_the_parts_of_an_object_are_checked_where_their_size_is_known(path):
    assert begun(path, CONTENT, f"{hashlib.md5(bytes.fromhex(MD5)).hexdigest()}-1").finish()
    assert path.read_bytes() == CONTENT


def test_an_object_stored_in_unknown_parts_is_checked_by_size_only(path):
    assert not begun(path, b"x" * 10, f"{MD5}-3").finish()
    assert path.exists()
