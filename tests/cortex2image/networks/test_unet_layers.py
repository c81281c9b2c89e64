import pytest
import torch

from cortex2image.miniature.unet import build_unet
from cortex2image.networks.unet_layers import blocks


@pytest.fixture(scope="module", params=["tiny", "miniature"])
def unet(request):
    return request.getfixturevalue("tiny_diffusion").unet if request.param == "tiny" else build_unet()


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
    config = unet.config
    latents = torch.zeros(1, config.in_channels, config.sample_size, config.sample_size)
    with torch.no_grad():
        unet(latents, 0, torch.zeros(1, 3, config.cross_attention_dim))
    for hook in hooks:
        hook.remove()
    return found


def test_blocks_are_those_a_latent_passes(unet, measured):
    described = {block.name: (block.channels, block.side, block.side) for block in blocks(unet.config)}
    assert list(described.items()) == list(measured.items())


def test_blocks_attend_where_the_network_has_cross_attention(unet):
    for block in blocks(unet.config):
        layers = [name for name, _ in unet.get_submodule(block.name).named_modules() if "attn2" in name]
        assert block.attends == bool(layers), block.name
