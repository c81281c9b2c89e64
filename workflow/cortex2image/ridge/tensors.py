"""How arrays become tensors."""

import warnings

import numpy as np
import torch


def as_tensor(array: np.ndarray, device: torch.device, dtype: torch.dtype | None = None) -> torch.Tensor:
    """Return the array on the device; on the CPU without a copy where dtype and layout allow."""
    contiguous = np.ascontiguousarray(array)
    if contiguous.flags.writeable:
        return torch.from_numpy(contiguous).to(device, dtype)
    with warnings.catch_warnings():
        # The engine never writes into its inputs, so arrays may be read-only.
        warnings.filterwarnings("ignore", message=".*not writable", category=UserWarning)
        return torch.from_numpy(contiguous).to(device, dtype)


def dtype_of(dtype: np.dtype | type) -> torch.dtype:
    """Return torch's float32 or float64 for NumPy's."""
    return torch.float32 if np.dtype(dtype) == np.float32 else torch.float64
