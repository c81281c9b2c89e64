"""Keys of the config that name files and folders: ``~`` is the home folder, and braces have a meaning."""

import os
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from cortex2image.errors import ConfigError, DataError

PLACEHOLDERS: Mapping[str, tuple[str, ...]] = {
    "dataset/root": (),
    "dataset/derivatives": ("root",),
    "dataset/rois/atlas": ("root", "subject"),
    "encode/to_mni": ("root", "subject"),
    "models/folder": (),
    "reconstruct/external": ("subject",),
}
"""Keys of paths that rules name as inputs, or that hold such files, and what may stand in braces there."""

MAKE_A_LINK = (
    "rename it, or make a link (ln -s) without braces and name the link: Snakemake takes braces for wildcards"
)
# Scores of pictures made elsewhere name no file with braces as an input, so that any name will do.
FREE = ("pictures", "stimuli")


def expand_home(values: Mapping[str, Any]) -> None:
    """Replace a leading ``~`` or ``~user`` by the home folder, in place, in every path of a config."""
    for key in (*PLACEHOLDERS, *FREE):
        _replace(values, key, os.path.expanduser)


def check_braces(values: Mapping[str, Any], source: str) -> None:
    """Test that paths hold no braces but those of placeholders: Snakemake would take them for wildcards.

    Raises
    ------
    ConfigError
        A path holds other braces.
    """
    for key, known in PLACEHOLDERS.items():
        for path in _paths(values, key):
            if set("{}") & set(re.sub("|".join(f"{{{name}}}" for name in known) or "$^", "", path)):
                allowed = " and ".join(f"{{{name}}}" for name in known)
                expected = f"a path without braces{f' other than {allowed}' if known else ''}"
                raise ConfigError(f"{source}, {key}", expected, path, MAKE_A_LINK)


def require_no_braces(path: str | Path, expected: str) -> None:
    """Raise DataError if a path that rules name holds braces; `expected` says what it is."""
    if {"{", "}"} & set(str(path)):
        raise DataError(path, f"{expected} without braces in its path", "braces", MAKE_A_LINK)


def _replace(values: Any, key: str, change: Callable[[str], str]) -> None:
    *sections, name = key.split("/")
    for section in sections:
        values = values[section]
    values[name] = _changed(values[name], change)


def _changed(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, Mapping):
        return {name: _changed(inner, change) for name, inner in value.items()}
    return change(value) if isinstance(value, str) else value


def _paths(values: Any, key: str) -> Iterator[str]:
    for name in key.split("/"):
        values = values[name]
    yield from _texts(values)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, str):
        yield value
