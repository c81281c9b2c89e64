"""Devices by name, and arrays on them."""

import warnings

import numpy as np
import pytest
import torch

from cortex2image.errors import ConfigError
from cortex2image.ridge.device import as_tensor, choose_device, dtype_of

CPU = torch.device("cpu")


def test_names_become_devices(monkeypatch):
    assert choose_device("cpu") == CPU
    for at_hand, expected in ((True, "cuda"), (False, "cpu")):
        monkeypatch.setattr(torch.cuda, "is_available", lambda found=at_hand: found)
        assert choose_device("auto").type == expected
    with pytest.raises(ConfigError, match="a CUDA device"):
        choose_device("cuda")
    with pytest.raises(ConfigError, match="auto, cpu or cuda"):
        choose_device("abacus")


def test_tensors_share_memory_where_they_can():
    array = np.arange(6.0).reshape(2, 3)
    assert as_tensor(array, CPU).data_ptr() == array.ctypes.data
    assert as_tensor(array, CPU, torch.float32).dtype == torch.float32
    assert as_tensor(array[:, ::-1], CPU).tolist() == array[:, ::-1].tolist()


def test_read_only_arrays_are_no_reason_to_warn():
    array = np.zeros(3)
    array.flags.writeable = False
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        as_tensor(array, CPU)


def test_single_stays_single():
    assert dtype_of(np.float32) == torch.float32
    assert dtype_of(np.dtype("f8")) == torch.float64
