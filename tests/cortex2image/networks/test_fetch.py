"""Fetching over HTTP on loopback: whole, resumed, refused."""

import hashlib
from dataclasses import replace

import pytest
from tests.support.loopback import loopback_files

from cortex2image.errors import DataError
from cortex2image.networks.fetch import fetch_file, fetch_repository
from cortex2image.networks.origins import HubOrigin

CONTENT = bytes(range(256)) * 40
SHA = hashlib.sha256(CONTENT).hexdigest()
ORIGIN = HubOrigin("somebody/model", "a" * 40, ("config.json", "unet/weights.safetensors"), "clip")


@pytest.fixture
def server():
    with loopback_files() as files:
        files.files["/weights.pth"] = CONTENT
        yield files


@pytest.fixture
def hub(server, monkeypatch):
    """A hub with one repository; the tests' own ban on the network is lifted for it."""
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
    server.commit = ORIGIN.revision
    for name in (*ORIGIN.files, "unet/weights.bin"):
        server.put(ORIGIN.repository, ORIGIN.revision, name, f"content of {name}".encode() * 100)
    return server


def test_a_file_arrives_whole(server, tmp_path):
    fetch_file(f"{server.url}/weights.pth", tmp_path / "new" / "weights.pth", SHA[:8])
    assert (tmp_path / "new" / "weights.pth").read_bytes() == CONTENT
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["weights.pth"]


def test_a_broken_transfer_goes_on_where_it_stopped(server, tmp_path):
    server.cut["/weights.pth"] = 3000
    with pytest.raises(DataError, match=r"weights\.pth(.|\n)*after 3000 of 10240 bytes(.|\n)*again"):
        fetch_file(f"{server.url}/weights.pth", tmp_path / "weights.pth", SHA[:8])
    assert not (tmp_path / "weights.pth").exists()
    fetch_file(f"{server.url}/weights.pth", tmp_path / "weights.pth", SHA[:8])
    assert (tmp_path / "weights.pth").read_bytes() == CONTENT
    assert server.requests[-1] == ("GET", "/weights.pth", "bytes=3000-")


def test_a_server_without_ranges_sends_everything_again(server, tmp_path):
    (tmp_path / "weights.pth.part").write_bytes(b"of an earlier attempt")
    server.ranged = False
    fetch_file(f"{server.url}/weights.pth", tmp_path / "weights.pth", SHA)
    assert (tmp_path / "weights.pth").read_bytes() == CONTENT


def test_a_transfer_that_broke_off_at_the_very_end(server, tmp_path):
    (tmp_path / "weights.pth.part").write_bytes(CONTENT)
    fetch_file(f"{server.url}/weights.pth", tmp_path / "weights.pth", SHA)
    assert (tmp_path / "weights.pth").read_bytes() == CONTENT


@pytest.mark.parametrize("cut", [None, 3000])
def test_a_server_that_does_not_say_how_long_a_file_is(server, tmp_path, cut):
    server.told["/weights.pth"] = {"Content-Length": None}
    server.cut |= {} if cut is None else {"/weights.pth": cut}
    fetch_file(f"{server.url}/weights.pth", tmp_path / "weights.pth", "")
    assert (tmp_path / "weights.pth").read_bytes() == CONTENT[:cut]


@pytest.mark.parametrize("told", ["bytes 0-10239/10240", "bytes 3001-10239/10240", None])
def test_other_bytes_than_were_asked_for_are_not_put_together(server, tmp_path, told):
    (tmp_path / "weights.pth.part").write_bytes(CONTENT[:3000])
    server.told["/weights.pth"] = {"Content-Range": told}
    with pytest.raises(DataError, match=r"weights\.pth(.|\n)*starts over"):
        fetch_file(f"{server.url}/weights.pth", tmp_path / "weights.pth", "")
    fetch_file(f"{server.url}/weights.pth", tmp_path / "weights.pth", "")
    assert (tmp_path / "weights.pth").read_bytes() == CONTENT


def test_more_bytes_than_the_file_has_are_thrown_away(server, tmp_path):
    (tmp_path / "weights.pth.part").write_bytes(CONTENT + b"of another file")
    with pytest.raises(DataError, match=r"bytes \*/10240(.|\n)*starts over"):
        fetch_file(f"{server.url}/weights.pth", tmp_path / "weights.pth", "")
    fetch_file(f"{server.url}/weights.pth", tmp_path / "weights.pth", "")
    assert (tmp_path / "weights.pth").read_bytes() == CONTENT


def test_another_file_than_published_is_thrown_away(server, tmp_path):
    with pytest.raises(DataError, match="begins with 00000000"):
        fetch_file(f"{server.url}/weights.pth", tmp_path / "weights.pth", "00000000")
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_nobody_has_is_named(server, tmp_path):
    with pytest.raises(DataError, match=r"/gone\.pth(.|\n)*404"):
        fetch_file(f"{server.url}/gone.pth", tmp_path / "gone.pth", "")


def test_exactly_the_files_of_the_origin_are_fetched(hub, tmp_path):
    fetch_repository(ORIGIN, tmp_path, hub.url)
    for name in ORIGIN.files:
        assert (tmp_path / "clip" / name).read_bytes() == f"content of {name}".encode() * 100
    assert not (tmp_path / "clip" / "unet" / "weights.bin").exists()


def test_what_is_there_is_not_fetched_again(hub, tmp_path):
    (tmp_path / "clip").mkdir()
    (tmp_path / "clip" / "config.json").write_text("mine")
    fetch_repository(ORIGIN, tmp_path, hub.url)
    assert (tmp_path / "clip" / "config.json").read_text() == "mine"
    assert hub.fetched() == [f"/{ORIGIN.repository}/resolve/{ORIGIN.revision}/unet/weights.safetensors"]


def test_a_file_the_repository_lacks_is_named(hub, tmp_path):
    del hub.files[f"/{ORIGIN.repository}/resolve/{ORIGIN.revision}/unet/weights.safetensors"]
    with pytest.raises(DataError, match=r"somebody/model on the hub, unet/weights\.safetensors"):
        fetch_repository(ORIGIN, tmp_path, hub.url)
    assert not (tmp_path / "clip" / "unet" / "weights.safetensors").exists()


def test_without_a_network_the_repository_is_named(tmp_path):
    with pytest.raises(DataError, match=r"somebody/model on the hub, config\.json(.|\n)*put it there"):
        fetch_repository(ORIGIN, tmp_path, "http://127.0.0.1:1")


def test_a_repository_without_a_known_commit_is_not_fetched_from(hub, tmp_path):
    fetch_repository(replace(ORIGIN, revision=""), tmp_path, hub.url)
    assert hub.fetched() == []
    assert list(tmp_path.iterdir()) == []
