"""Passes of the sampler: every space once, within the disk, and as few passes of the U-Net as that allows."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.configs import change, shipped

from cortex2image.errors import ConfigError
from cortex2image.networks.registry import MODEL_SETS
from cortex2image.planning.passes import (
    Pass,
    activity_bytes,
    emptied_before,
    is_layer,
    pass_of,
    passes,
    sampled_spaces,
    unet_passes,
)
from cortex2image.study.config import resolve

SD, MINIATURE = MODEL_SETS["stable-diffusion-v1-4"], MODEL_SETS["miniature"]
# The layers of the encoding analyses of 2023: two of the encoder, the bottleneck, two of the decoder.
PAPER = {
    "noise_levels": [0.2, 0.5, 0.8],
    "steps": [5, 20, 40],
    "layers": ["down0", "down2", "mid", "up1", "up3"],
}


def study(grid=PAPER, name="nsd", **keys):
    config = change(shipped(name), "encode/grid", grid)
    for key, value in keys.items():
        change(config, key.replace("__", "/"), value)
    return resolve(config)


def test_a_study_without_sampled_spaces_has_no_pass():
    assert passes(study({}, encode__models=["z", "c"]), SD) == ()


def test_each_noise_level_is_a_pass_where_the_disk_has_room():
    planned = passes(study(name="config", grid=PAPER | {"layers": ["mid"], "steps": [2, 8]}), MINIATURE)
    assert [(each.noise, each.part) for each in planned] == [(0.2, 0), (0.5, 0), (0.8, 0)]
    assert planned[0].spaces == ("zc-n0.2",)
    latents = ("zc", "zc-n0.8-t2", "zc-n0.8-t8")
    assert planned[2].spaces == ("unet-mid-n0.8-t2", "unet-mid-n0.8-t8", *latents)


def test_the_order_of_the_config_changes_nothing():
    turned = {key: values[::-1] for key, values in PAPER.items()}
    assert passes(study(turned), SD) == passes(study(), SD)


def test_the_study_of_2023_takes_four_parts_of_200_gb():
    """Of 37,000 pictures each of the two largest layers takes 97 GB, and a step of all five takes 230."""
    of_pictures = [each for each in passes(study(), SD) if each.noise == 0.8]
    assert [unet_passes(each, study()) for each in of_pictures] == [80, 80, 40, 10]


def test_only_one_subject_takes_one_part():
    alone = study(subjects=["sub-01"])
    assert [(each.noise, each.part) for each in passes(alone, SD)] == [(0.2, 0), (0.5, 0), (0.8, 0)]


def test_data_of_any_number_of_stimuli_have_one_part():
    grid = {"steps": [5, 16], "layers": ["down0", "mid"]}
    small = study(grid, "bids", dataset__root="/data", features__scratch_gb=0.001)
    assert [each.part for each in passes(small, SD)] == [0]
    assert [each.part for each in passes(small, SD, stimuli=1)] == [0, 1]


def test_no_guidance_halves_the_passes_of_the_unet():
    plain = study(reconstruct__guidance_scale=1)
    assert max(unet_passes(each, plain) for each in passes(plain, SD)) == 40


GRIDS = st.fixed_dictionaries(
    {
        "noise_levels": st.lists(st.sampled_from([0.2, 0.5, 0.9]), unique=True),
        "steps": st.lists(st.sampled_from([1, 5, 20, 40]), unique=True, min_size=1),
        "layers": st.lists(
            st.sampled_from(["down0", "down1", "down2", "mid", "up1", "up3"]), unique=True, min_size=1
        ),
    }
)


@settings(max_examples=60, deadline=None)
@given(grid=GRIDS, stimuli=st.integers(1, 60_000), scratch=st.floats(1, 1000))
def test_parts_hold_every_space_once_within_the_disk(grid, stimuli, scratch):
    asked = study()
    asked = replace(
        asked,
        encode=replace(asked.encode, grid=study(grid).encode.grid),
        features=replace(asked.features, scratch_gb=scratch),
    )
    largest = max(activity_bytes([name], asked, SD, stimuli) for name in sampled_spaces(asked))
    if largest > scratch * 1e9:
        with pytest.raises(ConfigError, match="features/scratch_gb"):
            passes(asked, SD, stimuli)
        return
    planned = passes(asked, SD, stimuli)
    assert sorted(name for each in planned for name in each.spaces) == sampled_spaces(asked)
    assert len({(each.noise, each.part) for each in planned}) == len(planned)
    for number, each in enumerate(planned):
        waits = emptied_before(each, planned, asked, SD, stimuli)
        at_once = [one for one in planned[: number + 1] if one not in waits]
        together = [name for one in at_once for name in one.spaces]
        layers = any(map(is_layer, each.spaces))
        assert not layers or activity_bytes(together, asked, SD, stimuli) <= scratch * 1e9
        assert layers or not waits
    # Two parts of a noise level that would fit into one are never left apart.
    for one, two in pairwise(planned):
        both = (*one.spaces, *two.spaces)
        assert one.noise != two.noise or activity_bytes(both, asked, SD, stimuli) > scratch * 1e9


def test_passes_that_fit_together_wait_for_none():
    roomy = study(name="config", grid={"noise_levels": [0.3, 0.5]})
    planned = passes(roomy, MINIATURE)
    assert len(planned) == 3
    assert [emptied_before(each, planned, roomy, MINIATURE, 660) for each in planned] == [(), (), ()]
    assert emptied_before(planned[2], planned, roomy, MINIATURE, None) == ()


def test_a_layer_larger_than_the_disk_is_refused_with_the_least_that_would_do():
    with pytest.raises(ConfigError) as refused:
        passes(study(features__scratch_gb=50), SD)
    assert refused.value.found == "50 GB"
    least = float(refused.value.expected.split()[2])
    assert 1_310_720 * 2 * 37_000 / 1e9 <= least < 97.2
    assert passes(study(features__scratch_gb=least), SD)


def test_single_precision_takes_twice_the_disk():
    spaces = ["unet-mid-n0.8-t5", "unet-up1-n0.8-t5"]
    half, single = (
        activity_bytes(spaces, study(features__activity=kind), SD, 100) for kind in ("float16", "float32")
    )
    assert single == 2 * half
    assert activity_bytes(spaces, study(), SD, 100) == 100 * (81_920 + 1_310_720) * 2


def test_latents_do_not_count():
    assert activity_bytes(["zc", "zc-n0.2"], study(), SD, 37_000) == 0
    latents = study({"noise_levels": [0.2, 0.8]}, features__scratch_gb=0.001)
    assert [each.part for each in passes(latents, SD)] == [0, 0]


def test_another_noise_level_of_latents_changes_no_other_pass():
    more = study(PAPER | {"noise_levels": [0.1, 0.2, 0.3, 0.5, 0.8]})
    before, after = passes(study(), SD), passes(more, SD)
    assert set(before) < set(after)
    for each in before:
        waits = emptied_before(each, before, study(), SD, 37_000)
        assert emptied_before(each, after, more, SD, 37_000) == waits
        assert {one.noise for one in waits} <= {0.8}


def test_a_space_is_found_in_its_pass():
    planned = (Pass(0.5, 0, ("zc-n0.5",)), Pass(0.8, 0, ("zc",)), Pass(0.8, 1, ("unet-mid-n0.8-t2",)))
    assert pass_of("unet-mid-n0.8-t2", planned) is planned[2]
    with pytest.raises(ConfigError, match=r"samples: zc-n0\.5, zc, unet-mid(.|\n)*'zc-n0\.7'"):
        pass_of("zc-n0.7", planned)
    with pytest.raises(ConfigError, match="none"):
        pass_of("zc", ())
