import pytest
import torch
from safetensors.torch import save_file

from cortex2image.errors import ModelSetError
from cortex2image.networks.weights import check_tensors, read_tensors

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
