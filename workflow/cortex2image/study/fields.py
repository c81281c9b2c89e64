"""Settings as fields of frozen dataclasses: their JSON schema, and how values of YAML or JSON become fields.

Beside the type annotation, a field says in one line what the setting means, and its default, bounds and unit.
Schema, config page and error messages follow from the fields, so that no fact about a setting stands twice.
"""

import dataclasses
import functools
import types
import typing
from collections.abc import Mapping
from typing import Any, Literal, TypeVar, Union

REQUIRED: Any = object()
_SCALARS = {str: "string", int: "integer", float: "number", bool: "boolean"}


class Section:
    """Settings that belong together. A step sees only those that it has declared to read."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        known = {field.name for field in dataclasses.fields(self)}  # type: ignore[arg-type]
        reason = (
            "is not among the settings that this step declares in READS" if name in known else "is unknown"
        )
        raise AttributeError(f"{type(self).__name__}: the setting '{name}' {reason}")


Settings = TypeVar("Settings", bound=Section)


def setting(
    meaning: str, default: Any = REQUIRED, *, unit: str = "", group: str = "", was: str = "", **bounds: Any
) -> Any:
    """Return the field of one setting.

    Parameters
    ----------
    meaning : str
        One line for the config page and for error messages.
    default : any
        The one place where the default stands; without it the setting is required.
    unit : str
    group : str
        Settings of a section that a step may ask for together, as ``dataset/@source``.
    was : str
        Former name of the key, which is refused with the present one.
    **bounds
        Keywords of JSON schema: minimum, exclusiveMinimum, pattern, minItems, enum, items, keys (the allowed
        keys of a mapping), ...
    """
    facts = {"meaning": meaning, "unit": unit, "group": group, "was": was, "bounds": bounds}
    if default is REQUIRED:
        return dataclasses.field(metadata=facts)
    # A factory, because a plain default would also be an attribute of the class: a setting that a step has
    # not declared would then be read without an error.
    return dataclasses.field(default_factory=lambda: default, metadata=facts)


def section_schema(section: type[Section]) -> dict[str, Any]:
    """Return the JSON schema (draft 2020-12) of a section: an object without further keys."""
    parts = _fields(section)
    hints = _hints(section)
    required = [name for name, field in parts.items() if _is_required(field, hints[name])]
    return {
        "type": "object",
        "description": _summary(section),
        "additionalProperties": False,
        **({"required": required} if required else {}),
        "properties": {name: _field_schema(field, hints[name]) for name, field in parts.items()},
        "renamed": {
            field.metadata["was"]: name for name, field in parts.items() if field.metadata.get("was")
        },
    }


def with_defaults(section: type[Section], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return `values` with the default of every setting that they lack; unknown keys stay for the schema."""
    filled = dict(values)
    for name, field in _fields(section).items():
        hint = _hints(section)[name]
        inner, absent = _section_type(hint), name not in filled
        if absent and _is_required(field, hint):
            continue
        if inner is None:
            filled[name] = _default(field) if absent else filled[name]
        elif isinstance(filled.get(name, {}), Mapping):
            filled[name] = with_defaults(inner, filled.get(name, {}))
    return filled


def build(section: type[Settings], values: Mapping[str, Any]) -> Settings:
    """Return a section with the given values only; to read another setting of it is an error."""
    made = object.__new__(section)
    for name, value in values.items():
        object.__setattr__(made, name, _typed(_hints(section)[name], value))
    return made


def as_json(value: Any) -> Any:
    """Return sections, tuples and mappings as the dicts and lists that JSON has; of a section what is set."""
    if isinstance(value, Section):
        return {name: as_json(part) for name, part in vars(value).items()}
    if isinstance(value, Mapping):
        return {name: as_json(part) for name, part in value.items()}
    return [as_json(part) for part in value] if isinstance(value, list | tuple) else value


def grouped(section: type[Section], group: str) -> list[str]:
    """Return the names of the settings of a section that belong to a group."""
    return [name for name, field in _fields(section).items() if field.metadata.get("group") == group]


def inner_section(section: type[Section], name: str) -> type[Section] | None:
    """Return the section that a setting is, None if it is a plain value or no setting of `section`."""
    return _section_type(_hints(section).get(name))


def _fields(section: type[Section]) -> dict[str, "dataclasses.Field[Any]"]:
    return {field.name: field for field in dataclasses.fields(section)}  # type: ignore[arg-type]


def _default(field: "dataclasses.Field[Any]") -> Any:
    return as_json(field.default_factory())  # type: ignore[misc]


@functools.cache
def _hints(section: type[Section]) -> dict[str, Any]:
    return typing.get_type_hints(section)


def _is_required(field: "dataclasses.Field[Any]", hint: Any) -> bool:
    """A section is required where one of its settings is."""
    inner = _section_type(hint)
    if inner is None:
        return field.default_factory is dataclasses.MISSING
    return any(_is_required(part, _hints(inner)[name]) for name, part in _fields(inner).items())


def _summary(section: type[Section]) -> str:
    return (section.__doc__ or "").splitlines()[0]


def _section_type(hint: Any) -> type[Section] | None:
    return hint if isinstance(hint, type) and issubclass(hint, Section) else None


def _field_schema(field: "dataclasses.Field[Any]", hint: Any) -> dict[str, Any]:
    inner = _section_type(hint)
    if inner is not None:
        return section_schema(inner)
    facts = field.metadata
    schema = {**_type_schema(hint), **facts["bounds"], "description": facts["meaning"]}
    if "keys" in schema:
        schema["properties"] = dict.fromkeys(schema.pop("keys"), schema["additionalProperties"])
        schema["additionalProperties"] = False
    if "items" in facts["bounds"]:
        schema["items"] = {**_type_schema(hint)["items"], **facts["bounds"]["items"]}
    if facts["unit"]:
        schema["unit"] = facts["unit"]
    if not _is_required(field, hint):
        schema["default"] = _default(field)
    return schema


def _type_schema(hint: Any) -> dict[str, Any]:
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is Literal:
        return {"enum": list(arguments)}
    if origin in (Union, types.UnionType):
        (plain,) = (part for part in arguments if part is not type(None))
        return {"type": [_SCALARS[plain], "null"]}
    if origin is tuple:
        return {"type": "array", "items": _type_schema(arguments[0])}
    if origin is not None and issubclass(origin, Mapping):
        return {"type": "object", "additionalProperties": _type_schema(arguments[1])}
    return {"type": _SCALARS[hint]}


def _typed(hint: Any, value: Any) -> Any:
    inner = _section_type(hint)
    if inner is not None:
        return build(inner, value)
    if isinstance(value, list):
        return tuple(value)
    if isinstance(value, Mapping):
        return {key: _typed(None, part) for key, part in value.items()}
    return value
