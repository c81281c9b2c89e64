"""A refused setting: the error says in plain words what is wanted, what was found, what to write."""

import pytest
import yaml
from tests.support.configs import change, shipped

from cortex2image.errors import ConfigError
from cortex2image.study.config import load_schema, resolve
from cortex2image.study.methods import METHODS
from cortex2image.study.refusals import BOUNDS, TYPES


def refusal(path, value):
    with pytest.raises(ConfigError) as error:
        resolve(change(shipped(), path, value), "my.yaml")
    return error.value


@pytest.mark.parametrize(
    ("path", "value", "fix"),
    [
        ("subjects", "sub-01", "write a list: [sub-01]"),
        ("ridge/alphas", 10, "write a list: [10]"),
        ("ridge/alphas", ["1e3"], "write 1000, without quotation marks"),  # as YAML reads 1e3
        ("evaluate/bootstraps", "200", "write 200, without quotation marks"),  # as --config passes it
        ("evaluate/bootstraps", "many", "config/README.md"),
        ("study", 5, "write '5' in quotation marks"),
        ("study", yaml.safe_load("010"), "YAML makes other numbers of 010"),
        ("study", yaml.safe_load("2024-05-01"), "put what you wrote in quotation marks"),
        ("dataset/task", yaml.safe_load("1"), "write '1' in quotation marks"),
        ("dataset/task", yaml.safe_load("no"), "YAML takes no, off and false for false"),
        ("dataset/task", yaml.safe_load("on"), "YAML takes yes, on and true for true"),
        ("evaluate/bootstraps", yaml.safe_load("1e3"), "write 1000, without quotation marks"),
        ("ridge", None, "config/README.md"),
    ],
)
def test_a_value_of_a_wrong_type_is_shown_in_its_right_form(path, value, fix):
    assert fix in refusal(path, value).fix


@pytest.mark.parametrize(
    ("path", "value"), [("ridge/alphas", [-1.0]), ("ridge/alphas", ["ten"]), ("reconstruct/bottleneck", [0])]
)
def test_an_entry_of_a_list_has_the_meaning_of_the_list(path, value):
    section, key = path.split("/")
    meaning = load_schema()["properties"][section]["properties"][key]["description"]
    error = refusal(path, value)
    assert (error.where, error.expected.endswith(meaning)) == (f"my.yaml, {path}/0", True)


def test_a_misspelt_method_is_shown_the_names_without_the_meaning_of_each():
    error = refusal("reconstruct/methods", ["cz"])
    assert error.where == "my.yaml, reconstruct/methods/0"
    assert error.expected == f"one of: {', '.join(METHODS)}"


def test_an_empty_section_is_called_nothing():
    assert refusal("ridge", None).found == "nothing (null)"


@pytest.mark.parametrize("section", ["", "ridge"])
def test_a_key_that_is_no_text_is_refused(section):
    config = shipped()
    (config.setdefault(section, {}) if section else config).update({1: 2, "rigde": 3})
    with pytest.raises(
        ConfigError, match=f"my.yaml, {section or 'the top level'}\n.*keys that are texts\n.* 1\n"
    ):
        resolve(config, "my.yaml")


@pytest.mark.parametrize("given", [{}, {"study": "x", "subjects": ["sub-01"]}])
def test_a_whole_study_that_lacks_a_key_hears_that_it_extends_no_other(given):
    with pytest.raises(ConfigError, match="lays nothing over config/"):
        resolve(given | {"dataset": {"root": "/d"}})


def rules(schema):
    for name, value in schema.items():
        yield name, value
        for part in value.values() if name == "properties" else [value] * (name == "items"):
            yield from rules(part)


def test_every_rule_of_the_schema_has_words():
    known = {*BOUNDS, "type", "enum", "items", "properties", "additionalProperties", "required"}
    known.add("propertyNames")
    told = {"$schema", "title", "description", "default", "unit", "renamed"}
    for name, value in rules(load_schema()):
        assert name in known | told, name
        if name == "type":
            assert set([value] if isinstance(value, str) else value) <= set(TYPES)


@pytest.mark.parametrize("text", [".nan", ".inf", "-.inf"])
@pytest.mark.parametrize("path", ["reconstruct/guidance", "glm/high_pass_hz", "ridge/max_memory_gb"])
def test_numbers_are_finite(path, text):
    error = refusal(path, yaml.safe_load(text))
    assert (error.where, error.expected) == (f"my.yaml, {path}", "a finite number")


def test_numbers_in_lists_are_finite():
    assert refusal("ridge/alphas", [1.0, float("nan")]).where == "my.yaml, ridge/alphas"
