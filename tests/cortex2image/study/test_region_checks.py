"""Regions and spaces of the targets attribute and prefer, resolved and refused."""

import pytest
from tests.support.configs import change, distributed, shipped

from cortex2image.errors import ConfigError
from cortex2image.study.config import resolve


def test_every_region_that_a_decoder_reads_is_the_default():
    study = resolve(change(shipped(), "decode/rois", {"z": ["early"], "c": ["ventral", "early"]}))
    assert study.attribute.regions == study.prefer.regions == ("early", "ventral")
    assert study.prefer.spaces == ("z", "c")


def test_without_known_pictures_only_c_predicts():
    assert resolve(shipped("haxby")).prefer.spaces == ("c",)


def test_what_is_given_is_kept():
    config = change(change(shipped(), "attribute/regions", ["ventral"]), "prefer/regions", ["lateral"])
    study = resolve(change(config, "prefer/spaces", ["c"]))
    assert (study.attribute.regions, study.prefer.regions) == (("ventral",), ("lateral",))
    assert study.prefer.spaces == ("c",)


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("attribute/regions", ["lateral"], "whose voxels no decoder reads"),
        ("attribute/regions", ["all"], "early, ventral"),
        ("prefer/regions", ["erly"], "'erly'"),
        ("prefer/spaces", ["unet-mid-n0.8-t20"], "choose among z, c"),
        ("prefer/spaces", ["y"], "'y'"),
    ],
)
def test_what_cannot_be_is_refused(path, value, said):
    with pytest.raises(ConfigError) as error:
        resolve(change(shipped(), path, value), "my.yaml")
    assert error.value.where == f"my.yaml, {path}"
    assert said in str(error.value)


def test_a_decoder_of_every_voxel_reads_every_region():
    config = change(shipped(), "decode/rois/c", ["all"])
    assert resolve(change(config, "attribute/regions", ["lateral", "all"])).attribute.regions
    with pytest.raises(ConfigError, match="'cerebellum'"):
        resolve(change(config, "attribute/regions", ["cerebellum"]))


def test_regions_that_only_the_data_name_are_found_later():
    assert resolve(change(distributed("nsd"), "attribute/regions", ["V1v"])).attribute.regions == ("V1v",)


def test_spaces_of_unknown_pictures_are_refused():
    with pytest.raises(ConfigError, match="keep only c"):
        resolve(change(shipped("haxby"), "prefer/spaces", ["z"]))
