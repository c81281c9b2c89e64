"""Networks, tokenizers and tensors of a model set, read from files completely or refused."""

import textwrap
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file

from cortex2image.errors import ModelSetError
from cortex2image.networks.compat import spared
from cortex2image.networks.small_batches import steady_in_small_batches

BUFFERS = ("position_ids",)
"""Endings of tensors in files of 2022 that are not weights: current libraries compute them."""
FIX = "restore the folder from where the model set comes from (targets download_models, train_miniature)"


def read_part(kind: Any, folder: Path, **options: Any) -> Any:
    """Return ``kind.from_pretrained(folder)``, read from this folder without a network.

    Raises
    ------
    ModelSetError
        The folder is missing, or lacks files that `kind` reads.
    """
    if not folder.is_dir():
        raise ModelSetError(folder, "a folder of the model set", "no such folder", FIX)
    try:
        return kind.from_pretrained(folder, local_files_only=True, **options)
    except (OSError, ValueError, RuntimeError, SafetensorError) as error:
        found = textwrap.shorten(str(error), 200)
        raise ModelSetError(folder, f"the files of one {kind.__name__}", found, FIX) from error


def read_network(kind: Any, folder: Path, device: torch.device, dtype: torch.dtype = torch.float32) -> Any:
    """Return a network in evaluation mode with exactly the weights of its safetensors files.

    On a CPU the result of a row does not depend on the size of its batch.

    Both libraries only warn if a weight is missing from the files, which then gets a random value, or if a
    file contains a weight that the network of ``config.json`` does not have; here both are errors.

    Raises
    ------
    ModelSetError
        The folder is missing, a file is damaged, or weights are missing, unknown, or differ in shape from
        ``config.json``.
    """
    from transformers.utils.logging import disable_progress_bar

    disable_progress_bar()
    network, report = read_part(
        kind, folder, use_safetensors=True, torch_dtype=dtype, output_loading_info=True
    )
    _refuse(report["missing_keys"], "missing", kind, folder)
    unknown = [name for name in report["unexpected_keys"] if not name.endswith(BUFFERS)]
    _refuse(unknown, "too many", kind, folder)
    if device.type == "cpu":
        steady_in_small_batches(network)
    return network.to(device).eval().requires_grad_(False)


def _refuse(names: Iterable[str], fault: str, kind: Any, folder: Path) -> None:
    listed = sorted(names)
    if listed:
        found = f"{len(listed)} of them {fault}: {textwrap.shorten(', '.join(listed), 150)}"
        raise ModelSetError(folder, f"the weights of the {kind.__name__} in config.json", found, FIX)


def read_tokenizer(folder: Path, vocabulary: int) -> Any:
    """Return a ``transformers.CLIPTokenizer`` for a text encoder with a vocabulary of `vocabulary` tokens.

    Raises
    ------
    ModelSetError
        The folder is missing or damaged, or the tokenizer has another number of tokens.
    """
    with spared():
        from transformers import CLIPTokenizer

    tokenizer = read_part(CLIPTokenizer, folder)
    if len(tokenizer) != vocabulary:
        raise ModelSetError(
            folder,
            f"{vocabulary} tokens, as the text encoder has",
            f"{len(tokenizer)} tokens",
            "use the tokenizer the text encoder was trained with",
        )
    return tokenizer


def read_tensors(path: Path, fix: str) -> dict[str, torch.Tensor]:
    """Return every tensor of a safetensors file by its name.

    Raises
    ------
    ModelSetError
        The file is missing or damaged; the message ends with the advice `fix`.
    """
    try:
        return load_file(path)
    except (OSError, SafetensorError) as error:
        raise ModelSetError(path, "a safetensors file", str(error), fix) from None


def check_tensors(
    weights: Mapping[str, torch.Tensor], template: Mapping[str, torch.Tensor], where: object, fix: str
) -> None:
    """Check that `weights` contains every tensor of a network, of the right shape and finite.

    Parameters
    ----------
    weights : mapping
        Tensors by name, as read from a file; additional tensors are accepted.
    template : mapping
        Tensors of the network by name; only their shapes are used.
    where, fix : object, str
        Place of the tensors and advice, for the error message.

    Raises
    ------
    ModelSetError
        A tensor is missing, has another shape, or contains NaN or infinity.
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
