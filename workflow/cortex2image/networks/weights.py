"""Weights from safetensors files, checked one by one against the network they are for."""

from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file

from cortex2image.errors import ModelSetError


def read_tensors(path: Path, fix: str) -> dict[str, torch.Tensor]:
    """Return every tensor of a safetensors file by its name.

    Raises
    ------
    ModelSetError
        The file is missing or damaged; `fix` is the advice.
    """
    try:
        return load_file(path)
    except (OSError, SafetensorError) as error:
        raise ModelSetError(path, "a safetensors file", str(error), fix) from None


def check_tensors(
    weights: Mapping[str, torch.Tensor], template: Mapping[str, torch.Tensor], where: object, fix: str
) -> None:
    """Check that every tensor of a network is there, of its shape, and finite.

    Parameters
    ----------
    weights : mapping
        Tensors as they were found; more of them than the network has are no fault here.
    template : mapping
        Those of the network, of which the shapes count.
    where, fix : object, str
        For the error.

    Raises
    ------
    ModelSetError
        A tensor is missing, of another shape, or holds NaN or infinity.
    """
    for name, expected in template.items():
        fault = _fault(weights.get(name), expected)
        if fault:
            wanted = f"finite weights of shape {tuple(expected.shape)}"
            raise ModelSetError(f"{where}, {name}", wanted, fault, fix)


def _fault(weight: torch.Tensor | None, expected: torch.Tensor) -> str | None:
    if weight is None:
        return "no such tensor"
    if weight.shape != expected.shape:
        return f"shape {tuple(weight.shape)}"
    return None if weight.isfinite().all() else "NaN or Inf"
