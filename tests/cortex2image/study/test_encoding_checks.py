"""Feature spaces that the schedule does not have, and grids without effect, are refused before a job runs."""

import pytest
from tests.support.configs import change, shipped

from cortex2image.errors import ConfigError
from cortex2image.study.config import resolve

GRID = {"noise_levels": [0.25, 0.5], "steps": [2, 8, 16], "layers": ["down0", "mid", "up1"]}


def refused(said, where, path, value, **drawn):
    config = change(shipped(), path, value)
    for key, setting in drawn.items():
        change(config, f"reconstruct/{key}", setting)
    with pytest.raises(ConfigError, match=said) as error:
        resolve(config, "my.yaml")
    assert error.value.where == f"my.yaml, {where}"


def test_a_grid_within_the_schedule_is_accepted():
    assert resolve(change(shipped(), "encode/grid", GRID)).encode.grid.steps == (2, 8, 16)
    assert resolve(change(shipped(), "encode/models", ["zc-n0.05", "zc-n0.8-t15", "unet-mid.res0-n1-t20"]))


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("zc-n0.8-t17", r"a step from 1 to 16: noise level 0.8 keeps 16 of 20 steps\n.*step 17"),
        ("zc-n0.5-t11", r"a step from 1 to 10"),
        ("unet-mid-n0.25-t6", r"a step from 1 to 5"),
        ("zc-n0.04", r"leaves one of 20 steps, 1/20 or more\n.*noise level 0.04"),
        ("unet-mid-n0.8", "unet needs a noise level and a step"),
        ("pixels", "correct the name"),
    ],
)
def test_names_that_the_schedule_does_not_have(name, said):
    refused(said, "encode/models", "encode/models", ["z", name])


@pytest.mark.parametrize(
    ("grid", "where", "said"),
    [
        ({"layers": ["mid"]}, "/layers", r"denoising steps beside them\n.*mid and no steps"),
        ({"steps_at": [0.5]}, "/steps_at", r"0.5 and no steps"),
        ({"steps": [17]}, "", r"a step from 1 to 16"),
        ({"steps": [8, 11], "steps_at": [0.8, 0.5]}, "", r"a step from 1 to 10: noise level 0.5"),
        ({"noise_levels": [0.5, 0.04]}, "", r"leaves one of 20 steps"),
        ({"steps": [1], "layers": ["middle"]}, "/layers", r"such as down0, mid.*\n.*'middle'"),
        ({"steps": [1], "layers": ["mid", "mid-n0.5"]}, "/layers", r"'mid-n0.5'"),
        ({"steps": [1], "layers": [""]}, "/layers", r"''"),
        ({"noise_levels": [0.1234567]}, "", r"at most 6 digits\n.*0.1234567\n.*write 0.123457"),
    ],
)
def test_grids_that_the_schedule_does_not_have(grid, where, said):
    refused(said, f"encode/grid{where}", "encode/grid", grid)


def test_noise_as_released_has_no_timestep_above_the_last():
    refused("below 1 with noising", "encode/models", "encode/models", ["zc-n1"], noising="as_released")


def test_a_level_of_pictures_that_names_would_round_has_no_steps():
    refused("at most 6 digits", "encode/grid", "encode/grid", {"steps": [1]}, strength=0.8000001)


def test_steps_beyond_the_level_of_pictures_name_the_keys_that_set_it():
    said = r"step 16\n.*raise reconstruct/steps or reconstruct/strength"
    refused(said, "encode/grid", "encode/grid", GRID, steps=10)


@pytest.mark.parametrize(
    ("models", "noise_levels", "same"),
    [
        (["zc", "zc-n0.8"], [], "zc and zc-n0.8, both with 16 of 20 steps"),
        (["zc-n0.8"], [0.8], "zc-n0.8 and zc"),
        (["zc-n0.5-t10"], [0.5], "zc-n0.5-t10 and zc-n0.5"),
        (["z"], [0.25, 0.29], "zc-n0.25 and zc-n0.29, both with 5 of 20 steps"),
        (["unet-mid-n0.5-t1", "unet-mid-n0.54-t1"], [], "unet-mid-n0.5-t1 and unet-mid-n0.54-t1"),
    ],
)
def test_two_names_of_the_same_features(models, noise_levels, same):
    config = change(shipped(), "encode/models", models)
    change(config, "encode/grid", {"noise_levels": noise_levels})
    with pytest.raises(ConfigError, match=same) as error:
        resolve(config, "my.yaml")
    assert error.value.where == "my.yaml, encode"


def test_neighbouring_names_of_different_features_are_accepted():
    config = change(shipped(), "encode/models", ["zc", "zc-n0.75", "zc-n0.8-t15", "unet-mid-n0.8-t16"])
    assert resolve(change(config, "encode/grid", {"noise_levels": [0.25, 0.3]}))
