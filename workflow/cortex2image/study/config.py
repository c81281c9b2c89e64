"""A study's config: from YAML to :class:`~cortex2image.study.settings.Study`, after every check."""

import copy
import difflib
import json
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import jsonschema

from cortex2image.errors import ConfigError
from cortex2image.study.checks import check_study
from cortex2image.study.fields import (
    Section,
    as_json,
    build,
    grouped,
    inner_section,
    section_schema,
    with_defaults,
)
from cortex2image.study.readers import READERS
from cortex2image.study.settings import Study

SCHEMA = "https://json-schema.org/draft/2020-12/schema"
EVERYTHING = "everything"
Settings = TypeVar("Settings", bound=Section)


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
        What error messages call it.

    Raises
    ------
    ConfigError
        An unknown or missing key, a value out of bounds, or two keys that contradict each other.
    """
    values = checked(Study, copy.deepcopy(dict(config)), source)
    check_study(build(Study, values), source)
    _fill_in(values)
    return build(Study, values)


def checked(section: type[Section], values: Mapping[str, Any], source: str) -> dict[str, Any]:
    """Return `values` with defaults filled in, after the check of every single value.

    Raises
    ------
    ConfigError
        An unknown or missing key, or a value out of bounds.
    """
    filled, schema = with_defaults(section, values), section_schema(section)
    for error in jsonschema.Draft202012Validator(schema).iter_errors(filled):
        raise _explain(error, source)
    return filled


def slice_json(study: Section, keys: Sequence[str], **wildcards: str) -> str:
    """Return the settings that a step reads, as JSON in a fixed order.

    Parameters
    ----------
    study : Section
    keys : sequence of str
        Paths such as ``ridge`` (a section), ``evaluate/bootstraps``, ``decode/rois/{space}`` (with a
        wildcard), ``dataset/@source`` (a group of settings) or ``everything``.
    **wildcards : str
        Values of the wildcards in `keys`.
    """
    if EVERYTHING in keys:
        return json.dumps(as_json(study), sort_keys=True)
    chosen: dict[str, Any] = {}
    for key in keys:
        for path in _expanded(type(study), key.format(**wildcards)):
            _copy_path(as_json(study), chosen, path)
    return json.dumps(chosen, sort_keys=True)


def read_slice(section: type[Settings], text: str, keys: Sequence[str], source: str) -> Settings:
    """Return the settings that a step reads, from JSON; what is missing of them gets its default.

    Parameters
    ----------
    section : class of settings
    text : str
        As :func:`slice_json` writes it.
    keys : sequence of str
        The settings that the step declares, as of :func:`slice_json`. To read another one is an error.
    source : str
        What error messages call the text.

    Raises
    ------
    ConfigError
        `text` is no JSON object, holds an unknown key or a value out of bounds, or lacks a required one.
    """
    try:
        given = json.loads(text)
    except json.JSONDecodeError as error:
        raise ConfigError(source, "a JSON object of settings", str(error), "correct the text") from None
    if not isinstance(given, dict):
        raise ConfigError(source, "a JSON object of settings", repr(given), "give an object, as {}")
    if EVERYTHING in keys:
        return build(section, checked(section, given, source))
    filled, schema = with_defaults(section, given), section_schema(section)
    chosen: dict[str, Any] = {}
    for key in keys:
        for path in _expanded(section, key.partition("/{")[0]):
            _copy_path(filled, chosen, path)
    for error in jsonschema.Draft202012Validator(_narrowed(schema, chosen)).iter_errors(
        _merged(given, chosen)
    ):
        raise _explain(error, source)
    return build(section, chosen)


def _expanded(section: type[Section], key: str) -> list[list[str]]:
    """Return the paths that a key stands for: one, or those of a group."""
    *parents, last = key.split("/")
    if not last.startswith("@"):
        return [[*parents, last]]
    for name in parents:
        section = inner_section(section, name) or section
    return [[*parents, name] for name in grouped(section, last[1:])]


def _copy_path(source: Mapping[str, Any], target: dict[str, Any], path: Sequence[str]) -> None:
    for name in path[:-1]:
        source, target = source.get(name, {}), target.setdefault(name, {})
    if path[-1] in source:
        target[path[-1]] = source[path[-1]]


def _merged(given: Mapping[str, Any], chosen: Mapping[str, Any]) -> dict[str, Any]:
    """Return both, so that an unknown key among the given ones is seen, and a missing one of the chosen."""
    merged = dict(given)
    for name, value in chosen.items():
        merged[name] = _merged(given.get(name, {}), value) if isinstance(value, dict) else value
    return merged


def _narrowed(schema: Mapping[str, Any], chosen: Mapping[str, Any]) -> dict[str, Any]:
    """Return the schema without the demand for settings that the step does not read."""
    required = [name for name in schema.get("required", []) if name in chosen]
    properties = {
        name: _narrowed(sub, chosen.get(name, {}) if isinstance(chosen.get(name), dict) else {})
        if "properties" in sub
        else sub
        for name, sub in schema.get("properties", {}).items()
    }
    return {**schema, "required": required, "properties": properties}


def _fill_in(values: dict[str, Any]) -> None:
    """Set the keys that the workflow chooses itself, and the folder of the data set in the paths below it."""
    dataset = values["dataset"]
    for key, value in (READERS[dataset["reader"]].made_by_workflow or {}).items():
        dataset[key] = value.replace("{study}", values["study"])
    for section, key in ((dataset, "derivatives"), (dataset["rois"], "atlas")):
        if section[key]:
            section[key] = section[key].replace("{root}", dataset["root"])


def _explain(error: Any, source: str) -> ConfigError:
    place = "/".join(map(str, error.absolute_path)) or "the top level"
    if error.validator == "additionalProperties":
        return _unknown_key(error, f"{source}, {place}")
    expected = (
        error.schema.get("description", error.message) if error.validator != "required" else error.message
    )
    bound = (
        "" if error.validator in ("required", "type") else f" ({error.validator}: {error.validator_value})"
    )
    if error.validator == "type":
        bound = f" (type: {error.validator_value})"
    return ConfigError(
        f"{source}, {place}",
        f"{expected}{bound}",
        repr(error.instance)[:200],
        "correct the value; config/README.md explains every key",
    )


def _unknown_key(error: Any, where: str) -> ConfigError:
    known, renamed = sorted(error.schema.get("properties", {})), error.schema.get("renamed", {})
    unknown = sorted(set(error.instance) - set(known))[0]
    near = difflib.get_close_matches(unknown, known, n=1)
    fix = "remove it, or see config/README.md for the keys there are"
    if unknown in renamed:
        fix = f"write '{renamed[unknown]}': the key has a new name"
    elif near:
        fix = f"did you mean '{near[0]}'?"
    return ConfigError(where, f"one of the keys {', '.join(known)}", f"'{unknown}'", fix)
