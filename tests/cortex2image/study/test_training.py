"""config/miniature.yaml gives every setting of the training, and a wrong one is refused by its name."""

from pathlib import Path

import pytest
import yaml

from cortex2image.errors import ConfigError
from cortex2image.study.fields import as_json
from cortex2image.study.training import read_training

SHIPPED = Path(__file__).parents[3] / "config" / "miniature.yaml"
VALUES = yaml.safe_load(SHIPPED.read_text())


def read(tmp_path, values):
    path = tmp_path / "miniature.yaml"
    path.write_text(yaml.safe_dump(values))
    return read_training(path)


def test_the_shipped_file_is_valid_and_gives_every_value():
    assert as_json(read_training(SHIPPED)) == VALUES


def test_a_misspelt_key_is_refused_with_the_right_one(tmp_path):
    with pytest.raises(ConfigError, match=r"'guidence'(.|\n)*did you mean 'guidance'\?"):
        read(tmp_path, VALUES | {"guidence": 3.0})


def test_a_run_without_remarks_has_none(tmp_path):
    assert read(tmp_path, VALUES | {"remarks": None}).remarks is None


@pytest.mark.parametrize("key", VALUES)
def test_a_missing_key_is_refused_by_its_name(tmp_path, key):
    with pytest.raises(ConfigError, match=rf"the key '{key}'\."):
        read(tmp_path, {name: value for name, value in VALUES.items() if name != key})


@pytest.mark.parametrize(
    ("key", "value", "bound"),
    [
        ("seed", -1, "at least 0"),
        ("training_scenes", 0, "at least 1"),
        ("clip_steps", 2.5, "a whole number"),
        ("samples", 1, "at least 2"),
        ("steps", 1001, "at most 1000"),
        ("guidance", 0.5, "at least 1"),
        ("strength", 0, "more than 0"),
        ("strength", 1.1, "at most 1"),
        ("guidance_tried", [], "at least 1 in the list"),
        ("guidance_tried", [2.0, 0.0], "at least 1"),
        ("remarks", 3, "a text or null"),
    ],
)
def test_a_value_out_of_bounds_is_refused_with_the_bound(tmp_path, key, value, bound):
    with pytest.raises(ConfigError, match=rf"miniature\.yaml, {key}(.|\n)*{bound}"):
        read(tmp_path, VALUES | {key: value})


@pytest.mark.parametrize("values", [None, "seed", [1]])
def test_a_file_without_keys_is_refused(tmp_path, values):
    with pytest.raises(ConfigError, match="a mapping of settings"):
        read(tmp_path, values)
