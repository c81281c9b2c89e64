import json
import shutil

import pytest
import torch
from tests.support.tiny_models import write_sums, write_tiny_model_set

from cortex2image.errors import ModelSetError
from cortex2image.networks.load import load_diffusion


@pytest.fixture
def damaged(tiny_model_set, tmp_path):
    """A copy of the tiny set, to be damaged."""
    folder = tmp_path / "set"
    shutil.copytree(tiny_model_set.folder, folder)
    return type(tiny_model_set)(**{**vars(tiny_model_set), "folder": folder})


def test_loaded_parts_are_ready(tiny_diffusion):
    for part in (tiny_diffusion.vae, tiny_diffusion.unet, tiny_diffusion.text_encoder):
        assert not part.training
        assert not any(weight.requires_grad for weight in part.parameters())
    assert (tiny_diffusion.factor, tiny_diffusion.coarse_size) == (4, 16)


def test_scheduler_never_clips_latents(tiny_diffusion):
    assert not tiny_diffusion.scheduler.config.clip_sample
    assert not tiny_diffusion.scheduler.config.set_alpha_to_one
    assert tiny_diffusion.scheduler.config.prediction_type == "v_prediction"


def test_dtype_reaches_every_network(tiny_model_set):
    loaded = load_diffusion(tiny_model_set, "cpu", "bfloat16")
    assert {loaded.vae.dtype, loaded.unet.dtype, loaded.text_encoder.dtype} == {torch.bfloat16}


def test_altered_weights(damaged):
    weights = damaged.folder / "unet" / "diffusion_pytorch_model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1] + b"\x00\x01")
    with pytest.raises(ModelSetError, match=weights.name):
        load_diffusion(damaged, "cpu")


def test_parts_of_different_widths(tmp_path):
    with pytest.raises(ModelSetError, match=r"U-Net, width of the text(.|\n)*16(.|\n)*24"):
        load_diffusion(write_tiny_model_set(tmp_path, text_width=24, judges=False), "cpu")


@pytest.mark.parametrize(
    ("field", "value", "part"),
    [
        ("latent_shape", (3, 4, 4), "latent channels"),
        ("latent_shape", (4, 4, 5), "one side"),
        ("image_size", 32, "side of the latent"),
        ("generated_shape", (4, 8, 8), r"shape of the generated latent(.|\n)*\(4, 8, 8\)(.|\n)*\(4, 4, 4\)"),
        ("generated_shape", (3, 4, 4), "shape of the generated latent"),
        ("unet_channels", (8, 32), r"channels at each level(.|\n)*\(8, 32\)(.|\n)*\(8, 16\)"),
        ("unet_channels", (8,), "channels at each level"),
        ("text_length", 9, "tokens"),
        ("text_width", 32, "text encoder, width"),
    ],
)
def test_description_that_does_not_fit_the_folder(tiny_model_set, field, value, part):
    described = type(tiny_model_set)(**{**vars(tiny_model_set), field: value})
    with pytest.raises(ModelSetError, match=part):
        load_diffusion(described, "cpu")


def test_tokenizer_of_another_model(damaged):
    path = damaged.folder / "tokenizer" / "tokenizer.json"
    tokenizer = json.loads(path.read_text())
    vocabulary = tokenizer["model"]["vocab"]
    vocabulary |= {"zebra</w>": len(vocabulary)}
    path.write_text(json.dumps(tokenizer))
    write_sums(damaged.folder)
    with pytest.raises(ModelSetError, match="tokens, as the text encoder has"):
        load_diffusion(damaged, "cpu")
