"""Fields of settings: one declaration gives the schema, the defaults and the values that a step may read."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import pytest

from cortex2image.study.fields import (
    Section,
    as_json,
    build,
    grouped,
    parts,
    required_paths,
    section_schema,
    setting,
    with_defaults,
)


@dataclass(frozen=True, kw_only=True)
class Oven(Section):
    """How hot and how long.

    More lines are not for the schema.
    """

    minutes: int = setting("How long.", unit="min", group="times", minimum=1)
    heat: float = setting("How hot.", 180.0, unit="°C", was="temperature", exclusiveMinimum=0)


@dataclass(frozen=True, kw_only=True)
class Cake(Section):
    """A cake."""

    kind: Literal["sponge", "fruit"] = setting("Which.", "sponge")
    layers: tuple[str, ...] = setting(
        "From below.", ("jam", "cream"), minItems=1, items={"pattern": "^[a-z]"}
    )
    fruit: Mapping[str, int] = setting(
        "How many.",
        {"plum": 2},
        keys=("plum", "pear"),
        additionalProperties={"type": "integer", "minimum": 1},
    )
    name: str | None = setting("What to write on it.", None, group="times")
    glazed: bool = setting("Whether it shines.", False)
    oven: Oven


SCHEMA = section_schema(Cake)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("kind", {"enum": ["sponge", "fruit"], "default": "sponge", "description": "Which."}),
        ("name", {"type": ["string", "null"], "default": None, "description": "What to write on it."}),
        ("glazed", {"type": "boolean", "default": False, "description": "Whether it shines."}),
        (
            "layers",
            {
                "type": "array",
                "items": {"type": "string", "pattern": "^[a-z]"},
                "minItems": 1,
                "default": ["jam", "cream"],
                "description": "From below.",
            },
        ),
    ],
)
def test_the_schema_of_a_setting_says_what_its_field_says(name, expected):
    assert SCHEMA["properties"][name] == expected


def test_a_mapping_with_known_keys_has_no_others():
    schema, entry = SCHEMA["properties"]["fruit"], {"type": "integer", "minimum": 1}
    assert schema["properties"] == {"plum": entry, "pear": entry}
    assert schema["additionalProperties"] is False


def test_the_schema_of_a_section_is_closed_and_described_by_the_first_line_of_its_docstring():
    oven = SCHEMA["properties"]["oven"]
    assert (oven["type"], oven["additionalProperties"]) == ("object", False)
    assert oven["description"] == "How hot and how long."
    assert oven["properties"]["minutes"] == {
        "type": "integer",
        "minimum": 1,
        "unit": "min",
        "description": "How long.",
    }
    assert oven["renamed"] == {"temperature": "heat"}


def test_a_section_is_required_where_one_of_its_settings_is():
    assert (SCHEMA["required"], SCHEMA["properties"]["oven"]["required"]) == (["oven"], ["minutes"])
    assert list(required_paths(Cake)) == [("oven", "minutes")]


def test_a_schema_that_demands_nothing_is_else_the_same():
    relaxed = section_schema(Cake, demanding=False)
    assert "required" not in relaxed
    assert "required" not in relaxed["properties"]["oven"]
    assert relaxed["properties"]["layers"] == SCHEMA["properties"]["layers"]


def test_a_whole_number_with_a_point_becomes_whole_and_other_numbers_stay():
    oven = build(Oven, {"minutes": 30.0, "heat": 180.0})
    assert (repr(oven.minutes), repr(oven.heat)) == ("30", "180.0")
    assert repr(build(Cake, {"fruit": {"plum": 2.0}}).fruit["plum"]) == "2"
    assert build(Cake, {"glazed": True}).glazed is True


def test_order_is_that_of_the_class():
    assert list(parts(Cake)) == ["kind", "layers", "fruit", "name", "glazed", "oven"]
    assert parts(Cake)["oven"] is Oven


def test_defaults_fill_what_is_missing_at_every_depth():
    filled = with_defaults(Cake, {"kind": "fruit", "oven": {"minutes": 30}})
    assert filled["oven"] == {"minutes": 30, "heat": 180.0}
    assert (filled["kind"], filled["layers"], filled["fruit"]) == ("fruit", ["jam", "cream"], {"plum": 2})
    assert with_defaults(Cake, {})["oven"] == {"heat": 180.0}


def test_filling_in_keeps_what_the_schema_is_to_refuse_and_changes_no_input():
    given = {"oven": 3, "icing": "white"}
    filled = with_defaults(Cake, given)
    assert given == {"oven": 3, "icing": "white"}
    assert (filled["oven"], filled["icing"]) == (3, "white")


def test_a_built_section_holds_tuples_and_gives_the_same_json_back():
    values = with_defaults(Cake, {"oven": {"minutes": 30}})
    cake = build(Cake, values)
    assert cake.layers == ("jam", "cream")
    assert isinstance(cake.oven, Oven)
    assert as_json(cake) == values
    assert build(Cake, values) == cake


def test_sections_are_also_made_by_their_class():
    assert Cake(oven=Oven(minutes=3)) == build(Cake, with_defaults(Cake, {"oven": {"minutes": 3}}))


@pytest.mark.parametrize(
    ("name", "reason"),
    [("layers", "not among the settings that this step declares"), ("layer", "is unknown")],
)
def test_a_setting_that_was_not_given_is_not_read(name, reason):
    cake = build(Cake, {"kind": "fruit", "oven": {"minutes": 3}})
    assert (cake.kind, cake.oven.minutes) == ("fruit", 3)
    with pytest.raises(AttributeError, match=f"Cake: the setting '{name}' .*{reason}"):
        getattr(cake, name)
    with pytest.raises(AttributeError, match="Oven: the setting 'heat'"):
        cake.oven.heat  # noqa: B018
    assert as_json(cake) == {"kind": "fruit", "oven": {"minutes": 3}}


def test_groups_are_of_one_section():
    assert grouped(Cake, "times") == ["name"]
    assert grouped(Oven, "times") == ["minutes"]
