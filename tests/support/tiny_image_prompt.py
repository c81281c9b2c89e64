"""A tiny model set with an image prompt: a CLIP of pictures and an IP-Adapter of random weights."""

from dataclasses import replace
from pathlib import Path

import torch
from safetensors.torch import save_file
from tests.support.tiny_models import SIZE, WIDTH, write_sums, write_tiny_model_set

from cortex2image.networks.compat import ensure_torchvision
from cortex2image.networks.load import load_diffusion
from cortex2image.networks.origins import ADAPTER_WEIGHTS, IMAGE_ENCODER
from cortex2image.networks.registry import ModelSet
from cortex2image.reconstruction.image_prompt import adapter_shapes

EMBEDDING = 20
"""More than the 16 values of a text state, so that an embedding fills more than one of its rows."""


def write_prompted_set(folder: Path) -> ModelSet:
    """Write a tiny set with the part `image_prompt` and return its description."""
    ensure_torchvision()
    from transformers import CLIPVisionConfig, CLIPVisionModelWithProjection

    known = replace(write_tiny_model_set(folder, judges=False), part_widths={"image_prompt": EMBEDDING})
    weights = adapter_weights(known)
    torch.manual_seed(1)
    tower = {"hidden_size": WIDTH, "intermediate_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2}
    config = CLIPVisionConfig(image_size=SIZE, patch_size=4, projection_dim=EMBEDDING, **tower)
    CLIPVisionModelWithProjection(config).save_pretrained(folder / IMAGE_ENCODER)
    save_file(weights, folder / ADAPTER_WEIGHTS, {"format": "pt"})
    write_sums(folder)
    return known


def adapter_weights(known: ModelSet) -> dict[str, torch.Tensor]:
    """Return random weights of an adapter for the U-Net of a set."""
    shapes = adapter_shapes(load_diffusion(known, "cpu").unet, known.part_widths["image_prompt"])
    generator = torch.Generator().manual_seed(2)
    return {name: torch.randn(value.shape, generator=generator) for name, value in shapes.items()}
