"""Stable Diffusion 1.4 at its full width, with random weights, on a CPU: what a GPU server will load."""

import resource

import numpy as np
import pytest
import torch
from safetensors import safe_open
from tests.support.full_models import generator_of, networks, write_full_model_set

from cortex2image.diffusion.denoise import Denoiser, Sampling
from cortex2image.features.latent_diffusion import caption_states, image_latents
from cortex2image.networks.checksums import record
from cortex2image.networks.load import load_diffusion
from cortex2image.reconstruction.pictures import pictures

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("full-size")]

MOST_BYTES = 24e9
SIZES = {"vae": 83_653_863, "unet": 859_520_964, "text_encoder": 123_060_480}
# Facts of the published files, not of the classes that read them: (part, tensor, shape).
SHAPES = [
    ("unet", "conv_in.weight", (320, 4, 3, 3)),
    ("unet", "conv_out.weight", (4, 320, 3, 3)),
    ("unet", "time_embedding.linear_1.weight", (1280, 320)),
    ("unet", "down_blocks.0.attentions.0.transformer_blocks.0.attn2.to_k.weight", (320, 768)),
    ("unet", "mid_block.attentions.0.transformer_blocks.0.attn2.to_v.weight", (1280, 768)),
    ("unet", "mid_block.attentions.0.proj_in.weight", (1280, 1280, 1, 1)),
    ("unet", "up_blocks.1.resnets.0.conv1.weight", (1280, 2560, 3, 3)),
    ("unet", "up_blocks.3.attentions.2.transformer_blocks.0.ff.net.0.proj.weight", (2560, 320)),
    ("vae", "encoder.conv_out.weight", (8, 512, 3, 3)),
    ("vae", "decoder.conv_in.weight", (512, 4, 3, 3)),
    ("vae", "decoder.mid_block.attentions.0.to_q.weight", (512, 512)),
    ("vae", "quant_conv.weight", (8, 8, 1, 1)),
    ("text_encoder", "embeddings.token_embedding.weight", (49408, 768)),
    ("text_encoder", "embeddings.position_embedding.weight", (77, 768)),
    ("text_encoder", "encoder.layers.11.mlp.fc1.weight", (3072, 768)),
    ("text_encoder", "final_layer_norm.weight", (768,)),
]


@pytest.fixture(scope="module")
def full(tmp_path_factory):
    """The whole model in bfloat16, 2.1 GB, recorded and loaded."""
    described = generator_of("stable-diffusion-v1-4", tmp_path_factory.mktemp("full-size"))
    write_full_model_set(described.folder, described, thin=False, dtype=torch.bfloat16)
    record(described)
    return load_diffusion(described, "cpu", "bfloat16")


@pytest.mark.parametrize("part", list(SIZES))
def test_every_tensor_has_the_shape_of_its_configuration(full, part):
    loaded, expected = getattr(full, part), networks(full.model_set, thin=False)[part]
    shapes = {name: tuple(tensor.shape) for name, tensor in expected.state_dict().items()}
    assert {name: tuple(tensor.shape) for name, tensor in loaded.state_dict().items()} == shapes
    assert sum(weight.numel() for weight in loaded.parameters()) == SIZES[part]
    assert {weight.dtype for weight in loaded.parameters()} == {torch.bfloat16}


@pytest.mark.parametrize(("part", "name", "shape"), SHAPES)
def test_tensors_of_the_published_files(full, part, name, shape):
    assert tuple(getattr(full, part).state_dict()[name].shape) == shape


@pytest.mark.parametrize(("part", "file"), [("unet", "diffusion_pytorch_model"), ("text_encoder", "model")])
def test_weights_are_those_of_the_file(full, part, file):
    state = getattr(full, part).state_dict()
    path = full.model_set.folder / part / f"{file}.safetensors"
    with safe_open(path, framework="pt") as stored:
        for name in list(stored.keys())[::40]:
            if "position_ids" not in name:
                assert torch.equal(stored.get_tensor(name), state[name.removeprefix("text_model.")])


def test_one_picture_within_24_gb(full):
    seen = np.random.default_rng(0).integers(0, 256, (1, 425, 425, 3), dtype=np.uint8)
    z, c = image_latents(full, seen), caption_states(full, [["a cat, a b"]])
    assert (z.shape, c.shape) == ((1, 6400), (1, 59136))
    # 3 steps at strength 0.8: two are left to denoise.
    painted = pictures(Denoiser(full, Sampling(3, 0.8, 5.0)), {"z": z, "c": c}, [1])
    assert painted.shape == (1, 512, 512, 3)
    assert painted.std() > 0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    assert peak < MOST_BYTES, f"{peak / 1e9:.1f} GB"
