"""The config of a study: checked settings from YAML, and the slice of the settings that a step reads."""

import copy
import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path as FilePath
from typing import Any, TypeVar

from cortex2image.errors import ConfigError
from cortex2image.given_files import parse_json, shown
from cortex2image.study.checks import check_settings
from cortex2image.study.fields import (
    Section,
    Setting,
    as_json,
    build,
    grouped,
    parts,
    required_paths,
    section_schema,
    with_defaults,
)
from cortex2image.study.path_keys import check_braces, expand_home
from cortex2image.study.readers import READERS
from cortex2image.study.refusals import refuse, refuse_endless
from cortex2image.study.settings import Study

SCHEMA = "https://json-schema.org/draft/2020-12/schema"
EVERYTHING = "everything"
_ABSENT = object()
Settings = TypeVar("Settings", bound=Section)
Path = tuple[str, ...]  # names of the sections around a setting, then its own name


def load_schema() -> dict[str, Any]:
    """Return the JSON schema (draft 2020-12) of a study's config."""
    return {"$schema": SCHEMA, "title": "cortex2image study", **section_schema(Study)}


def resolve(config: Mapping[str, Any], source: str = "config") -> Study:
    """Return the study of a config, with defaults filled in and placeholders resolved, after every check.

    Parameters
    ----------
    config : mapping
        The config as read from YAML; it is not changed.
    source : str
        Name of the config in error messages.

    Raises
    ------
    ConfigError
        An unknown or missing key, a value out of bounds, or two keys that contradict each other.
    """
    values = checked(Study, config, source)
    check_settings(build(Study, values), source)
    check_braces(values, source)
    expand_home(values)
    _fill_in(values)
    return build(Study, values)


def stored(config: Mapping[str, Any], source: str) -> Study:
    """Return the study of a resolved config, as ``provenance.json`` keeps it.

    Raises
    ------
    ConfigError
        An unknown or missing key, or a value out of bounds: the config is of another version.
    """
    return build(Study, checked(Study, config, source))


def checked(section: type[Section], values: Mapping[str, Any], source: str) -> dict[str, Any]:
    """Return a copy of `values` with defaults filled in, after a check of every value on its own.

    Raises
    ------
    ConfigError
        An unknown or missing key, or a value out of bounds.
    """
    refuse_endless(values, source)
    filled = with_defaults(section, copy.deepcopy(dict(values)))
    refuse(section_schema(section), filled, source)
    return filled


def config_name(files: Sequence[str | FilePath], overridden: bool) -> str:
    """Return a name of the config for error messages: the files that it comes from.

    Parameters
    ----------
    files : sequence of str or Path
        Config files in the order in which Snakemake lists them.
    overridden : bool
        Whether ``--config`` gives values too.
    """
    names = [os.path.relpath(file) for file in files]
    return f"config ({', '.join([*(['--config'] if overridden else []), *names])})"


def slice_json(study: Section, keys: Sequence[str], **wildcards: str) -> str:
    """Return the settings that a step reads as JSON: settings sorted, mappings in the order of the config.

    Parameters
    ----------
    study : Section
    keys : sequence of str
        Paths such as ``ridge`` (a section), ``evaluate/bootstraps`` (a setting), ``decode/rois/{space}`` (an
        entry of a mapping, here with a wildcard), ``dataset/@source`` (a group of settings), or
        ``everything``.
    **wildcards : str
        Values of the wildcards in `keys`.

    Raises
    ------
    ConfigError
        The study has no value for a key: a mapping lacks the entry of a wildcard.
    """
    values, paths = as_json(study), sorted(_paths(type(study), [key.format(**wildcards) for key in keys]))
    for path in paths:
        if _at(values, path) is _ABSENT:
            fix = f"add it to {'/'.join(path[:-1])}, or do not ask for it"
            raise ConfigError(f"config, {'/'.join(path)}", "a value", "none", fix)
    return json.dumps(_picked(values, paths))


def read_slice(
    section: type[Settings], text: str, keys: Sequence[str], source: str, **wildcards: str
) -> Settings:
    """Parse JSON into the settings that a step reads; settings that the JSON lacks get their defaults.

    Parameters
    ----------
    section : class of settings
    text : str
        JSON as :func:`slice_json` writes it. Settings that the step does not declare are checked and left
        out.
    keys : sequence of str
        The settings that the step declares, as in :func:`slice_json`. A wildcard stands for all entries of
        its mapping.
    source : str
        Name of the text in error messages.
    **wildcards : str
        Values of wildcards in `keys`: the entries that they name must be there.

    Raises
    ------
    ConfigError
        `text` is no JSON object, holds an unknown key or a value out of bounds, or lacks a declared setting
        that has no default or an entry that a wildcard names.
    """
    filled = with_defaults(section, _parsed(text, source))
    refuse(section_schema(section, demanding=False), filled, source)
    paths = _paths(section, [key.partition("/{")[0] for key in keys])
    _require(section, filled, paths, source)
    for key in keys:
        outer, braced, name = key.removesuffix("}").partition("/{")
        if braced and name in wildcards:
            _require_entry(_at(filled, tuple(outer.split("/"))), wildcards[name], f"{source}, {outer}")
    return build(section, _picked(filled, paths))


def _parsed(text: str, source: str) -> dict[str, Any]:
    expected = "a JSON object of settings"
    try:
        given = parse_json(text)
    except ValueError as error:
        raise ConfigError(source, expected, str(error), "correct the text") from None
    if not isinstance(given, dict):
        raise ConfigError(source, expected, shown(given), "give an object, as {}")
    return given


def _paths(section: type[Section], keys: Sequence[str]) -> list[Path]:
    """Return the paths of the settings that `keys` name, see :func:`slice_json`."""
    if EVERYTHING in keys:
        return [(name,) for name in parts(section)]
    return [path for key in keys for path in _expanded(section, key)]


def _expanded(section: type[Section], key: str) -> list[Path]:
    """Return the paths that a key names: its own path, or the path of each setting of a group."""
    *parents, last = key.split("/")
    if not last.startswith("@"):
        return [(*parents, last)]
    for name in parents:
        inner = parts(section)[name]
        assert not isinstance(inner, Setting), f"{key}: a group lies in a section"
        section = inner
    return [(*parents, name) for name in grouped(section, last[1:])]


def _picked(values: Mapping[str, Any], paths: Sequence[Path]) -> dict[str, Any]:
    """Return the values at `paths`, nested as in `values`; paths that `values` lacks are left out."""
    picked: dict[str, Any] = {}
    for path in paths:
        value, target = _at(values, path), picked
        for name in path[:-1]:
            target = target.setdefault(name, {})
        if value is not _ABSENT:
            target[path[-1]] = value
    return picked


def _at(values: Mapping[str, Any], path: Path) -> Any:
    place: Any = values
    for name in path:
        place = place.get(name, _ABSENT) if isinstance(place, Mapping) else _ABSENT
    return place


def _require(section: type[Section], values: Mapping[str, Any], paths: Sequence[Path], source: str) -> None:
    """Raise ConfigError if a setting at or below `paths` has neither a value nor a default."""
    for path in required_paths(section):
        declared = any(path[: len(outer)] == outer for outer in paths)
        if declared and _at(values, path) is _ABSENT:
            where, expected = f"{source}, {'/'.join(path)}", "a value, since the setting has no default"
            raise ConfigError(where, expected, "none", "give it; config/README.md explains every key")


def _require_entry(mapping: Mapping[str, Any], name: str, where: str) -> None:
    """Raise ConfigError if a mapping lacks the entry of this name."""
    if name not in mapping:
        found = ", ".join(mapping) or "no entries"
        raise ConfigError(where, f"an entry '{name}'", found, "add the entry, or correct the name")


def _fill_in(values: dict[str, Any]) -> None:
    """Set the keys that the workflow chooses itself, and replace ``{root}`` by the folder of the data set."""
    dataset = values["dataset"]
    decoded_from = list(dict.fromkeys(name for names in values["decode"]["rois"].values() for name in names))
    spaces = ["z", "c"] if READERS[dataset["reader"]].image_identity else ["c"]
    for section, key, chosen in (
        (values["attribute"], "regions", decoded_from),
        (values["prefer"], "regions", decoded_from),
        (values["evaluate"]["brain"], "regions", decoded_from),
        (values["prefer"], "spaces", spaces),
    ):
        section[key] = section[key] or chosen
    for key, value in (READERS[dataset["reader"]].made_by_workflow or {}).items():
        dataset[key] = value.replace("{study}", values["study"])
    placed = (dataset, "derivatives"), (dataset["rois"], "atlas"), (values["encode"], "to_mni")
    for section, key in placed:
        if section[key]:
            section[key] = section[key].replace("{root}", dataset["root"])
