"""Where the arithmetic runs, and how arrays get there."""

import warnings

import numpy as np
import torch

from cortex2image.errors import ConfigError


def choose_device(name: str) -> torch.device:
    """Return the device of a name: "auto" is CUDA where there is one, else "cpu".

    Raises
    ------
    ConfigError
        An unknown name, or a device that is not at hand.
    """
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    if name not in ("cpu", "cuda"):
        raise ConfigError("ridge device", "auto, cpu or cuda", name, "choose one of these")
    if name == "cuda" and not torch.cuda.is_available():
        raise ConfigError("ridge device", "a CUDA device", "none", "choose auto or cpu")
    return torch.device(name)


def as_tensor(array: np.ndarray, device: torch.device, dtype: torch.dtype | None = None) -> torch.Tensor:
    """Return the array on the device; on the CPU without a copy where dtype and layout allow."""
    with warnings.catch_warnings():
        # The engine never writes into its inputs, so arrays may be read-only.
        warnings.filterwarnings("ignore", message=".*not writable", category=UserWarning)
        return torch.from_numpy(np.ascontiguousarray(array)).to(device, dtype)


def dtype_of(dtype: np.dtype | type) -> torch.dtype:
    """Return torch's float32 or float64 for NumPy's."""
    return torch.float32 if np.dtype(dtype) == np.float32 else torch.float64
