"""Names of feature spaces: read and printed back, refused with the way out, as wide as the networks say."""

import re

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from tests.support.full_models import UNET, VERSION_2_UNET

from cortex2image.errors import ConfigError
from cortex2image.networks.compat import ensure_torchvision
from cortex2image.networks.registry import MODEL_SETS
from cortex2image.sources import module_path
from cortex2image.study.fields import Setting, parts
from cortex2image.study.settings import Study
from cortex2image.study.spaces import (
    DECODABLE,
    EXTRACTABLE,
    KINDS,
    LEAST_NOISE,
    FeatureSpace,
    parse_space,
    wildcard_pattern,
)
from cortex2image.study.spaces import (
    UNET as PASSES_OF_THE_UNET,
)

noises = st.integers(1, 1000).map(lambda thousandths: thousandths / 1000)
steps = st.integers(1, 1000)
layers = st.one_of(
    st.just("mid"), st.builds("{}{}".format, st.sampled_from(["down", "up"]), st.integers(0, 9))
)
spaces = st.one_of(
    st.sampled_from(["z", "c", "zc"]).map(FeatureSpace),
    st.builds(FeatureSpace, st.just("zc"), noise=noises),
    st.builds(FeatureSpace, st.just("zc"), noise=noises, step=steps),
    st.builds(FeatureSpace, st.just("unet"), layer=layers, noise=noises, step=steps),
)


@given(spaces)
def test_every_name_is_read_as_the_space_that_printed_it(space):
    assert parse_space(str(space)) == space
    assert re.fullmatch(wildcard_pattern(), str(space))


@given(st.from_regex(wildcard_pattern(), fullmatch=True))
def test_a_name_of_the_pattern_is_a_space_or_is_refused(name):
    try:
        space = parse_space(name)
    except ConfigError:
        return
    assert str(space) == name


@given(st.text(max_size=20))
def test_any_text_is_a_space_or_is_refused(name):
    try:
        space = parse_space(name)
    except ConfigError:
        return
    assert str(space) == name


@pytest.mark.parametrize(
    ("name", "space"),
    [
        ("z", FeatureSpace("z")),
        ("zc-n0.6", FeatureSpace("zc", noise=0.6)),
        ("zc-n0.8-t20", FeatureSpace("zc", noise=0.8, step=20)),
        ("unet-mid-n0.8-t20", FeatureSpace("unet", "mid", 0.8, 20)),
        ("unet-down0-n1-t1", FeatureSpace("unet", "down0", 1, 1)),
    ],
)
def test_names_spell_their_coordinates(name, space):
    assert parse_space(name) == space
    assert str(space) == name


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("unett-mid-n0.8-t20", "did you mean 'unet'?"),
        ("zcc", "did you mean 'zc'?"),
        ("pixels", "correct the name"),
        ("", f"a feature space: {', '.join(KINDS)}, with coordinates"),
        ("z-n0.6", "z has no coordinates"),
        ("c-t3", "c has no coordinates"),
        ("zc-mid-n0.6", "a layer belongs to unet"),
        ("unet-n0.8-t20", "unet needs one"),
        ("unet-mid", "unet needs a noise level and a step"),
        ("unet-mid-n0.8", "unet needs a noise level and a step"),
        ("zc-t20", "a step needs a noise level"),
        ("zc-n0", "the noise level lies between 0.001 and 1"),
        ("zc-n1.1", "the noise level lies between 0.001 and 1"),
        ("zc-n0.00001", "the noise level lies between 0.001 and 1"),
        ("zc-n0.8-t0", "steps count from 1"),
        ("zc-n0.60", "write zc-n0.6"),
        ("zc-n0.8-t020", "write zc-n0.8-t20"),
        ("zc-t20-n0.8", "write zc-n0.8-t20"),
        ("zc-n0.8-n0.9", "coordinates that cannot be read"),
        ("unet-mid-up0-n0.8-t2", "coordinates that cannot be read"),
        ("zc-x3", "coordinates that cannot be read"),
        ("zc-", "coordinates that cannot be read"),
    ],
)
def test_other_names_are_refused_with_the_way_out(name, said):
    with pytest.raises(ConfigError) as error:
        parse_space(name, "my.yaml, encode/models")
    assert error.value.where == "my.yaml, encode/models"
    assert f"'{name}'" in error.value.found
    assert said in str(error.value)


@pytest.mark.parametrize("name", ["z-scores", "zc-n0.6-scores", "c.parquet", "unet-low-n0.8-t20", "x", ""])
def test_the_pattern_for_file_names_is_not_that_of_other_files(name):
    assert not re.fullmatch(wildcard_pattern(), name)


WIDTHS = {
    "miniature": {"z": 1024, "c": 24 * 128, "zc": 1024},
    "stable-diffusion-v1-4": {"z": 6400, "c": 59136, "zc": 16384},
    "stable-diffusion-v1-5": {"z": 6400, "c": 59136, "zc": 16384},
    "stable-diffusion-v2-1-base": {"z": 6400, "c": 77 * 1024, "zc": 16384},
}


@pytest.mark.parametrize("name", MODEL_SETS)
def test_widths_are_those_of_the_model_set(name):
    model_set = MODEL_SETS[name]
    assert {space: parse_space(space).width(model_set) for space in WIDTHS[name]} == WIDTHS[name]
    assert parse_space("zc-n0.6").width(model_set) == WIDTHS[name]["zc"]


def unet_of(name):
    """The U-Net of a model set without its weights, on the device `meta`: shapes alone."""
    ensure_torchvision()
    from diffusers import UNet2DConditionModel

    if MODEL_SETS[name].fetched:
        config = UNET | (VERSION_2_UNET if "v2" in name else {})
    else:
        config = UNet2DConditionModel.load_config(MODEL_SETS[name].folder / "unet")
    with torch.device("meta"):
        return UNet2DConditionModel.from_config(config)


def outputs_of_blocks(unet):
    """Number of values that each block gives for one latent, by its name in feature spaces."""
    found = {}

    def record(name):
        def hook(module, inputs, output):
            found[name] = (output[0] if isinstance(output, tuple) else output)[0].numel()

        return hook

    sides = [("down", unet.down_blocks), ("up", unet.up_blocks)]
    blocks = {f"{side}{number}": block for side, blocks in sides for number, block in enumerate(blocks)}
    for name, block in (blocks | {"mid": unet.mid_block}).items():
        block.register_forward_hook(record(name))
    side, width = unet.config.sample_size, unet.config.cross_attention_dim
    with torch.no_grad(), torch.device("meta"):
        unet(torch.zeros(1, unet.config.in_channels, side, side), torch.tensor(1), torch.zeros(1, 3, width))
    return found


@pytest.mark.parametrize("name", MODEL_SETS)
def test_layers_are_as_wide_as_the_blocks_of_the_network_give(name):
    measured = outputs_of_blocks(unet_of(name))
    assert len(measured) == 2 * len(MODEL_SETS[name].unet_channels) + 1
    widths = {layer: parse_space(f"unet-{layer}-n0.8-t20").width(MODEL_SETS[name]) for layer in measured}
    assert widths == measured


@pytest.mark.parametrize("layer", ["down3", "up3"])
def test_a_layer_that_the_network_lacks_is_refused(layer):
    space = parse_space(f"unet-{layer}-n0.8-t20")
    with pytest.raises(ConfigError, match=rf"miniature\n.*{layer}\n.*0 to {layer[:-1]}2, or mid"):
        space.width(MODEL_SETS["miniature"])
    assert space.width(MODEL_SETS["stable-diffusion-v1-4"]) > 0


def settings_of(key):
    *sections, last = key.split("/")
    part = Study
    for name in sections:
        part = parts(part)[name]
    return parts(part)[last]


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_names_settings_and_a_core_that_exist(kind):
    facts = KINDS[kind]
    for key in (*facts.reads, *facts.reads_if_sampled):
        assert isinstance(settings_of(key), Setting)
    assert not facts.core or module_path(facts.core).exists()
    assert facts.title
    assert facts.meaning
    assert facts.storage in ("vectors", "gram")


def test_what_can_be_decoded_can_be_extracted():
    assert set(DECODABLE) <= set(EXTRACTABLE)


def test_passes_of_the_unet_depend_on_how_it_paints():
    for facts in KINDS.values():
        assert ("reconstruct/strength" in facts.reads) == (PASSES_OF_THE_UNET in facts.needs)


@pytest.mark.parametrize("name", ["zc-n0.6", "unet-mid-n0.8-t20"])
def test_spaces_that_nothing_computes_yet_are_not_extracted(name):
    with pytest.raises(ConfigError, match=rf"here\n.*\n.*{name}, which is a name.*\n.*among z, c, zc"):
        parse_space(name).require_extractable("here")
    for extractable in EXTRACTABLE:
        parse_space(extractable).require_extractable("here")


def test_samples_of_the_posterior_depend_on_the_seed():
    assert parse_space("z").reads("mean") == ("features/latent",)
    assert parse_space("z").reads("sample") == ("features/latent", "seed")
    assert parse_space("c").reads("sample") == ()


def test_the_least_noise_still_prints_without_an_exponent():
    assert str(FeatureSpace("zc", noise=LEAST_NOISE)) == "zc-n0.001"
