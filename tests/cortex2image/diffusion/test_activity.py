import pytest
import torch

from cortex2image.diffusion.activity import recorded


def run(unet, seed):
    generator = torch.Generator().manual_seed(seed)
    latents, states = torch.randn(2, 4, 4, 4, generator=generator), torch.randn(2, 8, 16, generator=generator)
    with torch.no_grad():
        return unet(latents, 1, states).sample


def test_what_is_recorded_is_what_the_next_module_gets(tiny_diffusion):
    unet, taken = tiny_diffusion.unet, {}
    first = unet.mid_block.register_forward_pre_hook(lambda module, inputs: taken.update(middle=inputs[0]))
    second = unet.conv_norm_out.register_forward_pre_hook(lambda module, inputs: taken.update(end=inputs[0]))
    with recorded(unet, ["down_blocks.1", "up_blocks.1"]) as given:
        run(unet, 1)
    first.remove(), second.remove()
    torch.testing.assert_close(given["down_blocks.1"], taken["middle"], rtol=0, atol=0)
    torch.testing.assert_close(given["up_blocks.1"], taken["end"], rtol=0, atol=0)


def test_recording_changes_nothing_and_keeps_the_latest_pass(tiny_diffusion):
    unet, modules = tiny_diffusion.unet, ["mid_block.attentions.0"]
    plain = run(unet, 2)
    with recorded(unet, modules) as given:
        run(unet, 1)
        before = given[modules[0]]
        torch.testing.assert_close(run(unet, 2), plain, rtol=0, atol=0)
        assert not torch.equal(given[modules[0]], before)


def test_hooks_go_with_an_error(tiny_diffusion):
    with pytest.raises(RuntimeError), recorded(tiny_diffusion.unet, ["mid_block"]):
        raise RuntimeError
    assert not tiny_diffusion.unet.mid_block._forward_hooks
