"""Step download_models, from a hub and an archive of weights on this computer."""

import hashlib

import pytest
import torch
from safetensors.torch import load_file
from tests.cortex2image.loopback_files import loopback_files
from tests.cortex2image.photo_models import published_weights

from cortex2image.errors import ConfigError, DataError, ModelSetError
from cortex2image.models.checksums import verify
from cortex2image.models.origins import HubOrigin, WeightsOrigin
from cortex2image.models.registry import MODEL_SETS, ModelSet
from cortex2image.steps.download_models import main

HUB = HubOrigin("somebody/model", "f" * 40, ("vae/config.json", "unet/config.json"))
KIND, TARGET = "efficientnet_b1", "judges/efficientnet_b1/efficientnet_b1.safetensors"


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    """The weights of one judge as its authors publish them."""
    path = tmp_path_factory.mktemp("archive") / "effnet.pth"
    torch.save(published_weights(KIND), path)
    return path.read_bytes()


@pytest.fixture
def server(published, tmp_path, monkeypatch):
    """A server of everything that the model set `fetched` needs."""
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
    with loopback_files() as files:
        files.commit = HUB.revision
        files.files["/effnet.pth"] = published
        for name in (*HUB.files, "unet/weights.bin"):
            files.put(HUB.repository, HUB.revision, name, f"content of {name}".encode())
        prefix = hashlib.sha256(published).hexdigest()[:8]
        weights = WeightsOrigin(KIND, f"{files.url}/effnet.pth", prefix, TARGET)
        made = ModelSet("fetched", tmp_path / "set", (4, 4, 4), 8, 16, 16, (), hub=(HUB,), weights=(weights,))
        monkeypatch.setitem(MODEL_SETS, "fetched", made)
        yield files


def download(server):
    main(["--model-set", "fetched", "--endpoint", server.url])
    return MODEL_SETS["fetched"]


def test_everything_is_fetched_converted_and_listed(server):
    described = download(server)
    verify(described)
    listed = (described.folder / "SHA256SUMS").read_text().split()[1::2]
    assert listed == sorted([*HUB.files, TARGET])
    weights = load_file(described.folder / TARGET)
    torch.testing.assert_close(weights["classifier.1.bias"], published_weights(KIND)["classifier.1.bias"])
    assert not list(described.folder.rglob("*.pth"))


def test_a_second_run_fetches_nothing(server):
    download(server)
    server.requests.clear()
    download(server)
    assert server.requests == []


def test_a_broken_transfer_is_resumed_and_nothing_is_listed_before(server):
    server.cut["/effnet.pth"] = 5000
    with pytest.raises(DataError, match=r"effnet\.pth(.|\n)*5000 of"):
        download(server)
    assert not (MODEL_SETS["fetched"].folder / "SHA256SUMS").exists()
    verify(download(server))
    assert server.requests[-1][2] == "bytes=5000-"


def test_published_weights_may_have_been_put_there(server, published):
    place = MODEL_SETS["fetched"].folder / "published"
    place.mkdir(parents=True)
    (place / "effnet.pth").write_bytes(published)
    del server.files["/effnet.pth"]
    verify(download(server))


def test_weights_of_another_network_are_not_converted(server):
    place = MODEL_SETS["fetched"].folder / "published"
    place.mkdir(parents=True)
    torch.save({"features.0.weight": torch.zeros(3)}, place / "effnet.pth")
    with pytest.raises(ModelSetError, match=r"effnet\.pth"):
        download(server)
    assert not (MODEL_SETS["fetched"].folder / TARGET).exists()


def test_a_shipped_set_is_not_fetched():
    with pytest.raises(ConfigError, match="miniature, which is shipped"):
        main(["--model-set", "miniature"])
