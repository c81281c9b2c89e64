"""Folders of full-size Stable Diffusion in the layout of the hub, with random weights.

The names of tensors and files are those of the repositories, which are older than current libraries. A thin
set keeps all sizes that other parts of the workflow depend on (pictures, latents, tokens, width of the text)
and makes everything else as small as possible.
"""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file

from cortex2image.networks.compat import ensure_torchvision
from cortex2image.networks.registry import MODEL_SETS, ModelSet

VAE = {
    "block_out_channels": (128, 256, 512, 512),
    "down_block_types": ("DownEncoderBlock2D",) * 4,
    "up_block_types": ("UpDecoderBlock2D",) * 4,
    "layers_per_block": 2,
    "latent_channels": 4,
    "norm_num_groups": 32,
    "sample_size": 512,
    "scaling_factor": 0.18215,
}
UNET = {
    "block_out_channels": (320, 640, 1280, 1280),
    "down_block_types": (*("CrossAttnDownBlock2D",) * 3, "DownBlock2D"),
    "up_block_types": ("UpBlock2D", *("CrossAttnUpBlock2D",) * 3),
    "layers_per_block": 2,
    "norm_num_groups": 32,
    "attention_head_dim": 8,
    "cross_attention_dim": 768,
    "sample_size": 64,
}
TEXT = {
    "vocab_size": 49408,
    "hidden_size": 768,
    "intermediate_size": 3072,
    "num_hidden_layers": 12,
    "num_attention_heads": 12,
    "max_position_embeddings": 77,
    "projection_dim": 768,
}
VERSION_2_UNET = {
    "attention_head_dim": (5, 10, 20, 20),
    "cross_attention_dim": 1024,
    "use_linear_projection": True,
}
VERSION_2_TEXT = {
    "hidden_size": 1024,
    "intermediate_size": 4096,
    "num_hidden_layers": 23,
    "num_attention_heads": 16,
    "hidden_act": "gelu",
}
SCHEDULER = {
    "_class_name": "PNDMScheduler",
    "_diffusers_version": "0.2.2",
    "beta_start": 0.00085,
    "beta_end": 0.012,
    "beta_schedule": "scaled_linear",
    "num_train_timesteps": 1000,
    "set_alpha_to_one": False,
    "skip_prk_steps": True,
    "steps_offset": 1,
    "trained_betas": None,
}
THIN_CHANNELS: dict[str, Any] = {
    "block_out_channels": (8, 8, 8, 8),
    "norm_num_groups": 4,
    "layers_per_block": 1,
}
THIN_TEXT = {"vocab_size": 58, "intermediate_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2}


def generator_of(name: str, folder: Path, thin: bool) -> ModelSet:
    """Return a set without judges in `folder`; a thin one declares the channels of its thin U-Net."""
    known = MODEL_SETS[name]
    alone = replace(known, folder=folder, judges=(), lpips=None, hub=known.hub[:1], weights=())
    if not thin:
        return alone
    residuals = THIN_CHANNELS["layers_per_block"]
    return replace(alone, unet_channels=THIN_CHANNELS["block_out_channels"], unet_residuals=residuals)


def networks(model_set: ModelSet, thin: bool) -> dict[str, Any]:
    """Return the networks of a set by folder, on device `meta`, which has shapes but no memory."""
    ensure_torchvision()
    from diffusers import AutoencoderKL, UNet2DConditionModel
    from transformers import CLIPTextConfig, CLIPTextModel

    second = model_set.text_width == 1024
    unet = UNET | (VERSION_2_UNET if second else {}) | (THIN_CHANNELS if thin else {})
    text = TEXT | (VERSION_2_TEXT if second else {}) | (THIN_TEXT if thin else {})
    if thin:
        unet["attention_head_dim"] = 2
    if "depth" in model_set.parts:
        unet["in_channels"] = 5
    ends = {"bos_token_id": text["vocab_size"] - 2, "eos_token_id": text["vocab_size"] - 1}
    with torch.device("meta"):
        return {
            "vae": AutoencoderKL(**(VAE | (THIN_CHANNELS if thin else {}))),
            "unet": UNet2DConditionModel(**unet),
            "text_encoder": CLIPTextModel(CLIPTextConfig(**text, **ends, pad_token_id=ends["eos_token_id"])),
        }


def write_full_model_set(folder: Path, model_set: ModelSet, thin: bool, dtype: torch.dtype) -> None:
    """Write the diffusion model of a set into `folder`, without judges or files that are never read."""
    for part, network in networks(model_set, thin).items():
        name = "model" if part == "text_encoder" else "diffusion_pytorch_model"
        (folder / part).mkdir(parents=True)
        (folder / part / "config.json").write_text(_config(network))
        weights = old_names(part, random_weights(network, dtype))
        save_file(weights, folder / part / f"{name}.safetensors", {"format": "pt"})
    vocabulary = network.config.vocab_size
    write_tokenizer(folder / "tokenizer", vocabulary, model_set.text_length)
    (folder / "scheduler").mkdir()
    (folder / "scheduler" / "scheduler_config.json").write_text(json.dumps(SCHEDULER))


def random_weights(network: Any, dtype: torch.dtype) -> dict[str, torch.Tensor]:
    """Return random weights for a network: noise scaled by fan-in, norms of gain 1, zero biases.

    All weights are parts of one noise vector, because drawing a billion numbers would take most of the time
    of a test.
    """
    shapes = {name: tensor.shape for name, tensor in network.state_dict().items()}
    noise = torch.randn(max(shape.numel() for shape in shapes.values()), generator=torch.Generator())
    noise = noise.to(dtype)
    return {name: _random_weight(name, shape, noise) for name, shape in shapes.items()}


def _random_weight(name: str, shape: torch.Size, noise: torch.Tensor) -> torch.Tensor:
    if len(shape) == 1:
        return (torch.ones if name.endswith("weight") else torch.zeros)(shape, dtype=noise.dtype)
    piece = noise[: shape.numel()].view(shape)
    return piece * (0.02 if "embedding" in name else shape[1:].numel() ** -0.5)


def old_names(part: str, weights: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Return the weights under their names of 2022, including a buffer that text encoders had then."""
    if part == "text_encoder":
        length = weights["embeddings.position_embedding.weight"].shape[0]
        positions = {"embeddings.position_ids": torch.arange(length)[None]}
        return {f"text_model.{name}": tensor for name, tensor in (weights | positions).items()}
    if part == "vae":
        return {_old_attention(name): tensor for name, tensor in weights.items()}
    return weights


def _old_attention(name: str) -> str:
    new_to_old = {"to_q": "query", "to_k": "key", "to_v": "value", "to_out.0": "proj_attn"}
    for new, old in new_to_old.items():
        name = name.replace(f"mid_block.attentions.0.{new}.", f"mid_block.attentions.0.{old}.")
    return name


def write_tokenizer(folder: Path, vocabulary: int, length: int) -> None:
    """Write a tokenizer of letters and made-up words in the four files of repositories of 2022."""
    folder.mkdir(parents=True, exist_ok=True)
    start, end = "<|startoftext|>", "<|endoftext|>"
    letters = "abcdefghijklmnopqrstuvwxyz.,"
    known = [*letters, *(f"{letter}</w>" for letter in letters)]
    tokens = [*known, *(f"made-up-{n}</w>" for n in range(vocabulary - len(known) - 2)), start, end]
    (folder / "vocab.json").write_text(json.dumps({token: number for number, token in enumerate(tokens)}))
    (folder / "merges.txt").write_text("#version: 0.2\n")
    special = {"bos_token": _added(start), "eos_token": _added(end), "unk_token": _added(end)}
    (folder / "special_tokens_map.json").write_text(json.dumps(special | {"pad_token": end}))
    typed = {name: {"__type": "AddedToken", **token} for name, token in special.items()}
    facts = {"model_max_length": length, "tokenizer_class": "CLIPTokenizer", "pad_token": end}
    (folder / "tokenizer_config.json").write_text(json.dumps(typed | facts))


def _added(content: str) -> dict[str, Any]:
    return {"content": content, "lstrip": False, "normalized": True, "rstrip": False, "single_word": False}


def _config(network: Any) -> str:
    config = network.config
    return config.to_json_string() if hasattr(config, "to_json_string") else json.dumps(dict(config))
