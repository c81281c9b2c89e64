"""Settings as fields of frozen dataclasses: their JSON schema, and how values of YAML or JSON become fields.

A field gives the type, the default, the bounds, the unit and the meaning of its setting. The JSON schema, the
config page and the error messages follow from the fields, so that each fact is written only once.
"""

import dataclasses
import types
import typing
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeVar, Union

REQUIRED: Any = object()
_SCALARS = {str: "string", int: "integer", float: "number", bool: "boolean"}


@dataclass(frozen=True, kw_only=True)
class Section:
    """Settings that belong together. A step can read only the settings that it declares."""

    if not TYPE_CHECKING:  # a type checker must find misspelt settings

        def __getattr__(self, name: str) -> Any:
            if name.startswith("__"):
                raise AttributeError(name)
            known = name in {field.name for field in dataclasses.fields(self)}
            undeclared = "is not among the settings that this step declares in READS"
            reason = undeclared if known else "is unknown"
            raise AttributeError(f"{type(self).__name__}: the setting '{name}' {reason}")


Settings = TypeVar("Settings", bound=Section)


@dataclass(frozen=True)
class Setting:
    """The facts of one setting, see :func:`setting`; `annotation` is the type of its field."""

    meaning: str
    default: Any
    unit: str
    group: str
    was: str
    bounds: Mapping[str, Any]
    annotation: Any = None

    @property
    def required(self) -> bool:
        """Return whether the setting has no default."""
        return self.default is REQUIRED

    def schema(self) -> dict[str, Any]:
        """Return the JSON schema of the setting's value."""
        plain = _type_schema(self.annotation)
        schema = {**plain, **self.bounds, "description": self.meaning}
        if "items" in self.bounds:
            schema["items"] = {**plain["items"], **self.bounds["items"]}
        if "keys" in schema:
            schema["properties"] = dict.fromkeys(schema.pop("keys"), schema["additionalProperties"])
            schema["additionalProperties"] = False
        if self.unit:
            schema["unit"] = self.unit
        return schema if self.required else {**schema, "default": as_json(self.default)}


def setting(
    meaning: str, default: Any = REQUIRED, *, unit: str = "", group: str = "", was: str = "", **bounds: Any
) -> Any:
    """Return the dataclass field of one setting.

    Parameters
    ----------
    meaning : str
        One line for the config page and for error messages.
    default : any
        The only place that gives the default; a setting without a default is required.
    unit : str
    group : str
        Name of a group of settings that steps read together, such as ``dataset/@source``.
    was : str
        Former name of the key; the error about the former name gives the present name.
    **bounds
        Keywords of JSON schema: minimum, exclusiveMinimum, pattern, minItems, enum, items, and `keys`, the
        allowed keys of a mapping.
    """
    metadata = {"setting": Setting(meaning, default, unit, group, was, bounds)}
    if default is REQUIRED:
        return dataclasses.field(metadata=metadata)
    # A factory, because a plain default would also be an attribute of the class: a setting that a step has
    # not declared could then be read without an error.
    return dataclasses.field(default_factory=lambda: default, metadata=metadata)


def parts(section: type[Section]) -> dict[str, type[Section] | Setting]:
    """Return the settings and inner sections of a section by name, in the order of the class."""
    hints = typing.get_type_hints(section)
    return {field.name: _part(field, hints[field.name]) for field in dataclasses.fields(section)}


def section_schema(section: type[Section], demanding: bool = True) -> dict[str, Any]:
    """Return the JSON schema (draft 2020-12) of a section: an object that allows no other keys.

    Without `demanding`, settings that have no default may be absent. The keyword `renamed`, which validators
    ignore, maps former names of keys to present ones.
    """
    inside = parts(section)
    settings = {name: part for name, part in inside.items() if isinstance(part, Setting)}
    required = [name for name, part in inside.items() if _required(part)] if demanding else []
    return {
        "type": "object",
        "description": (section.__doc__ or "").splitlines()[0],
        "additionalProperties": False,
        **({"required": required} if required else {}),
        "properties": {
            name: part.schema() if isinstance(part, Setting) else section_schema(part, demanding)
            for name, part in inside.items()
        },
        "renamed": {part.was: name for name, part in settings.items() if part.was},
    }


def with_defaults(section: type[Section], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return `values` with the default of every setting that they lack.

    Unknown keys, and values of a wrong type, are kept for the schema to find.
    """
    filled = dict(values)
    for name, part in parts(section).items():
        if isinstance(part, Setting):
            if not part.required:
                filled.setdefault(name, as_json(part.default))
        else:
            given = values.get(name, {})
            filled[name] = with_defaults(part, given) if isinstance(given, Mapping) else given
    return filled


def required_paths(section: type[Section]) -> Iterator[tuple[str, ...]]:
    """Yield the path of every setting without a default, such as ``("dataset", "reader")``."""
    for name, part in parts(section).items():
        if not isinstance(part, Setting):
            yield from ((name, *path) for path in required_paths(part))
        elif part.required:
            yield (name,)


def build(section: type[Settings], values: Mapping[str, Any]) -> Settings:
    """Return a section that holds only the given values; reading any other of its settings is an error.

    Lists become tuples, so that they cannot change. The schema takes 2.0 for a whole number; it becomes 2.
    """
    inside, made = parts(section), object.__new__(section)
    for name, value in values.items():
        part = inside[name]
        # A frozen instance refuses plain assignment; its own __init__ sets fields in the same way.
        typed = _frozen(value, _whole(part.annotation)) if isinstance(part, Setting) else build(part, value)
        object.__setattr__(made, name, typed)
    return made


def as_json(value: Any) -> Any:
    """Return sections and mappings as dicts, tuples as lists.

    The settings that a section holds are sorted by name; the entries of a mapping keep their order.
    """
    if isinstance(value, Section):
        return as_json(dict(sorted(vars(value).items())))
    if isinstance(value, Mapping):
        return {name: as_json(part) for name, part in value.items()}
    return [as_json(part) for part in value] if isinstance(value, list | tuple) else value


def grouped(section: type[Section], group: str) -> list[str]:
    """Return the names of the settings of a section that belong to a group."""
    inside = parts(section).items()
    return [name for name, part in inside if isinstance(part, Setting) and part.group == group]


def _part(field: "dataclasses.Field[Any]", annotation: Any) -> type[Section] | Setting:
    if isinstance(annotation, type) and issubclass(annotation, Section):
        return annotation
    facts: Setting = field.metadata["setting"]
    return dataclasses.replace(facts, annotation=annotation)


def _required(part: type[Section] | Setting) -> bool:
    """Return whether a part must be given; a section must if one of its settings has no default."""
    return part.required if isinstance(part, Setting) else any(required_paths(part))


def _type_schema(annotation: Any) -> dict[str, Any]:
    """Return the JSON schema of a type: a scalar, a scalar or None, a Literal, a tuple or a mapping."""
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is Literal:
        return {"enum": list(arguments)}
    if origin in (Union, types.UnionType):
        (plain,) = (part for part in arguments if part is not type(None))
        return {"type": [_SCALARS[plain], "null"]}
    if origin is tuple:
        return {"type": "array", "items": _type_schema(arguments[0])}
    if origin is not None and issubclass(origin, Mapping):
        return {"type": "object", "additionalProperties": _type_schema(arguments[1])}
    return {"type": _SCALARS[annotation]}


def _whole(annotation: Any) -> bool:
    """Return whether the numbers of a type are whole."""
    return annotation is int or any(map(_whole, typing.get_args(annotation)))


def _frozen(value: Any, whole: bool = False) -> Any:
    if isinstance(value, Mapping):
        return {key: _frozen(part, whole) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return tuple(_frozen(part, whole) for part in value)
    return int(value) if whole and isinstance(value, float) else value
