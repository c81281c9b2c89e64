"""Conversion of the published weights of the judges of photographs to safetensors files."""

import pickle
import textwrap
from pathlib import Path

import torch
from safetensors.torch import save_file

from cortex2image.errors import ModelSetError
from cortex2image.files import atomic, sha256
from cortex2image.judges.dreamsim_weights import dreamsim_weights
from cortex2image.judges.pretrained_networks import architecture, check_weights
from cortex2image.networks.fetch import DIGEST
from cortex2image.networks.judge_specs import Kind

HEADS: dict[Kind, tuple[str, ...]] = {"swav_resnet50": ("fc.", "projection_head.", "prototypes.")}
"""Beginnings of the names of published tensors that are no part of the judge."""

ADAPTER_DIGEST = "adapter_sha256"
"""Metadata key of a converted file that holds the SHA-256 of the archive of its adapter."""

WRAPPER = "module."
"""Prefix that training on several GPUs puts before every name."""

FIX = "delete the file and fetch it again (snakemake download_models)"


def convert(kind: Kind, published: Path, target: Path, adapter: Path | None = None) -> None:
    """Convert published weights, a pickle, into a safetensors file of exactly the tensors of the judge.

    Only tensors are unpickled, nothing else that a pickle can hold. The metadata hold the SHA-256 of the
    published file.

    Parameters
    ----------
    kind : str
        See :class:`cortex2image.networks.judge_specs.JudgeSpec`.
    published : Path
        File written by ``torch.save``, a dict of tensors by name.
    target : Path
        The safetensors file; written whole or not at all.
    adapter : Path, optional
        Archive of the adapter that makes them DreamSim, see
        :func:`cortex2image.judges.dreamsim_weights.dreamsim_weights`; its SHA-256 is in the metadata too.

    Raises
    ------
    ModelSetError
        The file holds other things than tensors, or other tensors than the network has; or the archive holds
        no such adapter.
    """
    weights = _without_heads(kind, _unpickled(published))
    origin = {DIGEST: sha256(published)}
    if adapter is not None:
        weights = dreamsim_weights(weights, adapter)
        origin |= {ADAPTER_DIGEST: sha256(adapter)}
    check_weights(weights, architecture(kind), published)
    with atomic(target) as temporary:
        save_file({name: tensor.contiguous() for name, tensor in weights.items()}, temporary, origin)


def _unpickled(path: Path) -> dict[str, torch.Tensor]:
    try:
        found = torch.load(path, map_location="cpu", weights_only=True)
    except (OSError, EOFError, RuntimeError, pickle.UnpicklingError) as error:
        reason = textwrap.shorten(str(error), 200)
        raise ModelSetError(path, "published weights, tensors only", reason, FIX) from None
    if not isinstance(found, dict) or not all(isinstance(t, torch.Tensor) for t in found.values()):
        raise ModelSetError(path, "tensors by name", f"a {type(found).__name__} of other things", FIX)
    return found


def _without_heads(kind: Kind, weights: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    plain = {name.removeprefix(WRAPPER): tensor for name, tensor in weights.items()}
    return {name: t for name, t in plain.items() if not name.startswith(HEADS.get(kind, ()))}
