import pytest
from tests.support.tiny_models import write_sums

from cortex2image.errors import ModelSetError
from cortex2image.networks.checksums import model_hash, sums_file, verify
from cortex2image.networks.registry import ModelSet


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "vae").mkdir()
    (tmp_path / "vae" / "weights.safetensors").write_bytes(b"weights")
    (tmp_path / "README.md").write_text("card")
    write_sums(tmp_path)
    return tmp_path


def described(folder):
    return ModelSet("any", folder, (4, 4, 4), 8, 16, 16, ())


def test_untouched_folder_passes(folder):
    verify(described(folder))


def test_altered_weights_are_named(folder):
    (folder / "vae" / "weights.safetensors").write_bytes(b"other")
    with pytest.raises(ModelSetError, match=r"vae/weights.safetensors\n  expected: SHA-256"):
        verify(described(folder))


def test_missing_weights_are_named(folder):
    (folder / "vae" / "weights.safetensors").unlink()
    with pytest.raises(ModelSetError, match=r"vae/weights.safetensors(.|\n)*no such file"):
        verify(described(folder))


@pytest.mark.parametrize(
    "name",
    ["vae/MORE.SAFETENSORS", "flax.msgpack", "config.json", "tokenizer/merges.txt", "spiece.model", "plain"],
)
def test_file_that_is_not_listed(folder, name):
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_bytes(b"surplus")
    with pytest.raises(ModelSetError, match=name):
        verify(described(folder))


@pytest.mark.parametrize("name", ["vae/pickled.bin", "old.ckpt", "vae/weights.PT"])
@pytest.mark.parametrize("listed", [True, False])
def test_pickles_are_refused_even_if_listed(folder, name, listed):
    (folder / name).write_bytes(b"pickled")
    if listed:
        write_sums(folder)
    with pytest.raises(ModelSetError, match=rf"{name}\n  expected: weights as safetensors only"):
        verify(described(folder))


@pytest.mark.parametrize("name", ["notes.md", ".snakemake_timestamp", "vae/.snakemake_timestamp"])
def test_what_no_library_reads_is_harmless(folder, name):
    (folder / name).write_text("mine")
    verify(described(folder))


def test_missing_list(folder):
    (folder / "SHA256SUMS").unlink()
    with pytest.raises(ModelSetError, match=r"SHA256SUMS\n  expected: the SHA-256 of every file"):
        verify(described(folder))


def test_truncated_weights_are_not_read_without_the_list(folder):
    (folder / "vae" / "weights.safetensors").write_bytes(b"wei")
    (folder / "SHA256SUMS").unlink()
    with pytest.raises(ModelSetError, match=r"SHA256SUMS(.|\n)*no such file"):
        verify(described(folder))


@pytest.mark.parametrize("text", ["", "no checksum here\n", "abc  vae/weights.safetensors\n"])
def test_malformed_list(folder, text):
    (folder / "SHA256SUMS").write_text(text)
    with pytest.raises(ModelSetError, match="lines of a SHA-256"):
        verify(described(folder))


def test_hash_stands_for_every_file(folder):
    before = model_hash(described(folder))
    (folder / "vae" / "weights.safetensors").write_bytes(b"other")
    write_sums(folder)
    assert model_hash(described(folder)) != before


def test_sums_file_is_relative(folder):
    assert sums_file(described(folder), start=folder.parent) == f"{folder.name}/SHA256SUMS"
