from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file
from tests.support.studies import as_option

from cortex2image.errors import ConfigError, ModelSetError
from cortex2image.networks.checksums import verify
from cortex2image.networks.registry import model_set
from cortex2image.steps.record_models import main

NAME = "stable-diffusion-v1-4"


@pytest.fixture
def mine(tmp_path):
    """A folder with every file of Stable Diffusion 1.4 and its judges, as far as their names go."""
    described = model_set(NAME, tmp_path)
    for name in described.files:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    for origin in described.weights:
        save_judge(described, Path(origin.path).stem, origin.sha256_prefix)
    return described


def save_judge(described, name, digest=None):
    path = described.folder / "judges" / name / f"{name}.safetensors"
    metadata = None if digest is None else {"published_sha256": digest.ljust(64, "e")}
    save_file({"any": np.ones(1)}, path, metadata)
    return path


def test_a_folder_that_was_filled_by_hand(mine):
    main(as_option(models={"set": NAME, "folder": mine.folder}))
    verify(mine)
    assert len((mine.folder / "SHA256SUMS").read_text().splitlines()) == len(mine.files)


@pytest.mark.parametrize(
    ("name", "expected", "found"),
    [("efficientnet_b1", "c27df63c", "bac287d4"), ("efficientnet_b1_v1", "bac287d4", "c27df63c")],
)
def test_weights_of_the_same_network_trained_otherwise_are_refused(mine, name, expected, found):
    save_judge(mine, name, found)
    with pytest.raises(ModelSetError, match=rf"{name}\.safetensors(.|\n)*{expected}(.|\n)*{found}"):
        main(as_option(models={"set": NAME, "folder": mine.folder}))
    assert not (mine.folder / "SHA256SUMS").exists()


def test_weights_that_do_not_say_where_they_come_from_are_taken_with_a_warning(mine, capsys):
    path = save_judge(mine, "alexnet")
    main(as_option(models={"set": NAME, "folder": mine.folder}))
    [warning] = [line for line in capsys.readouterr().err.splitlines() if "warning" in line]
    assert str(path) in warning
    assert "alexnet-owt-7be5be79.pth" in warning


def test_a_file_that_is_no_safetensors_is_refused(mine):
    save_judge(mine, "alexnet").write_bytes(b"a pickle, perhaps")
    with pytest.raises(ModelSetError, match=r"alexnet\.safetensors(.|\n)*a safetensors file"):
        main(as_option(models={"set": NAME, "folder": mine.folder}))


def test_what_is_missing_is_named(mine):
    (mine.folder / "unet" / "diffusion_pytorch_model.safetensors").unlink()
    with pytest.raises(ModelSetError, match=r"CompVis(.|\n)*unet/diffusion_pytorch_model\.safetensors"):
        main(as_option(models={"set": NAME, "folder": mine.folder}))


def test_a_shipped_set_has_its_list():
    with pytest.raises(ConfigError, match="miniature, which is shipped"):
        main(as_option(models={"set": "miniature"}))
