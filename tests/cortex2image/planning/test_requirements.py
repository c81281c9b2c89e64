"""What a study needs of its model set and its data set ends the plan where it is missing."""

import dataclasses

import pytest
from tests.support.configs import CONFIGS, change, distributed, shipped

from cortex2image.errors import ConfigError
from cortex2image.planning.jobs import Jobs
from cortex2image.study.config import resolve
from cortex2image.study.methods import METHODS

GRID = {"noise_levels": [0.25], "steps": [2, 8], "layers": ["down0", "mid"]}


def jobs(config=None):
    return Jobs(resolve(config or shipped()), CONFIGS / "miniature.yaml")


def with_parts(models, rois, methods):
    config = change(change(shipped(), "models", {"set": models}), "reconstruct/methods", methods)
    config["encode"] = {"models": ["c"]}
    return change(config, "decode/rois", {space: ["all"] for space in rois})


@pytest.mark.parametrize(
    ("config", "asking"),
    [
        ({"decode/rois/e": ["ventral"], "reconstruct/methods": ["image_prompt"]}, "feature space e"),
        ({"decode/rois/e": ["ventral"]}, "feature space e"),
        ({"encode/models": ["z", "e"]}, "e"),
        ({"evaluate/brain": {"spaces": ["z", "e"]}}, "feature space e"),
    ],
)
def test_a_part_that_the_model_set_lacks_ends_the_plan(config, asking):
    changed = shipped()
    for path, value in config.items():
        change(changed, path, value)
    with pytest.raises(ConfigError, match=rf"models/set\n.*part image_prompt.*{asking}.*\n.*miniature"):
        jobs(changed)


def test_a_layer_that_the_network_lacks_ends_the_plan():
    with pytest.raises(
        ConfigError,
        match=r"unet-down7-n0\.8-t2, from .*encode/grid/layers\n.*miniature\n.*down7\n.*down0\.res0, down0, ",
    ):
        jobs(change(shipped(), "encode/grid", GRID | {"layers": ["mid", "down7"]}))


@pytest.mark.parametrize(
    ("config", "most"), [(shipped(), 60), (distributed("nsd"), 1000)], ids=["simulated", "nsd"]
)
def test_more_shards_than_test_stimuli_end_the_plan(config, most):
    assert jobs(change(config, "reconstruct/shards", most))
    with pytest.raises(ConfigError, match=rf"reconstruct/shards\n.*at most {most}(.|\n)*{most + 1}\n"):
        jobs(change(config, "reconstruct/shards", most + 1))


@pytest.mark.parametrize(
    ("models", "rois", "methods", "said"),
    [
        ("miniature", "z c blip", "caption", r"part captioner, which .* blip needs\n.*\n.*-captioner"),
        ("miniature", "z c depth", "zc depth", r"part depth, which .* depth needs\n.*miniature\n.*-2-depth"),
        ("stable-diffusion-2-depth", "z c depth", "depth zc", r"no depth map, for method zc\n"),
        ("stable-diffusion-2-depth", "z c", "z c", r"no depth map, for method c\n"),
    ],
)
def test_a_model_set_without_what_a_study_needs_ends_the_plan(models, rois, methods, said):
    with pytest.raises(ConfigError, match=said) as error:
        jobs(with_parts(models, rois.split(), methods.split()))
    assert error.value.where == "models/set"


def test_a_method_may_need_a_network_of_which_it_reads_no_features(monkeypatch):
    monkeypatch.setitem(METHODS, "zc", dataclasses.replace(METHODS["zc"], part="captioner"))
    with pytest.raises(ConfigError, match=r"part captioner, which method zc needs\n.*miniature"):
        jobs()


def test_passes_of_a_unet_that_takes_depth_maps_end_the_plan():
    config = with_parts("stable-diffusion-2-depth", ["z", "c", "depth"], ["depth"])
    jobs(config)
    with pytest.raises(ConfigError, match=r"no depth map, for the feature space zc-n0.5\n"):
        jobs(change(config, "encode/models", ["zc-n0.5"]))


def test_a_series_needs_a_unet_that_draws_without_depth_maps():
    config = with_parts("stable-diffusion-2-depth", ["z", "c", "depth"], ["depth"])
    with pytest.raises(ConfigError, match=r"no depth map, for reconstruct/series\n(.|\n)*drop reconstruct/s"):
        jobs(change(config, "reconstruct/series", {"stimuli": 2}))
