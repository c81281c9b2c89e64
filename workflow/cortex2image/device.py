"""Where networks and large sums are computed: on the CPU or on a GPU."""

import re
from typing import TYPE_CHECKING

from cortex2image.errors import ConfigError

if TYPE_CHECKING:
    import torch
    from torch import nn


def choose_device(name: str) -> "torch.device":
    """Return the device; `auto` is CUDA where there is one and the CPU otherwise.

    A choice of CUDA switches TensorFloat-32 off for the whole process. PyTorch leaves it on for convolutions,
    where GPUs since Ampere then compute "single precision" with 10 bits of mantissa instead of 23.

    Parameters
    ----------
    name : str
        `auto`, `cpu`, `cuda` or `cuda:N`, N counted from 0.

    Raises
    ------
    ConfigError
        There is no such device, as CUDA where there is none.
    """
    import torch

    if not re.fullmatch(r"auto|cpu|cuda(:\d+)?", name):
        raise ConfigError("device", "auto, cpu, cuda or cuda:N", name, "correct the name")
    present = torch.cuda.device_count() if torch.cuda.is_available() else 0
    device = torch.device(("cuda" if present else "cpu") if name == "auto" else name)
    if device.type == "cuda" and (device.index or 0) >= present:
        raise ConfigError("device", "a device of this machine", name, "ask for 'auto' or 'cpu'")
    if device.type == "cuda":
        torch.backends.cudnn.allow_tf32 = torch.backends.cuda.matmul.allow_tf32 = False
    return device


def device_of(network: "nn.Module") -> "torch.device":
    """Return the device that the weights of a network are on; the CPU if it has none."""
    import torch

    return next(network.parameters(), torch.empty(0)).device
