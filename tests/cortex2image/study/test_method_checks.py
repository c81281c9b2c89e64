"""Methods that a study cannot draw with are refused before a job runs."""

import pytest
from tests.support.configs import change, shipped

from cortex2image.errors import ConfigError
from cortex2image.study.config import resolve
from cortex2image.study.methods import METHODS

FILE = "/data/{subject}/z.npy"


@pytest.mark.parametrize(
    ("path", "value", "where", "said"),
    [
        ("reconstruct/steps", 1, "reconstruct", "1 steps at strength 0.8"),
        ("reconstruct", {"steps": 9, "strength": 0.11}, "reconstruct", "9 steps at strength 0.11"),
        ("reconstruct", {"strength": 1.0, "noising": "as_released"}, "reconstruct", "lower"),
        ("decode/rois", {"c": ["ventral"]}, "decode/rois", "no z"),
        ("reconstruct", {"bottleneck": [0]}, "reconstruct/bottleneck", "1"),
        ("reconstruct", {"external": {"zc": {"z": FILE}}}, "reconstruct/external/zc", "that no method has"),
        ("reconstruct", {"external": {"z": {"c": FILE}}}, "reconstruct/external/z", "choose another name"),
        (
            "reconstruct",
            {"external": {"mine": {"z": "/z.npy"}}},
            "reconstruct/external/mine",
            "{subject}",
        ),
    ],
)
def test_contradictions_name_the_key_and_the_way_out(path, value, where, said):
    with pytest.raises(ConfigError) as error:
        resolve(change(shipped(), path, value), "my.yaml")
    assert error.value.where.startswith(f"my.yaml, {where}")
    assert said in str(error.value)


def test_other_decoders_predict_z_or_c_or_both():
    files = {"a": {"z": FILE}, "b_2": {"c": FILE}, "c3": {"c": FILE, "z": FILE}}
    drawn = resolve(change(shipped(), "reconstruct/external", files)).reconstruct
    assert {name: dict(of_one) for name, of_one in drawn.external.items()} == files


def test_one_subject_needs_no_place_for_its_name():
    alone = change(shipped(), "subjects", ["sub-01"])
    assert resolve(change(alone, "reconstruct/external", {"mine": {"z": "/data/z.npy"}}))


@pytest.mark.parametrize(
    ("method", "refused"),
    [
        ("ceiling", True),
        ("no_brain", True),
        ("nearest_train", True),
        ("ceiling_c", True),
        ("shuffled", False),
        ("shuffled_fit", False),
        ("random_brain", False),
        ("c", False),
    ],
)
def test_controls_made_of_true_features_need_a_test_set(method, refused):
    config = change(shipped(), "standardise/by", "none")
    config = change(config, "reconstruct/methods", ["zc", method])
    assert resolve(config)
    config = change(config, "dataset/cross_validate", "run")
    if not refused:
        assert resolve(config)
        return
    with pytest.raises(ConfigError, match=rf"reconstruct/methods\n.*cross_validate: run\n.*{method}\n.*drop"):
        resolve(config)


def test_a_control_needs_the_regions_of_its_own_spaces_and_no_letters_of_its_name():
    """Names of methods were once read letter by letter: shuffled would have asked for d, e and f."""
    config = shipped() | {"reconstruct": {"methods": ["shuffled", "ceiling", "no_brain"]}}
    assert set(resolve(config).decode.rois) == {"z", "c"}
    with pytest.raises(ConfigError, match=r"decode/rois\n.*z and c, from which shuffled draws\n.*no z"):
        resolve(config | {"decode": {"rois": {"c": ["ventral"]}}})
    alone = config | {"reconstruct": {"methods": ["ceiling"]}, "decode": {"rois": {"c": ["ventral"]}}}
    assert resolve(alone).reconstruct.methods == ("ceiling",)


def test_a_product_that_rounds_to_just_below_one_step_is_one():
    steps, strength = 49, 1 / 49
    assert steps * strength < 1
    without_grid = change(shipped(), "encode/grid", {})
    resolve(change(without_grid, "reconstruct", {"steps": steps, "strength": strength}))


def test_a_bottleneck_is_one_of_both_spaces_and_of_a_study_with_a_test_set():
    config = change(shipped(), "reconstruct", {"methods": ["c"], "bottleneck": [5]})
    assert resolve(config)
    with pytest.raises(ConfigError, match=r"regions for z and c, from which bottleneck-k5 draws\n.*no z"):
        resolve(config | {"decode": {"rois": {"c": ["ventral"]}}})
    folds = change(change(config, "standardise/by", "none"), "dataset/cross_validate", "run")
    with pytest.raises(ConfigError, match=r"reconstruct/bottleneck\n(.|\n)*bottleneck-k5"):
        resolve(folds)


@pytest.mark.parametrize("name", [name for name, method in METHODS.items() if "z" in method.inputs])
def test_methods_of_pictures_are_refused_where_none_is_known(name):
    with pytest.raises(ConfigError, match=rf"reconstruct/methods\n.*only c\n.*{name}"):
        resolve(change(shipped("haxby"), "reconstruct/methods", ["c", name]))


@pytest.mark.parametrize("name", ["shuffled_c", "shuffled_fit_c", "random_brain_c"])
def test_controls_of_c_alone_are_for_studies_without_pictures(name):
    assert resolve(change(shipped("haxby"), "reconstruct/methods", ["c", name]))


@pytest.mark.parametrize(
    ("key", "value"), [("bottleneck", [3]), ("external", {"mine": {"z": "/data/z.npy"}})]
)
def test_no_other_key_brings_pictures_into_a_study_without(key, value):
    with pytest.raises(ConfigError, match=rf"reconstruct/{key}\n.*only c"):
        resolve(change(shipped("haxby"), f"reconstruct/{key}", value))
