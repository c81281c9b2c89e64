"""Errors for settings that the schema refuses: what the setting means, what was found, and the way out."""

import difflib
import math
from collections.abc import Iterator, Mapping
from typing import Any, cast

import jsonschema

from cortex2image.errors import ConfigError
from cortex2image.given_files import require_bounded, shown

EXPLAINED = "correct the value; config/README.md explains every key"
# Characters of a meaning that a message repeats; a longer one is left to config/README.md.
LONGEST = 500
MOST_ENTRIES = 100_000
"""Keys and entries of lists of a config; the largest study has a few hundred."""
TYPES = {
    "string": "a text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "a section with keys",
    "null": "null",
}
BOUNDS = {
    "minimum": "at least {}",
    "maximum": "at most {}",
    "exclusiveMinimum": "more than {}",
    "exclusiveMaximum": "less than {}",
    "minItems": "at least {} in the list",
    "minProperties": "at least {} in the section",
    "pattern": "a text of the form {}",
    "uniqueItems": "every entry once",
}


def refuse_endless(values: Mapping[str, Any], source: str) -> None:
    """Raise ConfigError for a config that is too deep or too long to look at.

    YAML gives names to values (``&`` and ``*``), by which ten lines can stand for a thousand million entries.
    """
    try:
        require_bounded(values, MOST_ENTRIES)
    except ValueError as error:
        fix = "write the values out, each where it belongs"
        raise ConfigError(source, "a config of bounded size", str(error), fix) from None


def refuse(schema: Mapping[str, Any], values: Mapping[str, Any], source: str) -> None:
    """Raise ConfigError for the first value that the schema refuses.

    Parameters
    ----------
    schema : mapping
        A JSON schema with a `description` of every setting.
    values : mapping
    source : str
        Name of the config in the error.
    """
    for path, key in _keys(values):
        if not isinstance(key, str):
            where = f"{source}, {'/'.join(path) or 'the top level'}"
            raise ConfigError(where, "keys that are texts", repr(key), "correct the key")
    _refuse_not_finite(values, source)
    for problem in jsonschema.Draft202012Validator(schema).iter_errors(values):
        where = f"{source}, {'/'.join(map(str, problem.absolute_path)) or 'the top level'}"
        explain = {"additionalProperties": _unknown_key, "required": _missing_key}.get(
            str(problem.validator), _bad_value
        )
        raise explain(where, schema, problem)


def _keys(values: Mapping[Any, Any], path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield the path around every key, and the key."""
    for key, value in values.items():
        yield path, key
        if isinstance(value, Mapping):
            yield from _keys(value, (*path, str(key)))


def _bad_value(where: str, schema: Any, problem: jsonschema.ValidationError) -> ConfigError:
    """Return the error for a value out of bounds or of a wrong type."""
    rule, limit = str(problem.validator), cast(Any, problem.validator_value)
    found, fix = _shown(problem.instance), _hint(limit, problem.instance) if rule == "type" else EXPLAINED
    if rule == "enum":
        names = list(map(str, limit))
        wanted = f"one of: {', '.join(names)}"
        near = difflib.get_close_matches(str(problem.instance), names, n=1)
        fix = f"did you mean '{near[0]}'?" if near else fix
    elif rule == "type":
        wanted = " or ".join(TYPES[name] for name in ([limit] if isinstance(limit, str) else limit))
    else:
        wanted = BOUNDS[rule].format(limit) if rule in BOUNDS else f"{rule}: {limit}"
    meaning = _meaning(schema, problem)
    return ConfigError(where, f"{wanted}. {meaning}" if meaning else wanted, found, fix)


def _hint(limit: Any, found: Any) -> str:
    """Return what to do about a value of a wrong type."""
    allowed = [limit] if isinstance(limit, str) else list(limit)
    if "array" in allowed and isinstance(found, str | int | float):
        return f"write a list: [{found}]"
    if isinstance(found, str) and {"integer", "number"} & set(allowed):
        try:
            number = float(found)
        except ValueError:
            return EXPLAINED
        plain = int(number) if number.is_integer() else number
        return (
            f"write {plain}, without quotation marks and in a config file: YAML takes 1e3 for a text, and "
            "--config takes every number inside braces for one"
        )
    if "string" in allowed and isinstance(found, bool):
        words = "yes, on and true" if found else "no, off and false"
        return f"put the text in quotation marks: YAML takes {words} for {str(found).lower()}"
    if "string" in allowed and not isinstance(found, list | Mapping) and found is not None:
        return (
            f"write '{found}' in quotation marks if that is the text; if you wrote it otherwise (YAML makes "
            "other numbers of 010, 1:30 and 1_0), put what you wrote in quotation marks"
        )
    return EXPLAINED


def _refuse_not_finite(value: Any, source: str, path: tuple[str, ...] = ()) -> None:
    """Raise ConfigError for NaN and infinity, which the bounds of a schema do not always catch."""
    if isinstance(value, Mapping | list):
        named = value.items() if isinstance(value, Mapping) else ((None, inner) for inner in value)
        for name, inner in named:
            _refuse_not_finite(inner, source, path if name is None else (*path, name))
    elif isinstance(value, float) and not math.isfinite(value):
        raise ConfigError(f"{source}, {'/'.join(path)}", "a finite number", repr(value), EXPLAINED)


def _missing_key(where: str, schema: Any, problem: jsonschema.ValidationError) -> ConfigError:
    assert isinstance(problem.instance, Mapping)
    required = cast(list[str], problem.validator_value)
    missing = next(name for name in required if name not in problem.instance)
    meaning = problem.schema["properties"][missing]["description"]  # type: ignore[index]
    fix, place = "add it; config/README.md explains every key", list(problem.absolute_path)
    if place == ["dataset"] or (not place and "dataset" in problem.instance):
        fix += ". A config with a `dataset` is a whole study: it lays nothing over config/config.yaml"
    return ConfigError(where, f"the key '{missing}'. {meaning}", "no such key", fix)


def _unknown_key(where: str, schema: Any, problem: jsonschema.ValidationError) -> ConfigError:
    inner, given = cast(Mapping[str, Any], problem.schema), problem.instance
    assert isinstance(given, Mapping)
    known = sorted(inner.get("properties", {}))
    unknown = min(set(given) - set(known))
    renamed, near = inner.get("renamed", {}), difflib.get_close_matches(unknown, known, n=1)
    fix = "remove it, or see config/README.md for the keys there are"
    if unknown in renamed:
        fix = f"write '{renamed[unknown]}': the key has a new name"
    elif near:
        fix = f"did you mean '{near[0]}'?"
    return ConfigError(where, f"one of the keys {', '.join(known)}", f"'{unknown}'", fix)


def _meaning(schema: Mapping[str, Any], problem: jsonschema.ValidationError) -> str:
    """Return the description of the setting that holds the value: of a list, for one of its entries.

    It is empty for a setting whose description is longer than a message should be.
    """
    meaning, inner = "", schema
    for step in problem.absolute_schema_path:
        inner = cast(Any, inner)[step]
        if isinstance(inner, Mapping) and isinstance(inner.get("description"), str):
            meaning = inner["description"]
    return meaning if len(meaning) <= LONGEST else ""


def _shown(value: Any) -> str:
    """Return a value as a message shows it; an empty key of YAML is None in Python."""
    return "nothing (null)" if value is None else shown(value)
