"""Step download_models, from a hub and an archive of weights on this computer."""

import hashlib
from dataclasses import replace

import pytest
import torch
from safetensors.torch import load_file, save_file
from tests.support.loopback import loopback_files
from tests.support.pretrained_models import published_weights
from tests.support.studies import as_option
from tests.support.tiny_models import tiny_description

from cortex2image.errors import ConfigError, DataError, ModelSetError
from cortex2image.networks.checksums import check_files, verify
from cortex2image.networks.origins import HubOrigin, WeightsOrigin
from cortex2image.networks.registry import MODEL_SETS
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
        made = tiny_description(tmp_path / "set", name="fetched", hub=(HUB,), weights=(weights,))
        monkeypatch.setitem(MODEL_SETS, "fetched", made)
        yield files


def download(server):
    main(as_option(models={"set": "fetched"}), endpoint=server.url)
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
    assert (place / "effnet.pth").read_bytes() == published


def test_weights_of_the_same_network_trained_otherwise_are_refused(server):
    """The two versions of EfficientNet's weights differ in nothing but their numbers."""
    place = MODEL_SETS["fetched"].folder / "published"
    place.mkdir(parents=True)
    others = published_weights(KIND)
    others["classifier.1.bias"] = others["classifier.1.bias"] + 1
    torch.save(others, place / "effnet.pth")
    with pytest.raises(ModelSetError, match=r"published/effnet\.pth(.|\n)*begins with(.|\n)*put the file"):
        download(server)
    assert (place / "effnet.pth").is_file()
    assert not (MODEL_SETS["fetched"].folder / TARGET).exists()


def test_converted_weights_of_another_file_are_refused(server):
    target = MODEL_SETS["fetched"].folder / TARGET
    target.parent.mkdir(parents=True)
    save_file({"any": torch.ones(1)}, target, {"published_sha256": "0" * 64})
    with pytest.raises(ModelSetError, match=r"efficientnet_b1\.safetensors(.|\n)*SHA-256 0000"):
        download(server)
    assert not (MODEL_SETS["fetched"].folder / "SHA256SUMS").exists()


def test_weights_of_another_network_are_not_converted(server, monkeypatch):
    """Such as an archive without a known SHA-256 may hold."""
    described = MODEL_SETS["fetched"]
    unknown = replace(described, weights=(replace(described.weights[0], sha256_prefix=""),))
    monkeypatch.setitem(MODEL_SETS, "fetched", unknown)
    place = described.folder / "published"
    place.mkdir(parents=True)
    torch.save({"features.0.weight": torch.zeros(3)}, place / "effnet.pth")
    with pytest.raises(ModelSetError, match=r"effnet\.pth"):
        download(server)
    assert not (MODEL_SETS["fetched"].folder / TARGET).exists()


def test_a_shipped_set_is_not_fetched():
    with pytest.raises(ConfigError, match="miniature, which is shipped"):
        main(as_option(models={"set": "miniature"}))


def test_files_of_no_known_commit_are_named_once_the_others_are_there(server, monkeypatch):
    described = MODEL_SETS["fetched"]
    by_hand = HubOrigin("somebody/captioner", "", ("config.json", "model.safetensors"), folder="captioner")
    monkeypatch.setitem(MODEL_SETS, "fetched", replace(described, hub=(by_hand, *described.hub)))
    said = r"2 missing:\n.*captioner on the hub, to be put there by hand:\n.*config.json\n.*model.safetensors"
    with pytest.raises(ModelSetError, match=said):
        download(server)
    assert all((described.folder / path).is_file() for path in described.files)
    (described.folder / "captioner").mkdir()
    for path in by_hand.paths:
        (described.folder / path).write_text("mine")
    assert "captioner/config.json" in (download(server).folder / "SHA256SUMS").read_text()


def test_an_adapter_is_fetched_beside_its_weights_and_both_are_deleted(server, monkeypatch):
    """Of what the adapter makes of them, tests/cortex2image/judges/test_dreamsim_weights.py tells."""
    described, converted = MODEL_SETS["fetched"], []
    adapted = replace(described.weights[0], adapter=f"{server.url}/adapter.zip")
    monkeypatch.setitem(MODEL_SETS, "fetched", replace(described, weights=(adapted,)))
    monkeypatch.setattr("cortex2image.steps.download_models.convert", lambda *paths: converted.append(paths))
    server.files["/adapter.zip"] = b"archive"
    with pytest.raises(ModelSetError, match=r"efficientnet_b1\.safetensors(.|\n)*a safetensors file"):
        download(server)
    place = described.folder / "published"
    assert converted == [(KIND, place / "effnet.pth", described.folder / TARGET, place / "adapter.zip")]
    assert not list(place.iterdir())
    (place / "adapter.zip").write_bytes(b"by hand")
    with pytest.raises(ModelSetError, match="a safetensors file"):
        download(server)
    assert [path.name for path in place.iterdir()] == ["adapter.zip"]


def test_a_missing_adapter_is_named_with_its_address(server, monkeypatch):
    described = MODEL_SETS["fetched"]
    adapted = replace(described.weights[0], adapter="https://example.org/adapter.zip")
    with pytest.raises(ModelSetError, match=r"and published/adapter\.zip, which is\n.*example\.org/adapter"):
        check_files(replace(described, weights=(adapted,)))
