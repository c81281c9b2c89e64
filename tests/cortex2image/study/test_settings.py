"""The settings of a study: described, bounded, in step with the registries, defaults valid by themselves."""

from collections.abc import Mapping

import jsonschema
import pytest

from cortex2image.networks.registry import MODEL_SETS as DESCRIBED
from cortex2image.study.config import load_schema
from cortex2image.study.data_settings import Dataset
from cortex2image.study.fields import Setting, as_json, grouped, parts, section_schema
from cortex2image.study.methods import METHODS
from cortex2image.study.readers import READERS
from cortex2image.study.settings import MODEL_SETS, Study
from cortex2image.study.spaces import DECODABLE


def settings(section, prefix=""):
    for name, part in parts(section).items():
        if isinstance(part, Setting):
            yield f"{prefix}{name}", part
        else:
            yield from settings(part, f"{prefix}{name}/")


SETTINGS = dict(settings(Study))


@pytest.mark.parametrize("name", SETTINGS)
def test_every_setting_is_described_and_every_number_is_bounded(name):
    schema = SETTINGS[name].schema()
    assert schema["description"].endswith(".")
    kinds = {schema.get("type")} if isinstance(schema.get("type"), str) else set(schema.get("type", ()))
    if kinds & {"number", "integer"}:
        assert {"minimum", "exclusiveMinimum"} & set(schema)


def keys(schema, prefix=""):
    for name, sub in schema.get("properties", {}).items():
        yield f"{prefix}{name}", sub
        yield from keys(sub, f"{prefix}{name}/")


def test_every_key_is_described_and_closed():
    for name, sub in keys(load_schema()):
        assert sub.get("description"), name
        if sub.get("type") == "object":
            assert "additionalProperties" in sub, name
        if sub.get("type") in ("number", "integer"):
            assert {"minimum", "exclusiveMinimum"} & set(sub), name


def test_the_schema_is_one():
    jsonschema.Draft202012Validator.check_schema(load_schema())


@pytest.mark.parametrize("name", [name for name, part in SETTINGS.items() if not part.required])
def test_defaults_keep_their_own_bounds(name):
    schema = SETTINGS[name].schema()
    jsonschema.validate(schema["default"], schema, jsonschema.Draft202012Validator)


def test_names_of_registries_are_those_of_the_settings():
    assert tuple(DESCRIBED) == MODEL_SETS
    assert SETTINGS["dataset/reader"].bounds["enum"] == list(READERS)
    assert SETTINGS["reconstruct/methods"].bounds["items"]["enum"] == list(METHODS)
    assert set(SETTINGS["decode/rois"].schema()["properties"]) == set(DECODABLE)
    said = SETTINGS["reconstruct/methods"].meaning
    assert all(f"{method.name}: {method.meaning}." in said for method in METHODS.values())


def test_methods_need_no_space_that_is_not_decoded():
    assert {space for method in METHODS.values() for space in method.decoded} <= set(DECODABLE)


def test_the_source_of_a_data_set_is_what_it_is_opened_by():
    where = ["reader", "root", "derivatives"]
    which = ["task", "space", "entities", "betas", "sessions", "test_images"]
    assert grouped(Dataset, "source") == [*where, *which]


def test_sections_are_described_by_a_sentence():
    sections = [part for part in parts(Study).values() if not isinstance(part, Setting)]
    assert all(section_schema(section)["description"].endswith(".") for section in sections)


def test_defaults_are_not_shared_with_those_who_change_them():
    default = as_json(SETTINGS["decode/rois"].default)
    assert isinstance(SETTINGS["decode/rois"].default, Mapping)
    default["z"] = []
    assert SETTINGS["decode/rois"].schema()["default"] == {"z": ["early"], "c": ["ventral"]}
