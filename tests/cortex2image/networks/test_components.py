"""Parts of a model set that are damaged though their checksums are right: the folder's author erred."""

import json
import shutil

import pytest
import torch
from safetensors.torch import load_file, save_file
from tests.support.full_models import old_names, write_tokenizer

from cortex2image.errors import ModelSetError
from cortex2image.networks.compat import ensure_torchvision
from cortex2image.networks.components import (
    check_tensors,
    read_network,
    read_part,
    read_tensors,
    read_tokenizer,
)

WEIGHTS = {"unet": "diffusion_pytorch_model.safetensors", "text_encoder": "model.safetensors"}


def kind_of(name):
    ensure_torchvision()
    from diffusers import AutoencoderKL, UNet2DConditionModel
    from transformers import CLIPTextModel

    return {"vae": AutoencoderKL, "unet": UNet2DConditionModel, "text_encoder": CLIPTextModel}[name]


@pytest.fixture(params=list(WEIGHTS))
def part(request, tiny_model_set, tmp_path):
    """A copy of one network, to be damaged: its class, its folder, its weights."""
    folder = tmp_path / request.param
    shutil.copytree(tiny_model_set.folder / request.param, folder)
    return kind_of(request.param), folder, folder / WEIGHTS[request.param]


def rewrite_config(folder, **changes):
    path = folder / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def test_a_whole_network_has_the_weights_of_its_file(part):
    kind, folder, weights = part
    read = read_network(kind, folder, torch.device("cpu")).state_dict()
    for name, weight in load_file(weights).items():
        torch.testing.assert_close(read[name.removeprefix("text_model.")], weight)


def test_a_weight_that_no_file_holds_is_not_made_up(part):
    kind, folder, path = part
    weights = load_file(path)
    dropped = sorted(weights)[3]
    save_file({name: w for name, w in weights.items() if name != dropped}, path, {"format": "pt"})
    with pytest.raises(ModelSetError, match=rf"{folder.name}(.|\n)*1 of them missing: \S*{dropped[-20:]}"):
        read_network(kind, folder, torch.device("cpu"))


def test_weights_cut_off_in_the_middle(part):
    kind, folder, weights = part
    weights.write_bytes(weights.read_bytes()[:3000])
    with pytest.raises(ModelSetError, match=rf"{folder.name}\n(.|\n)*the files of one {kind.__name__}"):
        read_network(kind, folder, torch.device("cpu"))


def test_a_pickle_does_not_stand_in_for_missing_weights(part):
    kind, folder, weights = part
    torch.save(load_file(weights), weights.with_suffix(".bin"))
    weights.unlink()
    with pytest.raises(ModelSetError, match=r"no file named \S*\.safetensors"):
        read_network(kind, folder, torch.device("cpu"))


@pytest.mark.parametrize("part", ["unet"], indirect=True)
def test_weights_of_another_width_than_the_config(part):
    kind, folder, _ = part
    rewrite_config(folder, block_out_channels=[16, 16])
    with pytest.raises(ModelSetError, match=r"expected shape \S+\[16\]\), but got \S+\[8\]\)"):
        read_network(kind, folder, torch.device("cpu"))


@pytest.mark.parametrize("part", ["text_encoder"], indirect=True)
def test_fewer_layers_than_the_config(part):
    kind, folder, _ = part
    rewrite_config(folder, num_hidden_layers=2)
    with pytest.raises(ModelSetError, match=r"16 of them missing: encoder\.layers\.1"):
        read_network(kind, folder, torch.device("cpu"))


@pytest.mark.parametrize("part", ["text_encoder"], indirect=True)
def test_more_layers_than_the_config(part):
    kind, folder, _ = part
    rewrite_config(folder, num_hidden_layers=0)
    with pytest.raises(ModelSetError, match=r"16 of them too many: \S*encoder\.layers\.0"):
        read_network(kind, folder, torch.device("cpu"))


@pytest.mark.parametrize("part", ["unet"], indirect=True)
def test_more_blocks_than_the_config(part):
    kind, folder, weights = part
    save_file(load_file(weights) | {"up_blocks.7.weight": torch.ones(2)}, weights, {"format": "pt"})
    with pytest.raises(ModelSetError, match=r"1 of them too many: up_blocks\.7\.weight"):
        read_network(kind, folder, torch.device("cpu"))


def test_a_config_that_is_no_json(part):
    kind, folder, _ = part
    (folder / "config.json").write_text("{")
    with pytest.raises(ModelSetError, match="not a valid JSON file"):
        read_network(kind, folder, torch.device("cpu"))


def test_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(ModelSetError, match=r"scheduler(.|\n)*no such folder"):
        read_part(kind_of("unet"), tmp_path / "scheduler")


def test_a_tokenizer_that_knows_more_than_the_text_encoder(tiny_model_set):
    folder = tiny_model_set.folder / "tokenizer"
    assert len(read_tokenizer(folder, 58)) == 58
    with pytest.raises(ModelSetError, match=r"57 tokens, as(.|\n)*58 tokens"):
        read_tokenizer(folder, 57)


OLD = {
    "vae": ("diffusion_pytorch_model.safetensors", "mid_block.attentions.0.proj_attn.weight"),
    "text_encoder": ("model.safetensors", "text_model.embeddings.position_ids"),
}


@pytest.mark.parametrize("part", list(OLD))
def test_files_of_2022_hold_the_same_network(tiny_model_set, tmp_path, part):
    file, old_name = OLD[part]
    shutil.copytree(tiny_model_set.folder / part, tmp_path / part)
    weights = old_names(part, load_file(tmp_path / part / file))
    assert any(name.endswith(old_name) for name in weights)
    save_file(weights, tmp_path / part / file, {"format": "pt"})
    new, old = (
        read_network(kind_of(part), folder / part, torch.device("cpu")).state_dict()
        for folder in (tiny_model_set.folder, tmp_path)
    )
    torch.testing.assert_close(old, new, rtol=0, atol=0)


def test_a_tokenizer_in_the_files_of_2022(tmp_path):
    write_tokenizer(tmp_path, vocabulary=60, length=8)
    tokenizer = read_tokenizer(tmp_path, 60)
    tokens = tokenizer("ab c", padding="max_length", max_length=8)["input_ids"]
    assert tokens == [58, 0, 29, 30, 59, 59, 59, 59]


@pytest.mark.parametrize("file", ["vocab.json", "merges.txt"])
def test_a_tokenizer_of_which_half_is_missing(tmp_path, file):
    write_tokenizer(tmp_path, vocabulary=60, length=8)
    (tmp_path / file).unlink()
    with pytest.raises(ModelSetError):
        read_tokenizer(tmp_path, 60)


TEMPLATE = {"weight": torch.zeros(2, 3), "bias": torch.zeros(2)}


def test_what_was_saved_is_read(tmp_path):
    save_file({"weight": torch.arange(6.0).view(2, 3)}, tmp_path / "w.safetensors")
    assert torch.equal(read_tensors(tmp_path / "w.safetensors", "")["weight"], torch.arange(6.0).view(2, 3))


def test_a_file_that_is_missing(tmp_path):
    with pytest.raises(ModelSetError, match=r"w\.safetensors(.|\n)*bring it"):
        read_tensors(tmp_path / "w.safetensors", "bring it")


def test_more_tensors_than_needed_are_no_fault():
    check_tensors(TEMPLATE | {"other": torch.tensor([torch.nan])}, TEMPLATE, "here", "fix")


@pytest.mark.parametrize(
    ("name", "tensor", "found"),
    [
        ("bias", None, "no such tensor"),
        ("weight", torch.zeros(3, 2), r"shape \(3, 2\)"),
        ("bias", torch.tensor([0.0, torch.inf]), "NaN or Inf"),
    ],
)
def test_each_fault_is_named(name, tensor, found):
    weights = {n: t for n, t in (TEMPLATE | {name: tensor}).items() if t is not None}
    with pytest.raises(ModelSetError, match=rf"here, {name}(.|\n)*{found}(.|\n)*repair"):
        check_tensors(weights, TEMPLATE, "here", "repair")
