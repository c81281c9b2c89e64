"""Published weights of DreamSim: those of DINO ViT-B/16, with a low-rank adapter added to its attention.

DreamSim (Fu et al. 2023) was fitted by LoRA (Hu et al. 2022): the weights W of the queries, keys and values
of every block become W + alpha / r * B A. Here the sum is computed once. The names of tensors become those
of ``torchvision.models.vit_b_16``, which is the same network.
"""

import io
import json
import pickle
import re
import textwrap
import zipfile
from pathlib import Path, PurePosixPath
from typing import Any

import safetensors.torch
import torch
from safetensors import SafetensorError

from cortex2image.errors import ModelSetError

FIX = "delete the file and fetch it again (snakemake download_models)"
SETTINGS = "adapter_config.json"
TENSORS = ("adapter_model.safetensors", "adapter_model.bin")
LARGEST = 64 * 2**20
"""Bytes; an adapter of rank 16 has 2.4 MB."""
UNREADABLE = (
    OSError,
    EOFError,
    ValueError,
    RuntimeError,
    zipfile.BadZipFile,
    SafetensorError,
    pickle.UnpicklingError,
)
PLAIN = {
    "bias": "none",
    "fan_in_fan_out": False,
    "use_rslora": False,
    "use_dora": False,
    "rank_pattern": {},
    "alpha_pattern": {},
}
"""Settings of an adapter under which its product is added as it is; adapters may leave them out."""

_NAMES = (
    (r"cls_token", "class_token"),
    (r"pos_embed", "encoder.pos_embedding"),
    (r"patch_embed\.proj\.", "conv_proj."),
    (r"blocks\.(\d+)\.norm([12])\.", r"encoder.layers.encoder_layer_\1.ln_\2."),
    (r"blocks\.(\d+)\.attn\.qkv\.", r"encoder.layers.encoder_layer_\1.self_attention.in_proj_"),
    (r"blocks\.(\d+)\.attn\.proj\.", r"encoder.layers.encoder_layer_\1.self_attention.out_proj."),
    (r"blocks\.(\d+)\.mlp\.fc1\.", r"encoder.layers.encoder_layer_\1.mlp.0."),
    (r"blocks\.(\d+)\.mlp\.fc2\.", r"encoder.layers.encoder_layer_\1.mlp.3."),
)
_LAST_NORM = ("norm.weight", "norm.bias")
_FACTOR = re.compile(r"(?:.+\.)?(blocks\.\d+\.attn\.qkv)\.lora_([AB])\.weight")
_ADAPTED = re.compile(r"blocks\.\d+\.attn\.qkv\.weight")


def dreamsim_weights(backbone: dict[str, torch.Tensor], archive: Path) -> dict[str, torch.Tensor]:
    """Return the weights of DreamSim by the names of torchvision, without the last normalisation.

    Parameters
    ----------
    backbone : dict of str to tensor
        Published weights of DINO ViT-B/16 (Caron et al. 2021), of its vision transformer alone.
    archive : Path
        ZIP archive with the folder of an adapter, as the library peft writes one: its settings, and tensors
        as safetensors or as a pickle, of which only tensors are read.

    Raises
    ------
    ModelSetError
        The archive is damaged, or holds no adapter or one of another form or of other layers.
    """
    settings, factors = _adapter(archive)
    scale = _scale(settings, archive)
    adapted = [name for name in backbone if _ADAPTED.fullmatch(name)]
    _check_layers({name.removesuffix(".weight") for name in adapted}, factors, archive)
    sums = {name: _added(name, backbone[name], factors, scale, archive) for name in adapted}
    kept = {name: tensor for name, tensor in (backbone | sums).items() if name not in _LAST_NORM}
    return {_renamed(name): tensor for name, tensor in kept.items()}


def _adapter(archive: Path) -> tuple[dict[str, Any], dict[str, dict[str, torch.Tensor]]]:
    """Return the settings of the adapter in an archive, and its factors "A" and "B" by layer."""
    try:
        with zipfile.ZipFile(archive) as opened:
            settings = json.loads(_member(opened, (SETTINGS,), archive)[1])
            name, content = _member(opened, TENSORS, archive)
        tensors = _tensors(name, content)
    except ModelSetError:
        raise
    except UNREADABLE as error:
        expected = f"a ZIP archive with the {SETTINGS} and the tensors of one adapter"
        raise ModelSetError(archive, expected, textwrap.shorten(str(error), 200), FIX) from None
    if not isinstance(settings, dict) or not isinstance(tensors, dict):
        raise ModelSetError(archive, "settings and tensors of one adapter, by name", "other things", FIX)
    return settings, _factors(tensors, archive)


def _member(opened: zipfile.ZipFile, names: tuple[str, ...], archive: Path) -> tuple[str, bytes]:
    """Return the only file in an archive with the first of some names that is there, and its content."""
    named = [[e for e in opened.infolist() if PurePosixPath(e.filename).name == name] for name in names]
    found = next((entries for entries in named if entries), [])
    if len(found) != 1:
        listed = ", ".join(entry.filename for entry in found) or "none"
        raise ModelSetError(archive, f"one file {' or '.join(names)}", listed, FIX)
    if found[0].file_size > LARGEST:
        size = f"{found[0].file_size / 1e6:.0f} MB"
        raise ModelSetError(archive, f"{found[0].filename} of at most {LARGEST / 1e6:.0f} MB", size, FIX)
    return found[0].filename, opened.read(found[0])


def _tensors(name: str, content: bytes) -> Any:
    if name.endswith(".safetensors"):
        return safetensors.torch.load(content)
    return torch.load(io.BytesIO(content), map_location="cpu", weights_only=True)


def _factors(tensors: dict[str, Any], archive: Path) -> dict[str, dict[str, torch.Tensor]]:
    factors: dict[str, dict[str, torch.Tensor]] = {}
    for name, tensor in tensors.items():
        matched = _FACTOR.fullmatch(str(name))
        if matched is None or not isinstance(tensor, torch.Tensor):
            expected = "tensors named blocks.N.attn.qkv.lora_A.weight or lora_B.weight, and no others"
            raise ModelSetError(archive, expected, str(name), FIX)
        pair = factors.setdefault(matched[1], {})
        if matched[2] in pair:
            expected = "an adapter of one network, not of the ensemble"
            raise ModelSetError(archive, expected, f"a second {matched[1]}: {name}", FIX)
        pair[matched[2]] = tensor.float()
    return factors


def _scale(settings: dict[str, Any], archive: Path) -> float:
    """Return alpha / r, the factor of the product B A."""
    for name, plain in PLAIN.items():
        if settings.get(name, plain) != plain:
            found = f"{name}: {settings[name]}"
            raise ModelSetError(f"{archive}, {SETTINGS}", f"{name}: {plain}, or none", found, FIX)
    rank, alpha = settings.get("r"), settings.get("lora_alpha")
    if not isinstance(rank, int) or rank < 1 or not isinstance(alpha, int | float):
        found = f"r: {rank}, lora_alpha: {alpha}"
        raise ModelSetError(f"{archive}, {SETTINGS}", "numbers r >= 1 and lora_alpha", found, FIX)
    return alpha / rank


def _check_layers(layers: set[str], factors: dict[str, dict[str, torch.Tensor]], archive: Path) -> None:
    complete = {layer for layer, pair in factors.items() if pair.keys() == {"A", "B"}}
    if not layers or complete != layers or factors.keys() != layers:
        other = sorted(layers ^ complete) or sorted(factors)
        expected = f"factors A and B of the {len(layers)} layers blocks.N.attn.qkv of the network"
        raise ModelSetError(archive, expected, f"{len(complete)} layers, other: {', '.join(other[:3])}", FIX)


def _added(
    name: str,
    weight: torch.Tensor,
    factors: dict[str, dict[str, torch.Tensor]],
    scale: float,
    archive: Path,
) -> torch.Tensor:
    pair = factors[name.removesuffix(".weight")]
    shapes = tuple(pair["B"].shape), tuple(pair["A"].shape)
    fits = shapes[0][1:] == shapes[1][:1] and (*shapes[0][:1], *shapes[1][1:]) == tuple(weight.shape)
    if not fits:
        expected = f"factors whose product has the shape {tuple(weight.shape)} of {name}"
        raise ModelSetError(archive, expected, f"B {shapes[0]}, A {shapes[1]}", FIX)
    return (weight.double() + scale * (pair["B"].double() @ pair["A"].double())).to(weight.dtype)


def _renamed(name: str) -> str:
    for published, ours in _NAMES:
        renamed, matches = re.subn(f"^{published}", ours, name)
        if matches:
            return renamed
    return name
