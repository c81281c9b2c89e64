import hashlib
import os
from dataclasses import replace
from pathlib import Path

import pytest
from tests.support.tiny_models import tiny_description, write_sums

from cortex2image.errors import ModelSetError
from cortex2image.networks.checksums import (
    check_files,
    check_present,
    folder_hash,
    model_hash,
    readable_files,
    record,
    sums_file,
    verify,
)
from cortex2image.networks.origins import HubOrigin, WeightsOrigin
from cortex2image.networks.registry import model_set

PARTS = HubOrigin("somebody/model", "f" * 40, ("vae/config.json", "unet/config.json"))
CLIP = HubOrigin("somebody/clip", "e" * 40, ("config.json",), folder="clip")
ALEX = WeightsOrigin("alexnet", "https://example.org/alex.pth", "", "judges/alexnet/alexnet.safetensors")
NAMES = ("tokenizer/vocab.json", "unet/config.json", "unet/weights.safetensors", "vae/config.json")
RECORDED = HubOrigin("somebody/model", "f" * 40, NAMES)
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
def folder(tmp_path):
    (tmp_path / "vae").mkdir()
    (tmp_path / "vae" / "weights.safetensors").write_bytes(b"weights")
    (tmp_path / "README.md").write_text("card")
    write_sums(tmp_path)
    return tmp_path


def test_the_hash_of_a_folder_is_that_of_its_weights(folder):
    (folder / "vae" / "config.json").write_text("{}")
    write_sums(folder)
    assert folder_hash(tiny_description(folder), "vae") == hashlib.sha256(b"weights").hexdigest()


def test_a_folder_of_several_files_of_weights_has_a_hash_of_all(folder):
    (folder / "vae" / "more.safetensors").write_bytes(b"more")
    write_sums(folder)
    lines = [
        f"{hashlib.sha256(text).hexdigest()}  vae/{name}.safetensors\n"
        for name, text in (("more", b"more"), ("weights", b"weights"))
    ]
    assert folder_hash(tiny_description(folder), "vae") == hashlib.sha256("".join(lines).encode()).hexdigest()


def test_a_folder_that_is_not_listed_has_no_hash(folder):
    with pytest.raises(ModelSetError, match="files in the folder unet"):
        folder_hash(tiny_description(folder), "unet")


def test_untouched_folder_passes(folder):
    verify(tiny_description(folder))


def test_altered_weights_are_named(folder):
    (folder / "vae" / "weights.safetensors").write_bytes(b"other")
    with pytest.raises(ModelSetError, match=r"vae/weights.safetensors\n  expected: SHA-256"):
        verify(tiny_description(folder))


def test_missing_weights_are_named(folder):
    (folder / "vae" / "weights.safetensors").unlink()
    with pytest.raises(ModelSetError, match=r"vae/weights.safetensors(.|\n)*no such file"):
        verify(tiny_description(folder))


@pytest.mark.parametrize(
    "name",
    ["vae/MORE.SAFETENSORS", "flax.msgpack", "config.json", "tokenizer/merges.txt", "spiece.model", "plain"],
)
def test_file_that_is_not_listed(folder, name):
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_bytes(b"surplus")
    with pytest.raises(ModelSetError, match=name):
        verify(tiny_description(folder))


@pytest.mark.parametrize("name", ["vae/pickled.bin", "old.ckpt", "vae/weights.PT"])
@pytest.mark.parametrize("listed", [True, False])
def test_pickles_are_refused_even_if_listed(folder, name, listed):
    (folder / name).write_bytes(b"pickled")
    if listed:
        write_sums(folder)
    with pytest.raises(ModelSetError, match=rf"{name}\n  expected: weights as safetensors only"):
        verify(tiny_description(folder))


@pytest.mark.parametrize("name", ["notes.md", ".snakemake_timestamp", "vae/.snakemake_timestamp"])
def test_what_no_library_reads_is_harmless(folder, name):
    (folder / name).write_text("mine")
    verify(tiny_description(folder))


def test_missing_list(folder):
    (folder / "SHA256SUMS").unlink()
    with pytest.raises(ModelSetError, match=r"SHA256SUMS\n  expected: the SHA-256 of every file"):
        verify(tiny_description(folder))


def test_truncated_weights_are_not_read_without_the_list(folder):
    (folder / "vae" / "weights.safetensors").write_bytes(b"wei")
    (folder / "SHA256SUMS").unlink()
    with pytest.raises(ModelSetError, match=r"SHA256SUMS(.|\n)*no such file"):
        verify(tiny_description(folder))


@pytest.mark.parametrize("text", ["", "no checksum here\n", "abc  vae/weights.safetensors\n"])
def test_malformed_list(folder, text):
    (folder / "SHA256SUMS").write_text(text)
    with pytest.raises(ModelSetError, match="lines of a SHA-256"):
        verify(tiny_description(folder))


def test_hash_stands_for_every_file(folder):
    before = model_hash(tiny_description(folder))
    (folder / "vae" / "weights.safetensors").write_bytes(b"other")
    write_sums(folder)
    assert model_hash(tiny_description(folder)) != before


def test_sums_file_is_relative(folder):
    assert sums_file(tiny_description(folder), start=folder.parent) == f"{folder.name}/SHA256SUMS"


@pytest.fixture
def incomplete(tmp_path):
    return tiny_description(tmp_path, hub=(PARTS, CLIP), weights=(ALEX,))


def place(incomplete, *names):
    for name in names:
        (incomplete.folder / name).parent.mkdir(parents=True, exist_ok=True)
        (incomplete.folder / name).touch()


def test_every_missing_file_is_named_with_its_origin(incomplete):
    place(incomplete, "vae/config.json")
    with pytest.raises(ModelSetError) as caught:
        check_present(incomplete)
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


def test_files_without_their_list_are_to_be_recorded(incomplete):
    place(incomplete, *incomplete.files)
    check_files(incomplete)
    with pytest.raises(ModelSetError, match=r"SHA256SUMS(.|\n)*record_models"):
        check_present(incomplete)


def test_a_complete_set_passes(incomplete):
    place(incomplete, *incomplete.files, "SHA256SUMS")
    check_present(incomplete)


def test_a_folder_without_a_shipped_set_is_refused():
    """Snakemake finds nothing to do if a study has its results and an input does not exist."""
    check_present(model_set("miniature"))
    with pytest.raises(ModelSetError, match=r"SHA256SUMS\n(.|\n)*correct models/folder"):
        check_present(model_set("miniature", Path("nowhere")))


@pytest.fixture
def fetched(tmp_path):
    for name in (*NAMES, *STRANGERS):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(f"content of {name}")
    made = tiny_description(tmp_path, hub=(RECORDED,))
    record(made)
    return made


def change(fetched, name, text="other"):
    path = fetched.folder / name
    path.write_text(text)
    os.utime(path, ns=(1, 1))


def test_only_what_is_read_is_listed(fetched):
    lines = (fetched.folder / "SHA256SUMS").read_text().splitlines()
    assert [line.split()[1] for line in lines] == list(NAMES)
    assert readable_files(fetched) == set(NAMES)
    verify(fetched)


@pytest.mark.parametrize("name", STRANGERS)
def test_what_is_not_read_may_change(fetched, name):
    change(fetched, name)
    verify(fetched)


@pytest.mark.parametrize("name", NAMES)
def test_what_is_read_may_not(fetched, name):
    change(fetched, name)
    with pytest.raises(ModelSetError, match=rf"{name}\n  expected: SHA-256(.|\n)*download_models"):
        verify(fetched)


@pytest.mark.parametrize(
    "name", ["tokenizer/tokenizer.json", "unet/more.safetensors", "tokenizer/merges.txt"]
)
def test_a_file_that_would_be_read_must_be_listed(fetched, name):
    change(fetched, name)
    with pytest.raises(ModelSetError, match=rf"also {name}"):
        verify(fetched)


def test_parts_are_compared_by_themselves(fetched):
    change(fetched, "unet/weights.safetensors")
    verify(fetched, ["vae", "tokenizer"])
    with pytest.raises(ModelSetError, match="unet/weights"):
        verify(fetched, ["vae", "unet"])


def test_a_part_whose_name_begins_alike_is_another_one(fetched):
    change(fetched, "unet/weights.safetensors")
    verify(fetched, ["un"])


def test_a_missing_file_is_named_with_its_origin(fetched):
    (fetched.folder / "vae/config.json").unlink()
    with pytest.raises(ModelSetError, match=r"of somebody/model on the hub(.|\n)*vae/config\.json"):
        verify(fetched, ["unet"])


def test_a_missing_file_of_no_known_commit_is_to_be_put_there(fetched):
    (fetched.folder / "vae/config.json").unlink()
    by_hand = replace(fetched, hub=(replace(RECORDED, revision=""),))
    with pytest.raises(
        ModelSetError, match=r"somebody/model on the hub, to be put there by hand:\n.*vae/config"
    ):
        verify(by_hand, ["unet"])


def test_recording_again_adds_and_keeps(fetched):
    before = (fetched.folder / "SHA256SUMS").read_text().splitlines()
    change(fetched, "tokenizer/merges.txt", "new")
    record(fetched)
    after = (fetched.folder / "SHA256SUMS").read_text().splitlines()
    assert set(before) < set(after)
    assert len(after) == len(before) + 1
    verify(fetched)


def test_recording_again_does_not_whitewash_a_change(fetched):
    before = (fetched.folder / "SHA256SUMS").read_text()
    change(fetched, "vae/config.json")
    with pytest.raises(ModelSetError, match=r"vae/config\.json\n  expected: SHA-256"):
        record(fetched)
    assert (fetched.folder / "SHA256SUMS").read_text() == before


def test_an_incomplete_set_is_not_recorded(fetched):
    (fetched.folder / "SHA256SUMS").unlink()
    (fetched.folder / "vae/config.json").unlink()
    with pytest.raises(ModelSetError, match="1 missing"):
        record(fetched)
    assert not (fetched.folder / "SHA256SUMS").exists()
