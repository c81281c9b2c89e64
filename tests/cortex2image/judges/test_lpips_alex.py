"""LPIPS with an untrained AlexNet, against the lpips package called pair by pair."""

import dataclasses

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from tests.support.tiny_models import alexnet_weights, tiny_description, write_sums

from cortex2image.errors import DataError, ModelSetError
from cortex2image.judges.lpips_alex import load_lpips
from cortex2image.metrics.registry import metric_facts
from cortex2image.networks.registry import MODEL_SETS, ModelSet


def write_set(folder, weights) -> ModelSet:
    (folder / "judges").mkdir(parents=True)
    save_file(weights, folder / "judges" / "alexnet.safetensors")
    write_sums(folder)
    return tiny_description(folder, lpips="judges")


@pytest.fixture(scope="module")
def lpips_set(tmp_path_factory):
    return write_set(tmp_path_factory.mktemp("lpips"), alexnet_weights())


@pytest.fixture(scope="module")
def judge(lpips_set):
    return load_lpips(lpips_set, "cpu")


@pytest.fixture
def pictures(rng):
    return rng.integers(0, 256, (5, 40, 36, 3), dtype=np.uint8)


def test_distances_are_those_of_the_package(judge, pictures):
    import lpips

    network = lpips.LPIPS(net="alex", pretrained=True, pnet_rand=True, verbose=False)
    with torch.no_grad():
        for parameter, weight in zip(network.net.parameters(), alexnet_weights().values(), strict=True):
            parameter.copy_(weight)
        pixels = torch.from_numpy(pictures / 127.5 - 1).float().permute(0, 3, 1, 2)
        first, second = torch.cartesian_prod(torch.arange(2), torch.arange(2, 5)).T
        expected = network(pixels[first], pixels[second]).reshape(2, 3).numpy()
    distances = judge.distances_from(pictures[:2])(pictures[2:])
    assert distances.dtype == np.float64
    assert expected.min() > 0.01
    np.testing.assert_allclose(distances, expected, rtol=1e-4)


def test_like_pictures_do_not_cancel(judge, pictures):
    """The squares of all are near 1; the distances are those of single pairs, and small."""
    shaded = np.stack([np.clip(pictures[0] + np.int16(shade), 0, 255) for shade in range(1, 6)]).astype(
        np.uint8
    )
    found = judge.distances_from(shaded)(pictures[:1])[:, 0]
    alone = [judge.distances_from(picture[None])(pictures[:1]).item() for picture in shaded]
    assert max(alone) < 0.02
    np.testing.assert_allclose(found, alone, atol=1e-6)


def test_originals_are_looked_at_once(judge, pictures, monkeypatch):
    looked = []
    forward = judge.network.net.forward
    monkeypatch.setattr(judge.network.net, "forward", lambda x: looked.append(len(x)) or forward(x))
    distances = judge.distances_from(pictures[:3])
    for sample in (pictures, pictures[::-1].copy()):
        distances(sample)
    assert looked == [3, 5, 5]


def test_only_identical_pictures_are_at_no_distance(judge, pictures):
    distances = judge.distances_from(pictures)(pictures)
    np.testing.assert_allclose(np.diagonal(distances), 0, atol=1e-7)
    np.testing.assert_allclose(distances, distances.T, atol=1e-7)
    assert distances[~np.eye(5, dtype=bool)].min() > 0.01


def test_order_and_batch_change_nothing(judge, pictures, monkeypatch):
    rows, columns = [2, 0, 1], [4, 1, 3, 0, 2]
    together = judge.distances_from(pictures[:3])(pictures)
    monkeypatch.setattr("cortex2image.judges.lpips_alex.BATCH", 2)
    apart = judge.distances_from(pictures[rows])(pictures[columns])
    np.testing.assert_allclose(apart, together[np.ix_(rows, columns)], atol=1e-6)


def test_the_stated_bound_is_that_of_the_heads(judge):
    """Non-negative unit vectors are farthest apart on the two heaviest channels, one each."""
    heaviest = [head.model[-1].weight.flatten().topk(2).values.sum().item() for head in judge.network.lins]
    low, high = metric_facts(judge.name).bounds
    assert low == 0
    assert high - 1e-3 < sum(heaviest) <= high


def test_the_smallest_pictures_it_takes(judge, pictures):
    assert judge.distances_from(pictures[:1, :31, :31])(pictures[1:2, :31, :31]).item() > 0
    with pytest.raises(DataError, match=r"at least 31 x 31 px(.|\n)*36 x 30 px"):
        judge.distances_from(pictures[:, :30])


def test_a_set_that_declares_no_alexnet_has_no_lpips(tiny_model_set):
    assert load_lpips(tiny_model_set, "cpu") is None
    assert load_lpips(MODEL_SETS["miniature"], "cpu") is None


def test_a_declared_alexnet_that_is_missing(tiny_model_set):
    declared = dataclasses.replace(tiny_model_set, lpips="judges/lpips_alex")
    with pytest.raises(ModelSetError, match=r"lpips_alex/alexnet\.safetensors(.|\n)*place the AlexNet"):
        load_lpips(declared, "cpu")


def test_a_fetched_set_is_to_be_fetched(tmp_path):
    fetched = dataclasses.replace(MODEL_SETS["stable-diffusion-v1-4"], folder=tmp_path)
    with pytest.raises(ModelSetError, match=r"missing(.|\n)*download_models") as caught:
        load_lpips(fetched, "cpu")
    assert "judges/alexnet/alexnet.safetensors" in str(caught.value)
    assert "registry.py" not in str(caught.value)


def test_an_altered_alexnet(tmp_path):
    altered = write_set(tmp_path, alexnet_weights())
    save_file(alexnet_weights(seed=1), tmp_path / "judges" / "alexnet.safetensors")
    with pytest.raises(ModelSetError, match=r"alexnet\.safetensors(.|\n)*SHA-256"):
        load_lpips(altered, "cpu")


@pytest.mark.parametrize(
    ("name", "tensor", "message"),
    [
        ("features.3.weight", torch.zeros(192, 64, 3, 3), r"found: +shape \(192, 64, 3, 3\)"),
        ("features.10.bias", None, "found: +no such tensor"),
        ("features.0.bias", torch.full((64,), torch.nan), "found: +NaN or Inf"),
    ],
)
def test_weights_that_are_not_of_alexnet(tmp_path, name, tensor, message):
    weights = alexnet_weights() | ({} if tensor is None else {name: tensor})
    broken = write_set(tmp_path, {key: w for key, w in weights.items() if tensor is not None or key != name})
    with pytest.raises(ModelSetError, match=rf"alexnet\.safetensors, {name}(.|\n)*{message}"):
        load_lpips(broken, "cpu")


def test_a_file_that_holds_no_tensors(tmp_path):
    broken = write_set(tmp_path, alexnet_weights())
    (tmp_path / "judges" / "alexnet.safetensors").write_bytes(b"not tensors at all")
    write_sums(tmp_path)
    with pytest.raises(ModelSetError, match=r"alexnet\.safetensors(.|\n)*a safetensors file"):
        load_lpips(broken, "cpu")
