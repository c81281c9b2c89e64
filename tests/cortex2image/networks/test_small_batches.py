"""A row has the same bits in a batch of any size, and the values of the plain layer."""

import numpy as np
import pytest
import torch
from torch import nn

from cortex2image.diffusion.denoise import Denoiser, Sampling
from cortex2image.networks.load import load_diffusion
from cortex2image.networks.registry import MODEL_SETS
from cortex2image.networks.small_batches import steady_in_small_batches
from cortex2image.reconstruction.pictures import pictures
from cortex2image.study.methods import METHODS

SIZES = (1, 2, 7, 15, 16, 32)
LAYERS = {
    "3 x 3": (nn.Conv2d(48, 96, 3, padding=1), (48, 8, 8)),
    "1 x 1": (nn.Conv2d(96, 48, 1), (96, 8, 8)),
    "strided": (nn.Conv2d(48, 48, 3, stride=2, padding=1), (48, 16, 16)),
    "grouped": (nn.Conv2d(8, 16, 3, groups=4, bias=False), (8, 8, 8)),
    "linear": (nn.Linear(192, 96), (192,)),
    "tokens": (nn.Linear(96, 64, bias=False), (3, 96)),
}


@pytest.fixture(autouse=True)
def one_thread():
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.mark.parametrize("name", LAYERS)
@torch.inference_mode()
def test_a_layer_gives_a_row_the_same_bits_and_the_plain_value(name):
    layer, shape = LAYERS[name]
    rows = torch.randn((32, *shape), generator=torch.Generator().manual_seed(1))
    plain = type(layer).forward(layer, rows)
    steady_in_small_batches(layer)
    whole = layer(rows)
    torch.testing.assert_close(whole, plain)
    for size in SIZES:
        parts = torch.cat([layer(rows[first : first + size]) for first in range(0, 32, size)])
        assert torch.equal(parts, whole), size


@torch.inference_mode()
def test_maps_out_of_attention_give_the_same_bits_alone_and_in_a_batch(tiny_diffusion):
    """The VAE of Stable Diffusion attends in its middle block, that of the miniature does not."""
    decoder = tiny_diffusion.vae
    assert decoder.decoder.mid_block.attentions[0] is not None
    latents = torch.randn((8, 4, 4, 4), generator=torch.Generator().manual_seed(3))
    whole = decoder.decode(latents).sample
    alone = torch.cat([decoder.decode(row[None]).sample for row in latents])
    assert torch.equal(alone, whole)


def test_gradients_pass_through():
    layer = nn.Sequential(nn.Conv2d(4, 8, 3), nn.Flatten(), nn.Linear(32, 2))
    values = torch.randn(1, 4, 4, 4, requires_grad=True)
    (plain,) = torch.autograd.grad(layer(values).square().sum(), values)
    steady_in_small_batches(layer)
    (steady,) = torch.autograd.grad(layer(values).square().sum(), values)
    torch.testing.assert_close(steady, plain)


def test_borders_that_are_no_zeros_stay_with_the_plain_layer():
    layer = nn.Conv2d(2, 2, 3, padding=1, padding_mode="circular")
    steady_in_small_batches(layer)
    assert type(layer) is nn.Conv2d


def test_pictures_of_the_miniature_are_the_same_bytes_in_batches_of_any_size(rng):
    models = MODEL_SETS["miniature"]
    denoiser = Denoiser(load_diffusion(models, "cpu"), Sampling(2, 0.5, 3.0, "matched", "mean"))
    features = {
        "z": rng.standard_normal((32, 1024), dtype=np.float32),
        "c": rng.standard_normal((32, 24 * 128), dtype=np.float32),
    }

    def drawn(size):
        parts = [slice(first, first + size) for first in range(0, 32, size)]
        seeds = list(range(32))
        return np.concatenate(
            [
                pictures(METHODS["zc"], denoiser, {s: v[part] for s, v in features.items()}, seeds[part])
                for part in parts
            ]
        )

    whole = drawn(32)
    for size in (1, 7):
        np.testing.assert_array_equal(drawn(size), whole)
