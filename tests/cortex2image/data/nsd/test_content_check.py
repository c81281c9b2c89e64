"""ETags of objects in one piece and in parts, computed here as Amazon describes them."""

from hashlib import md5

import pytest

from cortex2image.data.nsd.download import MIB, content_is, possible_parts

CONTENT = bytes(range(256)) * (4096 * 17 + 3)


def etag(content, part):
    parts = [content[start : start + part] for start in range(0, len(content), part)]
    return f"{md5(b''.join(md5(piece).digest() for piece in parts)).hexdigest()}-{len(parts)}"


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    path = tmp_path_factory.mktemp("content") / "file"
    path.write_bytes(CONTENT)
    return path


def test_in_one_piece(path):
    assert content_is(path, md5(CONTENT).hexdigest()) is True
    assert content_is(path, md5(b"other").hexdigest()) is False


@pytest.mark.parametrize("part", [8 * MIB, 16 * MIB])
def test_parts_of_a_usual_size(path, part):
    assert content_is(path, etag(CONTENT, part)) is True


def test_of_one_part_the_size_is_known(path):
    assert content_is(path, etag(CONTENT, len(CONTENT))) is True
    assert content_is(path, f"{md5(b'other').hexdigest()}-1") is False


@pytest.mark.parametrize("tag", [etag(CONTENT, 7 * MIB), f"{md5(b'other').hexdigest()}-3", "W/weak"])
def test_what_cannot_be_told(path, tag):
    assert content_is(path, tag) is None


def test_possible_parts():
    assert possible_parts(17 * MIB, 3) == [8 * MIB]
    assert possible_parts(17 * MIB, 2) == [size * MIB for size in (10, 15, 16)]
    assert possible_parts(17 * MIB, 99) == []
    assert possible_parts(123, 1) == [123]
