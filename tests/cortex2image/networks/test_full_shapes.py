"""Full-size sets, wide where others see them and thin inside: through the loader to a picture."""

import numpy as np
import pytest
import torch
from tests.support.full_models import generator_of, networks, write_full_model_set

from cortex2image.diffusion.denoise import Denoiser, Sampling
from cortex2image.errors import ModelSetError
from cortex2image.features.latent_diffusion import caption_states, image_latents
from cortex2image.networks.checksums import record
from cortex2image.networks.load import load_diffusion
from cortex2image.networks.registry import MODEL_SETS
from cortex2image.reconstruction.pictures import pictures

FULL = [name for name, known in MODEL_SETS.items() if known.fetched]
# Counted in the published weights.
SIZES = {
    "stable-diffusion-v1-4": {"vae": 83_653_863, "unet": 859_520_964, "text_encoder": 123_060_480},
    "stable-diffusion-v1-5": {"vae": 83_653_863, "unet": 859_520_964, "text_encoder": 123_060_480},
    "stable-diffusion-v2-1-base": {"vae": 83_653_863, "unet": 865_910_724, "text_encoder": 340_387_840},
}


@pytest.fixture(scope="module", params=FULL)
def thin(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp(request.param)
    described = generator_of(request.param, folder)
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
    painted = pictures(Denoiser(diffusion, Sampling(2, 0.8, 5.0)), {"z": z, "c": c}, [1])
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
    described = generator_of(first, tmp_path)
    record(described)
    with pytest.raises(ModelSetError, match=r"width(.|\n)*768(.|\n)*1024"):
        load_diffusion(described, "cpu")
