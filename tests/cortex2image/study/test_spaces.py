"""Feature spaces: as wide as the networks say, made of settings and cores that exist, at what cost."""

import pytest
import torch
from tests.support.full_models import UNET, VERSION_2_UNET

from cortex2image.errors import ConfigError
from cortex2image.networks.compat import ensure_torchvision
from cortex2image.networks.registry import MODEL_SETS
from cortex2image.sources import module_path
from cortex2image.study.fields import Setting, parts
from cortex2image.study.settings import Study
from cortex2image.study.space_names import parse_space
from cortex2image.study.spaces import DECODABLE, EXTRACTABLE, GRAM, JOINED, KINDS
from cortex2image.study.spaces import UNET as PASSES_OF_THE_UNET

WIDTHS = {
    "miniature": {"z": 1024, "c": 24 * 128, "zc": 1024},
    "stable-diffusion-v1-4": {"z": 6400, "c": 59136, "zc": 16384},
    "stable-diffusion-v1-5": {"z": 6400, "c": 59136, "zc": 16384},
    "stable-diffusion-v1-5-image-prompt": {"z": 6400, "c": 59136, "zc": 16384, "e": 1024},
    "stable-diffusion-v2-1-base": {"z": 6400, "c": 77 * 1024, "zc": 16384},
    "stable-diffusion-v1-4-captioner": {"z": 6400, "c": 59136, "zc": 16384, "blip": 173568},
    "stable-diffusion-2-depth": {"z": 6400, "c": 77 * 1024, "zc": 16384, "depth": 4096},
}
WIDTHS |= {f"{name}-dreamsim": WIDTHS[name] for name in WIDTHS if f"{name}-dreamsim" in MODEL_SETS}


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
        config = UNET | (VERSION_2_UNET if MODEL_SETS[name].text_width == 1024 else {})
    else:
        config = UNet2DConditionModel.load_config(MODEL_SETS[name].folder / "unet")
    with torch.device("meta"):
        return UNet2DConditionModel.from_config(config)


def outputs_of_layers(unet):
    """Number of values that each block and part gives for one latent, by its name in feature spaces."""
    found = {}

    def record(name):
        def hook(module, inputs, output):
            found[name] = (output[0] if isinstance(output, tuple) else output)[0].numel()

        return hook

    sides = [("down", unet.down_blocks), ("up", unet.up_blocks)]
    blocks = {f"{side}{number}": block for side, blocks in sides for number, block in enumerate(blocks)}
    for name, block in (blocks | {"mid": unet.mid_block}).items():
        block.register_forward_hook(record(name))
        for kind, short in (("resnets", "res"), ("attentions", "attn")):
            for number, part in enumerate(getattr(block, kind, [])):
                part.register_forward_hook(record(f"{name}.{short}{number}"))
    side, width = unet.config.sample_size, unet.config.cross_attention_dim
    with torch.no_grad(), torch.device("meta"):
        unet(torch.zeros(1, unet.config.in_channels, side, side), torch.tensor(1), torch.zeros(1, 3, width))
    return found


@pytest.mark.parametrize("name", MODEL_SETS)
def test_layers_are_as_wide_as_the_blocks_of_the_network_give(name):
    measured, named = outputs_of_layers(unet_of(name)), MODEL_SETS[name].layer_widths
    # The last parts of three blocks have no name of their own: they give what the block gives.
    unnamed = measured.keys() - named.keys()
    blocks = {part.partition(".")[0] for part in unnamed}
    assert len(unnamed) == len(blocks) == 3
    assert all(measured[part] == measured[part.partition(".")[0]] for part in unnamed)
    widths = {layer: parse_space(f"unet-{layer}-n0.8-t20").width(MODEL_SETS[name]) for layer in named}
    assert widths == {layer: measured[layer] for layer in named}


@pytest.mark.parametrize("layer", ["down3", "up3", "down1.res1"])
def test_a_layer_that_the_network_lacks_is_refused(layer):
    space = parse_space(f"unet-{layer}-n0.8-t20")
    with pytest.raises(ConfigError, match=rf"miniature\n.*{layer}\n.*down0.res0, down0, .*, mid, "):
        space.width(MODEL_SETS["miniature"])
    assert space.width(MODEL_SETS["stable-diffusion-v1-4"]) > 0


@pytest.mark.parametrize("kind", [kind for kind, facts in KINDS.items() if facts.part])
def test_a_space_of_a_part_that_the_set_lacks_is_refused(kind):
    with pytest.raises(
        ConfigError,
        match=rf"models/set\n.*{KINDS[kind].part}, which the feature space {kind} needs\n.*miniature",
    ):
        parse_space(kind).width(MODEL_SETS["miniature"])


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


@pytest.mark.parametrize("name", ["zc", "zc-n0.6", "unet-mid-n0.8-t20"])
def test_spaces_that_the_sampler_passes_are_not_extracted(name):
    assert parse_space(name).sampled
    known = ", ".join(EXTRACTABLE)
    with pytest.raises(ConfigError, match=rf"here\n.*\n.*{name}, which passes.*\n.*among {known}$"):
        parse_space(name).require_extractable("here")
    for extractable in EXTRACTABLE:
        parse_space(extractable).require_extractable("here")


def test_every_space_is_extracted_joined_or_kept_as_inner_products():
    grams = [name for name, kind in KINDS.items() if kind.storage == GRAM]
    assert sorted([*EXTRACTABLE, *JOINED, *grams]) == sorted(KINDS)
    assert (grams, list(JOINED)) == (["unet"], ["zc"])


@pytest.mark.parametrize(("name", "part"), [("blip", "captioner"), ("depth", "depth")])
def test_a_set_without_the_network_of_a_space_is_refused(name, part):
    with pytest.raises(
        ConfigError, match=rf"models/set\n.*part {part}, which the feature space {name} needs"
    ):
        parse_space(name).width(MODEL_SETS["stable-diffusion-v1-4"])


def test_a_space_without_a_noise_level_has_that_of_pictures():
    assert parse_space("zc").noise_level(0.7) == 0.7
    assert parse_space("zc-n0.3").noise_level(0.7) == 0.3
    assert [parse_space(name).last_step(50, 0.7) for name in ("zc", "zc-n0.3", "zc-n0.3-t4")] == [35, 15, 4]


def test_samples_of_the_posterior_depend_on_the_seed():
    assert parse_space("z").reads("mean") == ("features/latent",)
    assert parse_space("z").reads("sample") == ("features/latent", "seed")
    assert parse_space("c").reads("sample") == ()


@pytest.mark.parametrize(
    ("name", "passes"),
    [
        ("z", 0),
        ("c", 0),
        ("zc", 80),
        ("zc-n0.6", 60),
        ("zc-n0.58", 58),
        ("zc-n0.6-t20", 40),
        ("unet-mid-n0.8-t20", 40),
    ],
)
def test_the_cost_is_counted_in_passes_of_the_unet(name, passes):
    """50 steps at strength 0.8 with guidance, as in the study of 2023: 40 of them, with and without text."""
    assert parse_space(name).unet_passes(50, 0.8, 5.0) == passes
    assert parse_space(name).unet_passes(50, 0.8, 1) == passes // 2
