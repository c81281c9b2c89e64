"""Full-size sets with random weights, on a CPU.

Quick tests load networks that are wide where others see them and thin inside; slow ones the whole of
Stable Diffusion 1.4, which is what a GPU server will load.
"""

import resource
from dataclasses import replace

import numpy as np
import pytest
import torch
from safetensors import safe_open
from tests.support.full_models import generator_of, networks, write_full_model_set
from tests.support.sampling import sampling
from tests.support.tiny_image_prompt import write_image_prompt

from cortex2image.diffusion.denoise import Denoiser
from cortex2image.errors import ModelSetError
from cortex2image.features.captions import caption_states
from cortex2image.features.image_embeddings import image_encoder, picture_embeddings
from cortex2image.features.latents import image_latents
from cortex2image.networks.checksums import record
from cortex2image.networks.load import load_diffusion
from cortex2image.networks.origins import IMAGE_ENCODER, IP_ADAPTER
from cortex2image.networks.registry import MODEL_SETS
from cortex2image.reconstruction.generator import generate
from cortex2image.reconstruction.image_prompt import (
    ImagePrompt,
    adapter_shapes,
    attach_adapter,
    attach_weights,
)
from cortex2image.reconstruction.pictures import pictures
from cortex2image.study.methods import METHODS

MOST_BYTES = 24e9
FULL = [name for name, known in MODEL_SETS.items() if known.fetched]
# Sets that differ in their judges alone have the same generator.
WITHOUT_DEPTH = [n for n in FULL if "depth" not in MODEL_SETS[n].parts and not n.endswith("-dreamsim")]
# Counted in the published weights.
SIZES = {
    "stable-diffusion-v1-4": {"vae": 83_653_863, "unet": 859_520_964, "text_encoder": 123_060_480},
    "stable-diffusion-v1-5": {"vae": 83_653_863, "unet": 859_520_964, "text_encoder": 123_060_480},
    "stable-diffusion-v2-1-base": {"vae": 83_653_863, "unet": 865_910_724, "text_encoder": 340_387_840},
}
SIZES["stable-diffusion-v1-4-captioner"] = SIZES["stable-diffusion-v1-4"]
SIZES["stable-diffusion-v1-5-image-prompt"] = SIZES["stable-diffusion-v1-5"]
SIZES |= {f"{name}-dreamsim": sizes for name, sizes in SIZES.items() if f"{name}-dreamsim" in MODEL_SETS}
# Another channel in: 320 kernels of 3 x 3.
SIZES["stable-diffusion-2-depth"] = SIZES["stable-diffusion-v2-1-base"] | {"unet": 865_910_724 + 320 * 9}
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


def whole(test):
    """Mark a test that loads all 2.1 GB; all of them run in one process, which loads them once."""
    return pytest.mark.slow(pytest.mark.long(pytest.mark.xdist_group("full-size")(test)))


@pytest.fixture(scope="module", params=WITHOUT_DEPTH)
def thin(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp(request.param)
    described = generator_of(request.param, folder, thin=True)
    write_full_model_set(folder, described, thin=True, dtype=torch.float16)
    record(described)
    return described


@pytest.mark.parametrize("name", FULL)
def test_networks_of_the_published_configuration_have_the_published_size(name):
    made = networks(MODEL_SETS[name], thin=False)
    assert {part: sum(p.numel() for p in n.parameters()) for part, n in made.items()} == SIZES[name]


def test_features_and_pictures_have_the_described_shapes(thin):
    diffusion = load_diffusion(thin, "cpu", "bfloat16")
    assert diffusion.coarse_size == 320
    seen = np.random.default_rng(0).integers(0, 256, (1, 425, 425, 3), dtype=np.uint8)
    z, c = image_latents(diffusion, seen), caption_states(diffusion, [["a cat, a b", "c"]])
    assert z.shape == (1, 6400)
    assert c.shape == (1, 77 * thin.text_width)
    painted = pictures(METHODS["zc"], Denoiser(diffusion, sampling(2, 0.8, 5.0)), {"z": z, "c": c}, [1])
    assert painted.shape == (1, 512, 512, 3)
    assert painted.std() > 0


PROMPTED = "stable-diffusion-v1-5-image-prompt"
# Of the published files: 632.08 million weights, and 36 tensors of 44.6 MB in float16.
VIT_H14 = {
    "hidden_size": 1280,
    "intermediate_size": 5120,
    "num_hidden_layers": 32,
    "num_attention_heads": 16,
    "patch_size": 14,
    "image_size": 224,
    "projection_dim": 1024,
}


def test_the_image_prompt_has_the_published_size():
    from transformers import CLIPVisionConfig, CLIPVisionModelWithProjection

    unet = networks(MODEL_SETS[PROMPTED], thin=False)["unet"]
    with torch.device("meta"):
        tower = CLIPVisionModelWithProjection(CLIPVisionConfig(**VIT_H14))
    assert sum(weight.numel() for weight in tower.parameters()) == 632_076_800
    shapes = adapter_shapes(unet, tower.config.projection_dim)
    assert len(shapes) == 36
    assert sum(weight.numel() for weight in shapes.values()) == pytest.approx(44.64e6 / 2, rel=1e-3)
    assert shapes["ip_adapter.1.to_k_ip.weight"].shape == (320, 768)
    assert shapes["ip_adapter.31.to_v_ip.weight"].shape == (1280, 768)
    assert shapes["image_proj.proj.weight"].shape == (3072, 1024)


def test_the_whole_unet_takes_an_image_prompt():
    """Every layer in its full width, without memory: shapes alone."""
    described, unet = MODEL_SETS[PROMPTED], networks(MODEL_SETS[PROMPTED], thin=False)["unet"]
    with torch.device("meta"):
        attach_weights(unet, adapter_shapes(unet, 1024), described.text_length, 1024)
        given = unet(torch.empty(2, 4, 64, 64), torch.tensor(1), torch.empty(2, 77 + 2, 768)).sample
    assert given.shape == (2, 4, 64, 64)
    assert sum("to_k_ip" in name for name, _ in unet.named_parameters()) == 16


@pytest.mark.parametrize("thin", [PROMPTED], indirect=True)
def test_pictures_under_an_image_prompt_have_the_described_shapes(thin):
    write_image_prompt(thin, load_diffusion(thin, "cpu").unet, image_size=224, patch_size=56)
    record(replace(thin, hub=(*thin.hub, IP_ADAPTER)))
    diffusion = load_diffusion(thin, "cpu", "bfloat16")
    encoder = image_encoder(thin.folder / IMAGE_ENCODER, diffusion.device)
    e = picture_embeddings(encoder, [np.full((425, 425, 3), 90, np.uint8)])
    assert e.shape == (1, 1024)
    attach_adapter(diffusion)
    generator = ImagePrompt(Denoiser(diffusion, sampling(2, 0.8, 5.0)))
    z = np.random.default_rng(0).standard_normal((1, 6400), dtype=np.float32)
    painted = generate(METHODS["image_prompt"].start, generator, {"z": z, "e": e}, [1])
    assert painted.shape == (1, 512, 512, 3)
    assert painted.std() > 0


@pytest.mark.parametrize("thin", FULL[:1], indirect=True)
def test_variants_and_pickles_of_a_repository_are_neither_read_nor_refused(thin):
    before = load_diffusion(thin, "cpu")
    strangers = ("unet/diffusion_pytorch_model.bin", "unet/diffusion_pytorch_model.fp16.safetensors")
    strangers += ("safety_checker/model.safetensors", "sd-v1-4.ckpt", "text_encoder/model.fp16.safetensors")
    for name in strangers:
        (thin.folder / name).parent.mkdir(exist_ok=True)
        (thin.folder / name).write_bytes(b"not even a file of weights")
    after = load_diffusion(thin, "cpu")
    for old, new in zip(before.unet.parameters(), after.unet.parameters(), strict=True):
        assert torch.equal(old, new)


def test_weights_of_another_width_are_refused(tmp_path):
    first, second = "stable-diffusion-v1-4", "stable-diffusion-v2-1-base"
    write_full_model_set(tmp_path, MODEL_SETS[second], thin=True, dtype=torch.float16)
    described = generator_of(first, tmp_path, thin=True)
    record(described)
    with pytest.raises(ModelSetError, match=r"width(.|\n)*768(.|\n)*1024"):
        load_diffusion(described, "cpu")


@pytest.fixture(scope="module")
def full(tmp_path_factory):
    """The whole model in bfloat16, 2.1 GB, recorded and loaded."""
    described = generator_of("stable-diffusion-v1-4", tmp_path_factory.mktemp("full-size"), thin=False)
    write_full_model_set(described.folder, described, thin=False, dtype=torch.bfloat16)
    record(described)
    return load_diffusion(described, "cpu", "bfloat16")


@whole
@pytest.mark.parametrize("part", ["vae", "unet", "text_encoder"])
def test_every_tensor_has_the_shape_of_its_configuration(full, part):
    loaded, expected = getattr(full, part), networks(full.model_set, thin=False)[part]
    shapes = {name: tuple(tensor.shape) for name, tensor in expected.state_dict().items()}
    assert {name: tuple(tensor.shape) for name, tensor in loaded.state_dict().items()} == shapes
    assert sum(weight.numel() for weight in loaded.parameters()) == SIZES["stable-diffusion-v1-4"][part]
    assert {weight.dtype for weight in loaded.parameters()} == {torch.bfloat16}


@whole
@pytest.mark.parametrize(("part", "name", "shape"), SHAPES)
def test_tensors_of_the_published_files(full, part, name, shape):
    assert tuple(getattr(full, part).state_dict()[name].shape) == shape


@whole
@pytest.mark.parametrize(("part", "file"), [("unet", "diffusion_pytorch_model"), ("text_encoder", "model")])
def test_weights_are_those_of_the_file(full, part, file):
    state = getattr(full, part).state_dict()
    path = full.model_set.folder / part / f"{file}.safetensors"
    with safe_open(path, framework="pt") as stored:
        for name in list(stored.keys())[::40]:
            if "position_ids" not in name:
                assert torch.equal(stored.get_tensor(name), state[name.removeprefix("text_model.")])


@whole
def test_one_picture_within_24_gb(full):
    seen = np.random.default_rng(0).integers(0, 256, (1, 425, 425, 3), dtype=np.uint8)
    z, c = image_latents(full, seen), caption_states(full, [["a cat, a b"]])
    assert (z.shape, c.shape) == ((1, 6400), (1, 59136))
    # 3 steps at strength 0.8: two are left to denoise.
    painted = pictures(METHODS["zc"], Denoiser(full, sampling(3, 0.8, 5.0)), {"z": z, "c": c}, [1])
    assert painted.shape == (1, 512, 512, 3)
    assert painted.std() > 0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    assert peak < MOST_BYTES, f"{peak / 1e9:.1f} GB"
