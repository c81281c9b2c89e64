"""The device that computes networks and large sums: the CPU or a GPU."""

import re
from typing import TYPE_CHECKING

from cortex2image.errors import ConfigError

if TYPE_CHECKING:
    import torch
    from torch import nn


def choose_device(name: str) -> "torch.device":
    """Return the device of a name; `auto` is CUDA if the machine has it, otherwise the CPU.

    A choice of CUDA switches TensorFloat-32 off for the whole process. PyTorch leaves it on for convolutions,
    where GPUs since Ampere then compute "single precision" with 10 bits of mantissa instead of 23.

    Parameters
    ----------
    name : str
        `auto`, `cpu`, `cuda` or `cuda:N`, N counted from 0.

    Raises
    ------
    ConfigError
        The name is unknown, or the machine has no such device.
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
    """Return the device of a network's weights; the CPU if the network has no weights."""
    import torch

    return next(network.parameters(), torch.empty(0)).device
