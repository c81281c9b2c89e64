from pathlib import Path

import pytest

from cortex2image.errors import ModelSetError
from cortex2image.networks.missing_files import check_files, check_present
from cortex2image.networks.origins import HubOrigin, WeightsOrigin
from cortex2image.networks.registry import ModelSet, model_set

HUB = HubOrigin("somebody/model", "f" * 40, ("vae/config.json", "unet/config.json"))
CLIP = HubOrigin("somebody/clip", "e" * 40, ("config.json",), folder="clip")
ALEX = WeightsOrigin("alexnet", "https://example.org/alex.pth", "", "judges/alexnet/alexnet.safetensors")


@pytest.fixture
def described(tmp_path):
    return ModelSet("any", tmp_path, (4, 4, 4), 8, 16, 16, (), hub=(HUB, CLIP), weights=(ALEX,))


def place(described, *names):
    for name in names:
        (described.folder / name).parent.mkdir(parents=True, exist_ok=True)
        (described.folder / name).touch()


def test_every_missing_file_is_named_with_its_origin(described):
    place(described, "vae/config.json")
    with pytest.raises(ModelSetError) as caught:
        check_present(described)
    lines = [line.strip() for line in str(caught.value).splitlines()]
    assert lines[1:10] == [
        "expected: the 4 files of model set any",
        "found:    3 missing:",
        f"of somebody/model on the hub, revision {'f' * 40}:",
        "unet/config.json",
        f"of somebody/clip on the hub, revision {'e' * 40}:",
        "clip/config.json",
        "judges/alexnet/alexnet.safetensors, converted from published/alex.pth, which is",
        "https://example.org/alex.pth",
        lines[9],
    ]
    assert "download_models" in lines[9]
    assert "published weights as they are, and run it without a network" in lines[9]
    assert "models/folder" in lines[9]


def test_files_without_their_list_are_to_be_recorded(described):
    place(described, *described.files)
    check_files(described)
    with pytest.raises(ModelSetError, match=r"SHA256SUMS(.|\n)*record_models"):
        check_present(described)


def test_a_complete_set_passes(described):
    place(described, *described.files, "SHA256SUMS")
    check_present(described)


def test_a_shipped_set_is_not_looked_for():
    check_present(model_set("miniature", Path("nowhere")))
