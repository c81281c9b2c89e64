"""Another valid value for every setting of a study, made from its type and bounds alone."""

import copy
from collections.abc import Iterator, Mapping
from typing import Any

from cortex2image.study.fields import Section, Setting, parts

NEW = "other"
"""A text that suits most settings, where the type says no more."""


def settings_of(section: type[Section], prefix: str = "") -> Iterator[tuple[str, Setting]]:
    """Yield the path of every setting, such as ``ridge/folds``, with its facts."""
    for name, part in parts(section).items():
        if isinstance(part, Setting):
            yield f"{prefix}{name}", part
        else:
            yield from settings_of(part, f"{prefix}{name}/")


def changed(values: Mapping[str, Any], path: str, setting: Setting) -> dict[str, Any]:
    """Return the values of a whole study with another one at a path."""
    study = copy.deepcopy(dict(values))
    *outer, last = path.split("/")
    place = study
    for name in outer:
        place = place[name]
    place[last] = other(place[last], setting.schema())
    assert place != values
    return study


def other(value: Any, schema: Mapping[str, Any]) -> Any:
    """Return a value that a schema allows, and that is not the given one.

    An entry is added to lists and mappings, so that what a study asks for stays there.
    """
    if "enum" in schema:
        return next(choice for choice in schema["enum"] if choice != value)
    kind = schema["type"]
    plain = next(name for name in kind if name != "null") if isinstance(kind, list) else kind
    return OTHERS[plain](value, schema)


def _number(value: Any, schema: Mapping[str, Any]) -> Any:
    """Return a number further on, or where there is none between the given one and the least."""
    if value is None:
        return schema.get("minimum", 1)
    step = 1 if schema["type"] == "integer" or "integer" in schema["type"] else 0.125
    least = schema.get("minimum", schema.get("exclusiveMinimum", 0))
    most = schema.get("maximum", schema.get("exclusiveMaximum", float("inf")))
    return value + step if value + step < most else (value + least) / 2


def _entries(value: list[Any], schema: Mapping[str, Any]) -> list[Any]:
    items = schema["items"]
    if "enum" in items:
        rest = [choice for choice in items["enum"] if choice not in value]
        return [*value, rest[0]] if rest else value[1:]
    if items["type"] == "string":
        return [*value, f"sub-{NEW}" if items.get("pattern", "").startswith("^sub-") else NEW]
    return [*value, max(value) + 1 if items.get("maximum", 2) > 1 else max(value) / 2] if value else [1]


def _mapping(value: Mapping[str, Any], schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return the mapping with one more entry, or with another value where the schema knows all names."""
    entry = schema["additionalProperties"] or next(iter(schema["properties"].values()))
    made = {"string": NEW, "integer": 99, "array": [NEW], "object": {"z": NEW}}[entry["type"]]
    name = next(iter(schema["properties"])) if "properties" in schema else NEW
    return {**value, name: made}


OTHERS = {
    "boolean": lambda value, schema: not value,
    "integer": _number,
    "number": _number,
    "string": lambda value, schema: NEW,
    "array": _entries,
    "object": _mapping,
}
