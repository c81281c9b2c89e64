"""Arrays as tensors."""

import warnings

import numpy as np
import torch

from cortex2image.ridge.tensors import as_tensor, dtype_of

CPU = torch.device("cpu")


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
