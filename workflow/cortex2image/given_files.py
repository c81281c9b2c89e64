"""Text and JSON in files that others wrote: regular files of a bounded size, and JSON of a bounded depth.

A table is small beside a recording. What is far larger, or has no end (a device, a pipe), is not the file
that its name says, and reading it would only fill the memory or wait for ever.
"""

import json
import reprlib
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeGuard

LARGEST_TEXT = 2**28
"""Most bytes of a table or of JSON: 256 MB, three times COCO's captions, the largest that anybody needs."""
DEEPEST = 50
"""Most lists and objects inside each other; files of BIDS, COCO and of this project have fewer than ten."""


def read_bytes(path: str | Path, largest: int = LARGEST_TEXT) -> bytes:
    """Return the content of a regular file.

    Raises
    ------
    OSError
        The file is missing, cannot be read, or is no regular file.
    ValueError
        It has more than `largest` bytes.
    """
    state = Path(path).stat()
    if not stat.S_ISREG(state.st_mode):
        raise OSError(f"no regular file: {path}")
    if state.st_size > largest:
        raise ValueError(f"{state.st_size} bytes, more than {largest}")
    return Path(path).read_bytes()


def parse_json(text: str, **options: Any) -> Any:
    """Return the value of JSON; `options` as :func:`json.loads` has them.

    Raises
    ------
    ValueError
        It is no JSON, holds a number of thousands of digits, or is nested deeply.
    """
    try:
        value = json.loads(text, **options)
    except RecursionError:
        raise ValueError(f"more than {DEEPEST} lists or objects inside each other") from None
    require_bounded(value)
    return value


def read_json(path: str | Path, **options: Any) -> Any:
    """Return the value of a JSON file in UTF-8, with a byte order mark or without.

    Raises
    ------
    OSError, ValueError
        As :func:`read_bytes` and :func:`parse_json`; UnicodeDecodeError if it is no UTF-8.
    """
    return parse_json(read_bytes(path).decode("utf-8-sig"), **options)


def require_bounded(value: Any, most: int | None = None) -> None:
    """Raise ValueError if lists and mappings lie too deep in each other, or hold too much.

    Parameters
    ----------
    value : any
        As JSON or YAML gives it. What YAML names once and uses often counts as often as it is used.
    most : int, optional
        Most entries of all lists and mappings together.
    """
    level, count = [value], 0
    for _ in range(DEEPEST + 1):
        inner: list[Any] = []
        for entries in map(_entries, level):
            count += len(entries)
            if most is not None and count > most:
                raise ValueError(f"more than {most} entries")
            inner += entries
        if not inner:
            return
        level = inner
    raise ValueError(f"more than {DEEPEST} lists or objects inside each other")


def _entries(value: Any) -> list[Any]:
    """Return what a list or a mapping holds, names of a mapping included; nothing for another value."""
    if isinstance(value, Mapping):
        return [*value, *value.values()]
    return list(value) if isinstance(value, list | tuple) else []


def is_text(value: object) -> TypeGuard[str]:
    """Return whether a value of JSON is text that files can hold: JSON can write halves of characters."""
    try:
        return isinstance(value, str) and bool(value.encode())
    except UnicodeEncodeError:
        return False


def shown(value: object) -> str:
    """Return a value of any size and depth as an error message shows it: shortened."""
    short = reprlib.Repr()
    short.maxstring = short.maxother = 200
    short.maxlist = short.maxtuple = short.maxdict = 10
    return short.repr(value)
