from types import SimpleNamespace

import pytest
import torch
from tests.support.full_models import UNET

from cortex2image.errors import ModelSetError
from cortex2image.miniature.unet import build_unet
from cortex2image.networks.registry import MODEL_SETS
from cortex2image.networks.unet_layers import UNetShape, blocks, layers


@pytest.fixture(scope="module", params=["tiny", "miniature"])
def unet(request):
    return request.getfixturevalue("tiny_diffusion").unet if request.param == "tiny" else build_unet()


def run_once(unet, hooks):
    """Pass zeros through the network, and remove the hooks."""
    config = unet.config
    latents = torch.zeros(1, config.in_channels, config.sample_size, config.sample_size)
    with torch.no_grad():
        unet(latents, 0, torch.zeros(1, 3, config.cross_attention_dim))
    for hook in hooks:
        hook.remove()


@pytest.fixture(scope="module")
def measured(unet):
    """Channels and side of what the last residual layer of every block gives, in order of the call."""
    found = {}

    def record(name):
        return lambda module, args, output: found.update({name: tuple(output.shape[1:])})

    hooks = [
        module.register_forward_hook(record(name.rpartition(".resnets.")[0]))
        for name, module in unet.named_modules()
        if name.rpartition(".resnets.")[2].isdigit()
    ]
    run_once(unet, hooks)
    return found


def test_blocks_are_those_a_latent_passes(unet, measured):
    described = {block.name: (block.channels, block.side, block.side) for block in blocks(unet.config)}
    assert list(described.items()) == list(measured.items())


def test_blocks_attend_where_the_network_has_cross_attention(unet):
    for block in blocks(unet.config):
        layers = [name for name, _ in unet.get_submodule(block.name).named_modules() if "attn2" in name]
        assert block.attends == bool(layers), block.name


@pytest.fixture(scope="module")
def outputs(unet):
    """What every block and every residual and attention layer gives, in the order of their end."""
    found = {}

    def record(name):
        def hook(module, inputs, output):
            hidden = output[0] if isinstance(output, tuple) else output
            found[name] = hidden

        return hook

    parts = [
        name
        for name, _ in unet.named_modules()
        if name == "mid_block"
        or name.rpartition(".")[0] in ("down_blocks", "up_blocks")
        or name.rpartition(".")[0].endswith((".resnets", "_block.resnets", ".attentions"))
    ]
    hooks = [unet.get_submodule(name).register_forward_hook(record(name)) for name in parts]
    run_once(unet, hooks)
    return found


def is_what_its_block_gives(part, outputs):
    blocks = [name for name in outputs if part.startswith(f"{name}.")]
    return any(torch.equal(outputs[block], outputs[part]) for block in blocks)


def test_layers_are_all_that_differ_in_the_order_of_their_end(unet, outputs):
    described = [
        (layer.module, (layer.channels, layer.side, layer.side))
        for layer in layers(UNetShape.of(unet.config))
    ]
    distinct = [name for name in outputs if not is_what_its_block_gives(name, outputs)]
    assert len(distinct) == len(outputs) - 3
    assert described == [(name, tuple(outputs[name].shape[1:])) for name in distinct]


def test_layers_are_named_by_block_kind_and_number():
    names = [layer.name for layer in layers(MODEL_SETS["miniature"].unet)]
    assert names[:2] == ["down0.res0", "down0"]
    assert {"down1.attn0", "mid.attn0", "mid", "up0.attn1", "up2.res0"} <= set(names)
    assert "up2.attn0" not in names
    assert len(set(names)) == len(names)


def test_a_block_gives_what_the_next_one_gets_and_its_parts_come_before():
    found = {layer.name: layer for layer in layers(MODEL_SETS["stable-diffusion-v1-4"].unet)}
    assert (found["down0.attn1"].side, found["down0"].side, found["down1.res0"].side) == (64, 32, 32)
    assert (found["up2.attn2"].side, found["up2"].side) == (32, 64)
    assert found["up2"].width == 640 * 64 * 64


def test_the_registry_knows_what_the_configuration_says():
    assert (
        UNetShape.of(SimpleNamespace(**UNET, mid_block_type="UNetMidBlock2DCrossAttn"))
        == MODEL_SETS["stable-diffusion-v1-4"].unet
    )


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("down_block_types", ("AttnDownBlock2D",) * 4),
        ("up_block_types", ("CrossAttnUpBlock2D",) * 4),
        ("mid_block_type", "UNetMidBlock2D"),
        ("layers_per_block", (1, 2, 2, 2)),
    ],
)
def test_a_network_of_other_blocks_is_refused(key, value):
    config = UNET | {"mid_block_type": "UNetMidBlock2DCrossAttn"} | {key: value}
    with pytest.raises(ModelSetError, match="configuration of the U-Net"):
        UNetShape.of(SimpleNamespace(**config))
