"""Files that others wrote: what is read, and what is refused before it fills the memory."""

import json
import os

import pytest

from cortex2image.given_files import (
    DEEPEST,
    is_text,
    parse_json,
    read_bytes,
    read_json,
    require_bounded,
    shown,
)


def test_a_regular_file(tmp_path):
    (tmp_path / "a").write_bytes(b"abc")
    assert read_bytes(tmp_path / "a", 3) == b"abc"
    with pytest.raises(ValueError, match="3 bytes, more than 2"):
        read_bytes(tmp_path / "a", 2)


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir, lambda path: os.symlink("/dev/zero", path)])
def test_what_is_no_regular_file(tmp_path, make):
    make(tmp_path / "a")
    with pytest.raises(OSError, match="no regular file"):
        read_bytes(tmp_path / "a")


def test_json_with_a_byte_order_mark(tmp_path):
    (tmp_path / "a.json").write_text('{"a": [1, "ä"]}', encoding="utf-8-sig")
    assert read_json(tmp_path / "a.json") == {"a": [1, "ä"]}


def nested(depth: int) -> str:
    return "[" * depth + "]" * depth


def test_the_deepest_json_that_is_read():
    assert json.dumps(parse_json(nested(DEEPEST + 1))) == nested(DEEPEST + 1)
    for depth in (DEEPEST + 2, 900, 100_000):
        with pytest.raises(ValueError, match="inside each other"):
            parse_json(nested(depth))


@pytest.mark.parametrize("text", ["9" * 5000, "{", ""])
def test_json_that_is_refused(text):
    with pytest.raises(ValueError):
        parse_json(text)


def test_entries_count_as_often_as_they_are_used():
    once = [0] * 10
    often = {"a": [once] * 10}
    require_bounded(often, 112)  # the key and its value, ten lists, a hundred numbers
    with pytest.raises(ValueError, match="more than 111 entries"):
        require_bounded(often, 111)


def test_a_value_that_holds_itself():
    endless: list[object] = []
    endless.append(endless)
    with pytest.raises(ValueError, match="inside each other"):
        require_bounded(endless)


@pytest.mark.parametrize(("value", "expected"), [("ä", True), ("", False), ("\ud800", False), (1, False)])
def test_text_that_files_can_hold(value, expected):
    assert is_text(value) is expected


def test_values_are_shown_short():
    assert len(shown({"a": ["b" * 1000] * 1000})) < 2500
    assert shown({"a": [1.5, "b"]}) == "{'a': [1.5, 'b']}"
    assert shown(parse_json(nested(DEEPEST))).count("[") < 10
