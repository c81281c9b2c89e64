import pytest
import torch
from torch import nn

from cortex2image.device import choose_device, device_of
from cortex2image.errors import ConfigError


@pytest.mark.parametrize(("available", "chosen"), [(True, "cuda"), (False, "cpu")])
def test_auto_is_the_gpu_where_there_is_one(monkeypatch, available, chosen):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: available)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    assert choose_device("auto").type == chosen


@pytest.mark.parametrize(("name", "rounded"), [("auto", False), ("cuda:0", False), ("cpu", True)])
def test_single_precision_on_a_gpu_is_no_tf32(monkeypatch, name, rounded):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    for backend in (torch.backends.cudnn, torch.backends.cuda.matmul):
        monkeypatch.setattr(backend, "allow_tf32", True)
    choose_device(name)
    assert torch.backends.cudnn.allow_tf32 is rounded
    assert torch.backends.cuda.matmul.allow_tf32 is rounded


@pytest.mark.parametrize("name", ["cuda", "cuda:1"])
def test_cuda_where_there_is_none(monkeypatch, name):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(ConfigError, match=name):
        choose_device(name)


def test_more_gpus_than_there_are(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    assert choose_device("cuda:1").index == 1
    with pytest.raises(ConfigError, match="cuda:2"):
        choose_device("cuda:2")


@pytest.mark.parametrize("name", ["gpu", "meta", "cuda:", "cpu:0x"])
def test_a_name_that_is_no_device(name):
    with pytest.raises(ConfigError, match="cuda or cuda:N"):
        choose_device(name)


def test_a_network_is_where_its_weights_are():
    assert device_of(nn.Linear(1, 1, device="meta")).type == "meta"
    assert device_of(nn.ReLU()).type == "cpu"
