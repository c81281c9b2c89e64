import shutil

import numpy as np
import pytest
from safetensors.torch import load_file, save_file

from cortex2image.errors import ModelSetError
from cortex2image.steps import train_latents

WEIGHTS = {"vae": "diffusion_pytorch_model.safetensors", "clip": "model.safetensors"}


@pytest.mark.parametrize("part", list(WEIGHTS))
def test_networks_with_missing_weights_encode_nothing(tiny_model_set, tmp_path, part):
    parts = tmp_path / "parts"
    shutil.copytree(tiny_model_set.folder, parts)
    weights = load_file(parts / part / WEIGHTS[part])
    weights.pop(sorted(weights)[0])
    save_file(weights, parts / part / WEIGHTS[part], {"format": "pt"})
    files = {name: tmp_path / f"{name}.npy" for name in ("images", "tokens", "latents", "states", "empty")}
    np.save(files["images"], np.zeros((2, 16, 16, 3), np.uint8))
    np.save(files["tokens"], np.zeros((2, 5, 8), np.int16))
    folders = {name: parts / name for name in ("vae", "clip", "tokenizer")}
    with pytest.raises(ModelSetError, match=rf"{part}(.|\n)*1 of them missing"):
        train_latents.main([f"--{option}={path}" for option, path in (files | folders).items()])
    assert not any(files[name].exists() for name in ("latents", "states", "empty"))
