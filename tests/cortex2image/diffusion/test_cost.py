import pytest
import torch
from tests.support.full_models import networks
from tests.support.sampling import sampling
from tests.support.tiny_parts import write_depth_set

from cortex2image.diffusion.cost import Cost, count, unet_passes
from cortex2image.diffusion.denoise import Denoiser
from cortex2image.networks.load import load_diffusion
from cortex2image.networks.registry import MODEL_SETS
from cortex2image.reconstruction.pictures import pictures
from cortex2image.study.methods import METHODS

COST = Cost(unet=100, decode=10, decode_coarse=6, encode=3)


def test_stable_diffusion_costs_what_is_known():
    """GMAC of a pass of SD 1.4, and of its VAE at 512 and 320 pixels."""
    known = MODEL_SETS["stable-diffusion-v1-4"]
    parts = networks(known, thin=False)
    cost = count(known, parts["unet"], parts["vae"])
    assert cost.unet / 1e9 == pytest.approx(401.6, abs=0.1)
    assert cost.decode / 1e9 == pytest.approx(1257, abs=1)
    assert cost.encode / 1e9 == pytest.approx(558, abs=1)
    assert cost.decode_coarse / 1e9 == pytest.approx(487, abs=1)


def test_a_network_that_takes_depth_has_a_channel_more_to_multiply(tmp_path, tiny_diffusion):
    known = write_depth_set(tmp_path)
    held = load_diffusion(known, "cpu")
    plain = count(tiny_diffusion.model_set, tiny_diffusion.unet, tiny_diffusion.vae)
    more = count(known, held.unet, held.vae).unet - plain.unet
    assert more == 9 * held.unet.conv_in.out_channels * 16


def test_a_pass_is_counted_by_hand(tiny_diffusion):
    """The first convolution of the tiny VAE's decoder: 3 x 3 from 4 channels, at 4 x 4."""
    decoder = tiny_diffusion.vae.decoder
    wide = decoder.conv_in.out_channels
    by_hand = 9 * 4 * wide * 16
    whole = count(tiny_diffusion.model_set, tiny_diffusion.unet, tiny_diffusion.vae)
    seen = []
    hooks = [
        layer.register_forward_hook(lambda layer, inputs, output: seen.append((layer, inputs[0], output)))
        for layer in tiny_diffusion.vae.modules()
        if isinstance(layer, torch.nn.Conv2d | torch.nn.Linear)
    ]
    with torch.no_grad():
        tiny_diffusion.vae.decode(torch.zeros(1, 4, 4, 4))
    for hook in hooks:
        hook.remove()
    # Every output of a layer is one product of its weights of one output channel.
    total = sum(output.numel() * layer.weight[0].numel() for layer, _, output in seen)
    attended = 2 * 16**2 * decoder.mid_block.attentions[0].to_q.out_features
    assert seen[1][2].numel() * seen[1][0].weight[0].numel() == by_hand
    assert whole.decode == total + attended


@pytest.mark.parametrize(
    ("method", "sampler", "weight", "rows"),
    [
        ("zc", "ddim", 3.0, 16),
        ("zc", "pndm", 3.0, 18),
        ("zc", "ddim", 1.0, 8),
        ("c", "ddim", 3.0, 20),
        ("z", "ddim", 3.0, 0),
    ],
)
def test_rows_are_those_that_the_network_gets(tiny_model_set, rng, method, sampler, weight, rows):
    diffusion, seen = load_diffusion(tiny_model_set, "cpu"), []
    drawn = sampling(10, 0.8, weight, sampler=sampler)
    diffusion.unet.register_forward_pre_hook(lambda unet, inputs: seen.append(len(inputs[0])))
    features = {"z": rng.standard_normal((1, 64)), "c": rng.standard_normal((1, 128))}
    pictures(METHODS[method], Denoiser(diffusion, drawn), features, [1])
    start = METHODS[method].start
    assert sum(seen) == unet_passes(start, drawn, diffusion.scheduler.config) == rows


def test_a_picture_is_the_sum_of_its_calls():
    starts = {name: METHODS[name].start for name in ("z", "c", "zc")}
    assert COST.picture(starts["z"], 0) == 6
    assert COST.picture(starts["c"], 40) == 4010
    assert COST.picture(starts["zc"], 32) == 3219
    assert COST.picture(starts["zc"], 32, samples=3) == 3213
