"""Published weights, made up, turned into the files of a model set."""

import pickle

import numpy as np
import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file
from tests.support.pretrained_models import published_weights

from cortex2image.errors import ModelSetError
from cortex2image.files import sha256
from cortex2image.judges.pretrained_weights import convert


def published(folder, weights):
    path = folder / "published.pth"
    torch.save(weights, path)
    return path


def test_every_tensor_keeps_its_name_and_values(tmp_path):
    weights = published_weights("efficientnet_b1")
    target = tmp_path / "judges" / "efficientnet_b1.safetensors"
    convert("efficientnet_b1", published(tmp_path, weights), target)
    written = load_file(target)
    assert written.keys() == weights.keys()
    assert all(torch.equal(written[name], weights[name]) for name in weights)
    with safe_open(target, framework="numpy") as file:
        assert file.metadata()["published_sha256"] == sha256(tmp_path / "published.pth")


def test_swav_loses_its_wrapper_and_its_heads(tmp_path):
    from torchvision.models import resnet50

    target = tmp_path / "swav.safetensors"
    convert("swav_resnet50", published(tmp_path, published_weights("swav_resnet50")), target)
    of_torchvision = set(resnet50(weights=None).state_dict()) - {"fc.weight", "fc.bias"}
    assert set(load_file(target)) == of_torchvision


def test_counters_of_training_may_be_missing(tmp_path):
    weights = published_weights("efficientnet_b1")
    older = {name: tensor for name, tensor in weights.items() if not name.endswith("num_batches_tracked")}
    convert("efficientnet_b1", published(tmp_path, older), tmp_path / "weights.safetensors")
    assert (tmp_path / "weights.safetensors").is_file()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"features.0.0.weight": torch.zeros(40, 3, 3, 3)}, r"features\.0\.0\.weight(.|\n)*\(40, 3, 3, 3\)"),
        ({"features.0.1.bias": None}, r"features\.0\.1\.bias(.|\n)*no such tensor"),
        ({"features.0.1.running_var": torch.full((32,), torch.nan)}, r"running_var(.|\n)*NaN"),
        ({"features.9.0.weight": torch.ones(2)}, r"only the tensors of one EfficientNet(.|\n)*features\.9"),
        ({"features.0.0.weight": "text"}, "tensors by name"),
    ],
)
def test_weights_of_another_network_are_refused(tmp_path, change, message):
    weights = {k: v for k, v in (published_weights("efficientnet_b1") | change).items() if v is not None}
    with pytest.raises(ModelSetError, match=message):
        convert("efficientnet_b1", published(tmp_path, weights), tmp_path / "weights.safetensors")
    assert [path.name for path in tmp_path.iterdir()] == ["published.pth"]


class Harmful:
    """What a pickle from a stranger could be."""

    def __reduce__(self):
        return (np.save, ("harmed.npy", np.zeros(1)))


def test_a_pickle_that_runs_code_is_refused_unrun(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ModelSetError, match="tensors only"):
        convert("alexnet", published(tmp_path, {"features.0.weight": Harmful()}), tmp_path / "a.safetensors")
    assert [path.name for path in tmp_path.iterdir()] == ["published.pth"]


@pytest.mark.parametrize("content", [b"", b"no pickle at all", pickle.dumps([1, 2], protocol=2)])
def test_files_that_are_no_weights_are_refused(tmp_path, content):
    (tmp_path / "published.pth").write_bytes(content)
    with pytest.raises(ModelSetError, match=r"published\.pth"):
        convert("alexnet", tmp_path / "published.pth", tmp_path / "alexnet.safetensors")
