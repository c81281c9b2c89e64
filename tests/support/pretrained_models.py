"""Judges of photographs with made-up weights, in a model set and as their authors would publish them."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import save_file
from tests.support.tiny_models import save_tokenizer, tiny_description, tower, write_sums

from cortex2image.judges.pretrained_networks import architecture
from cortex2image.networks.compat import ensure_torchvision
from cortex2image.networks.judge_specs import PRETRAINED_JUDGES, Kind
from cortex2image.networks.origins import LPIPS_FOLDER, PRETRAINED_WEIGHTS
from cortex2image.networks.registry import ModelSet

CLIP_LAYERS = 12


def write_pretrained_set(folder: Path) -> ModelSet:
    """Write a model set with every judge of photographs; its CLIP is narrow, all others have full size."""
    for origin in PRETRAINED_WEIGHTS:
        path = folder / origin.path
        path.parent.mkdir(parents=True)
        save_file(made_up_weights(architecture(origin.name).state_dict(), training(path.parent.name)), path)
    save_tokenizer(folder / "tokenizer")
    save_narrow_clip(folder / "clip")
    write_sums(folder)
    judges = tuple(replace(spec, tower=()) for spec in PRETRAINED_JUDGES)
    return tiny_description(folder, name="photos", judges=judges, lpips=LPIPS_FOLDER)


def training(folder: str) -> int:
    """Return the seed of the weights in the folder of a network: EfficientNet's two trainings differ."""
    return 1 if folder.endswith("_v1") else 0


def published_weights(kind: Kind, seed: int = 0) -> dict[str, torch.Tensor]:
    """Return the same made-up weights by the tensor names of the published file."""
    weights = made_up_weights(architecture(kind).state_dict(), seed)
    if kind != "swav_resnet50":
        return weights
    heads = {"projection_head.0.weight": torch.ones(2, 2), "prototypes.weight": torch.ones(3, 2)}
    return {f"module.{name}": tensor for name, tensor in (weights | heads).items()}


def made_up_weights(template: dict[str, torch.Tensor], seed: int = 0) -> dict[str, torch.Tensor]:
    """Return seeded weights of the shapes of a network, scaled so that signals keep their size."""
    rng = np.random.default_rng(seed)
    return {name: _made_up(name, tuple(tensor.shape), rng) for name, tensor in template.items()}


def _made_up(name: str, shape: tuple[int, ...], rng: np.random.Generator) -> torch.Tensor:
    if not shape:
        return torch.zeros((), dtype=torch.long)
    if len(shape) == 1:
        middle = 1.0 if name.endswith(("running_var", "weight")) else 0.0
        return torch.from_numpy(rng.uniform(middle - 0.3, middle + 0.3, shape).astype(np.float32))
    # Drawn once and repeated: the widest layer of AlexNet has 38 million weights.
    drawn = rng.standard_normal(100_003, dtype=np.float32) * np.float32((2 / np.prod(shape[1:])) ** 0.5)
    return torch.from_numpy(np.resize(drawn, shape))


def save_narrow_clip(folder: Path) -> None:
    """Save a CLIP of 224-pixel pictures, as deep as the deepest layer that is read out."""
    ensure_torchvision()
    from transformers import CLIPConfig, CLIPModel

    torch.manual_seed(0)
    sizes: dict[str, Any] = {"hidden_size": 16, "intermediate_size": 16, "num_attention_heads": 2}
    vision = {"image_size": 224, "patch_size": 32, "projection_dim": 12, "num_hidden_layers": CLIP_LAYERS}
    config = CLIPConfig(text_config=tower(58), vision_config=sizes | vision, projection_dim=12)
    CLIPModel(config).save_pretrained(folder)


def save_full_clip(folder: Path, vocabulary: int) -> None:
    """Save a CLIP of the sizes of ViT-L/14, its text tower made shallow, in half precision: 650 MB."""
    ensure_torchvision()
    from transformers import CLIPConfig, CLIPModel

    torch.manual_seed(0)
    sizes: dict[str, Any] = {"hidden_size": 1024, "intermediate_size": 4096, "num_attention_heads": 16}
    vision = {"image_size": 224, "patch_size": 14, "projection_dim": 768, "num_hidden_layers": 24}
    config = CLIPConfig(text_config=tower(vocabulary), vision_config=sizes | vision, projection_dim=768)
    CLIPModel(config).to(torch.bfloat16).save_pretrained(folder)
