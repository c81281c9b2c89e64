"""Checksums of a set that was fetched: its folder holds more than is read, and that more is let be."""

import os

import pytest

from cortex2image.errors import ModelSetError
from cortex2image.networks.checksums import readable_files, record, verify
from cortex2image.networks.origins import HubOrigin
from cortex2image.networks.registry import ModelSet

NAMES = ("tokenizer/vocab.json", "unet/config.json", "unet/weights.safetensors", "vae/config.json")
HUB = HubOrigin("somebody/model", "f" * 40, NAMES)
STRANGERS = (
    "unet/weights.bin",
    "unet/weights.fp16.safetensors",
    "unet/weights.non_ema.safetensors",
    "vae/flax.msgpack",
    "safety_checker/weights.safetensors",
    "safety_checker/config.json",
    "whole-model.ckpt",
    "whole-model.safetensors",
    "model_index.json",
    ".cache/huggingface/download/unet/config.json.metadata",
)


@pytest.fixture
def described(tmp_path):
    for name in (*NAMES, *STRANGERS):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(f"content of {name}")
    made = ModelSet("any", tmp_path, (4, 4, 4), 8, 16, 16, (), hub=(HUB,))
    record(made)
    return made


def change(described, name, text="other"):
    path = described.folder / name
    path.write_text(text)
    os.utime(path, ns=(1, 1))


def test_only_what_is_read_is_listed(described):
    lines = (described.folder / "SHA256SUMS").read_text().splitlines()
    assert [line.split()[1] for line in lines] == list(NAMES)
    assert readable_files(described) == set(NAMES)
    verify(described)


@pytest.mark.parametrize("name", STRANGERS)
def test_what_is_not_read_may_change(described, name):
    change(described, name)
    verify(described)


@pytest.mark.parametrize("name", NAMES)
def test_what_is_read_may_not(described, name):
    change(described, name)
    with pytest.raises(ModelSetError, match=rf"{name}\n  expected: SHA-256(.|\n)*download_models"):
        verify(described)


@pytest.mark.parametrize(
    "name", ["tokenizer/tokenizer.json", "unet/more.safetensors", "tokenizer/merges.txt"]
)
def test_a_file_that_would_be_read_must_be_listed(described, name):
    change(described, name)
    with pytest.raises(ModelSetError, match=rf"also {name}"):
        verify(described)


def test_parts_are_compared_by_themselves(described):
    change(described, "unet/weights.safetensors")
    verify(described, ["vae", "tokenizer"])
    with pytest.raises(ModelSetError, match="unet/weights"):
        verify(described, ["vae", "unet"])


def test_a_part_whose_name_begins_alike_is_another_one(described):
    change(described, "unet/weights.safetensors")
    verify(described, ["un"])


def test_a_missing_file_is_named_with_its_origin(described):
    (described.folder / "vae/config.json").unlink()
    with pytest.raises(ModelSetError, match=r"of somebody/model on the hub(.|\n)*vae/config\.json"):
        verify(described, ["unet"])


def test_recording_again_adds_and_keeps(described):
    before = (described.folder / "SHA256SUMS").read_text().splitlines()
    change(described, "tokenizer/merges.txt", "new")
    record(described)
    after = (described.folder / "SHA256SUMS").read_text().splitlines()
    assert set(before) < set(after)
    assert len(after) == len(before) + 1
    verify(described)


def test_recording_again_does_not_whitewash_a_change(described):
    before = (described.folder / "SHA256SUMS").read_text()
    change(described, "vae/config.json")
    with pytest.raises(ModelSetError, match=r"vae/config\.json\n  expected: SHA-256"):
        record(described)
    assert (described.folder / "SHA256SUMS").read_text() == before


def test_an_incomplete_set_is_not_recorded(described):
    (described.folder / "SHA256SUMS").unlink()
    (described.folder / "vae/config.json").unlink()
    with pytest.raises(ModelSetError, match="1 missing"):
        record(described)
    assert not (described.folder / "SHA256SUMS").exists()
