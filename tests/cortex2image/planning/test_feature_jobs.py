"""Jobs of feature spaces: which are computed, and the passes that leave them."""

import pytest
from tests.support.configs import change, shipped
from tests.support.jobs import jobs, of_grid
from tests.support.rules import Wildcards

from cortex2image.planning.feature_jobs import noise_label

GRID = {"noise_levels": [0.25], "steps": [2, 8], "layers": ["down0", "mid"]}


def test_features_are_made_of_spaces_that_are_decoded_encoded_or_compared():
    config = change(change(shipped(), "encode/models", ["zc"]), "encode/grid", {})
    assert jobs(config).features.stored_as_vectors == ["c", "z", "zc"]
    config = change(change(config, "decode/rois", {"c": ["ventral"]}), "reconstruct/methods", ["c"])
    assert jobs(change(config, "encode/models", ["c"])).features.stored_as_vectors == ["c", "z"]
    assert jobs(change(config, "evaluate/brain", {"spaces": []})).features.stored_as_vectors == ["c"]


def test_a_job_of_the_sampler_is_given_every_space_of_its_pass():
    features = jobs(change(shipped(), "encode/grid", GRID)).features
    assert features.captured(Wildcards(noise="0.25", part="0", shard="0")) == ["zc-n0.25"]
    captured = features.captured(Wildcards(noise="0.8", part="0", shard="0"))
    assert captured == sorted(captured)
    assert {"zc", "zc-n0.8-t2", "unet-mid-n0.8-t8"} <= set(captured)


@pytest.mark.parametrize("place", [{"noise": "0.3", "part": "0"}, {"noise": "0.8", "part": "1"}])
def test_a_pass_that_the_study_does_not_need_ends_the_plan(place):
    with pytest.raises(SystemExit, match=r"ConfigError: noise level and part\n.*0\.8-0"):
        jobs().features.captured(Wildcards(**place, shard="0"))


def test_a_sampled_space_is_joined_from_all_shards_of_its_pass():
    features = jobs(change(change(shipped(), "encode/grid", GRID), "features/shards", 2)).features
    at_pictures = [f"results/demo/features/activity/n0.8-0-{shard}" for shard in (0, 1)]
    assert features.sampled(Wildcards(space="zc")) == at_pictures
    assert features.sampled(Wildcards(space="zc-n0.8-t8")) == at_pictures
    assert features.sampled(Wildcards(space="zc-n0.25"))[1] == "results/demo/features/activity/n0.25-0-1"
    with pytest.raises(SystemExit, match=r"ConfigError: feature space(.|\n)*'zc-n0\.3'"):
        features.sampled(Wildcards(space="zc-n0.3"))


@pytest.mark.parametrize(("noise", "label"), [(0.8, "0.8"), (1.0, "1"), (0.05, "0.05"), (1 / 3, repr(1 / 3))])
def test_labels_of_noise_levels_read_as_the_same_number(noise, label):
    assert noise_label(noise) == label
    assert float(label) == noise


def test_inner_products_read_all_shards_of_the_pass_that_leaves_their_layer():
    folders = [f"results/demo/features/activity/n0.8-0-{shard}" for shard in range(3)]
    assert of_grid(3).features.sampled(Wildcards(subject="sub-01", space="unet-up1-n0.8-t16")) == folders
    latents = of_grid(1).features.sampled(Wildcards(space="zc-n0.25"))
    assert latents == ["results/demo/features/activity/n0.25-0-0"]


def test_a_space_that_the_study_does_not_sample_ends_the_plan():
    with pytest.raises(SystemExit, match="ConfigError: feature space"):
        of_grid().features.sampled(Wildcards(space="unet-down0-n0.8-t16"))


def test_passes_that_the_disk_holds_together_wait_for_none():
    features = of_grid().features
    for each in features.passes:
        place = Wildcards(noise=f"{each.noise:g}", part=str(each.part), shard="0")
        assert features.emptied(place) == []


def test_a_pass_waits_until_what_fills_the_disk_is_used():
    """Of 660 stimuli each up1 takes 32.4 MB and each mid 2.0; latents do not count."""
    small = of_grid(scratch_gb=0.04)
    assert [(each.noise, each.part, len(each.spaces)) for each in small.features.passes] == [
        (0.25, 0, 1),
        (0.8, 0, 5),
        (0.8, 1, 1),
    ]
    assert small.features.emptied(Wildcards(noise="0.8", part="0", shard="0")) == []
    layers = ["unet-mid-n0.8-t16", "unet-mid-n0.8-t2", "unet-up1-n0.8-t16"]
    waiting = small.features.emptied(Wildcards(noise="0.8", part="1", shard="0"))
    assert waiting == small.paths.of_all("grams", space=layers)


def test_a_pass_that_the_study_lacks_ends_the_plan():
    with pytest.raises(SystemExit, match="ConfigError: noise level and part"):
        of_grid().features.emptied(Wildcards(noise="0.8", part="7", shard="0"))


def test_a_layer_that_the_disk_cannot_hold_ends_the_plan():
    with pytest.raises(SystemExit, match="ConfigError: features/scratch_gb"):
        of_grid(scratch_gb=0.001).features.sampled(Wildcards(space="zc"))
