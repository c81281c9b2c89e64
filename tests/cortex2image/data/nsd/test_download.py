"""Partial files, the check of their content against an ETag, and the progress of downloads."""

import hashlib
from hashlib import md5

import pytest

from cortex2image.data.nsd.download import (
    MIB,
    ByteProgress,
    PartialFile,
    RemoteObject,
    StoppedError,
    content_is,
    possible_parts,
)
from cortex2image.errors import DataError

CONTENT = b"0123456789"
MD5 = hashlib.md5(CONTENT).hexdigest()
BYTES = bytes(range(256)) * (4096 * 17 + 3)


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


def etag(content, part):
    parts = [content[start : start + part] for start in range(0, len(content), part)]
    return f"{md5(b''.join(md5(piece).digest() for piece in parts)).hexdigest()}-{len(parts)}"


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    file = tmp_path_factory.mktemp("content") / "file"
    file.write_bytes(BYTES)
    return file


def test_in_one_piece(file):
    assert content_is(file, md5(BYTES).hexdigest()) is True
    assert content_is(file, md5(b"other").hexdigest()) is False


@pytest.mark.parametrize("part", [8 * MIB, 16 * MIB])
def test_parts_of_a_usual_size(file, part):
    assert content_is(file, etag(BYTES, part)) is True


def test_of_one_part_the_size_is_known(file):
    assert content_is(file, etag(BYTES, len(BYTES))) is True
    assert content_is(file, f"{md5(b'other').hexdigest()}-1") is False


@pytest.mark.parametrize("tag", [etag(BYTES, 7 * MIB), f"{md5(b'other').hexdigest()}-3", "W/weak"])
def test_what_cannot_be_told(file, tag):
    assert content_is(file, tag) is None


def test_possible_parts():
    assert possible_parts(17 * MIB, 3) == [8 * MIB]
    assert possible_parts(17 * MIB, 2) == [size * MIB for size in (10, 15, 16)]
    assert possible_parts(17 * MIB, 99) == []
    assert possible_parts(123, 1) == [123]


def test_a_line_is_said_when_its_time_has_come(capsys):
    progress = ByteProgress(4_000_000, every_s=0.0)
    progress.advance(1_000_000)
    progress.advance(2_000_000)
    said = capsys.readouterr().err.splitlines()
    assert [line.split(",")[0] for line in said] == ["1 MB of 4 MB", "3 MB of 4 MB"]


def test_between_two_lines_nothing_is_said(capsys):
    ByteProgress(10, every_s=60).advance(5)
    assert capsys.readouterr().err == ""


def test_after_a_stop_the_next_chunk_is_the_last():
    progress = ByteProgress(10)
    progress.stop()
    with pytest.raises(StoppedError):
        progress.advance(1)
