import pytest

from cortex2image.errors import ConfigError, ModelSetError
from cortex2image.models.checksums import verify
from cortex2image.models.registry import model_set
from cortex2image.steps.record_models import main

NAME = "stable-diffusion-v1-4"


@pytest.fixture
def mine(tmp_path):
    """A folder with every file of Stable Diffusion 1.4 and its judges, as far as their names go."""
    described = model_set(NAME, tmp_path)
    for name in described.files:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    return described


def test_a_folder_that_was_filled_by_hand(mine):
    main(["--model-set", NAME, "--model-folder", str(mine.folder)])
    verify(mine)
    assert len((mine.folder / "SHA256SUMS").read_text().splitlines()) == len(mine.files)


def test_what_is_missing_is_named(mine):
    (mine.folder / "unet" / "diffusion_pytorch_model.safetensors").unlink()
    with pytest.raises(ModelSetError, match=r"CompVis(.|\n)*unet/diffusion_pytorch_model\.safetensors"):
        main(["--model-set", NAME, "--model-folder", str(mine.folder)])


def test_a_shipped_set_has_its_list():
    with pytest.raises(ConfigError, match="miniature, which is shipped"):
        main(["--model-set", "miniature"])
