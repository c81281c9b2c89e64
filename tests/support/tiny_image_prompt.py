"""A tiny model set with an image prompt: a CLIP of pictures and an IP-Adapter of random weights."""

from dataclasses import replace
from pathlib import Path
from typing import Any

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
TOWER = {"hidden_size": WIDTH, "intermediate_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2}


def write_prompted_set(folder: Path) -> ModelSet:
    """Write a tiny set with the part `image_prompt` and return its description."""
    known = replace(write_tiny_model_set(folder, judges=False), part_widths={"image_prompt": EMBEDDING})
    write_image_prompt(known, load_diffusion(known, "cpu").unet, image_size=SIZE, patch_size=4)
    write_sums(folder)
    return known


def write_image_prompt(known: ModelSet, unet: Any, **pictures: int) -> None:
    """Write a thin CLIP for pictures of some size and an adapter for a U-Net into the folder of a set."""
    ensure_torchvision()
    from transformers import CLIPVisionConfig, CLIPVisionModelWithProjection

    torch.manual_seed(1)
    width = known.part_widths["image_prompt"]
    config = CLIPVisionConfig(projection_dim=width, **TOWER, **pictures)
    CLIPVisionModelWithProjection(config).save_pretrained(known.folder / IMAGE_ENCODER)
    generator = torch.Generator().manual_seed(2)
    shapes = {name: value.shape for name, value in adapter_shapes(unet, width).items()}
    weights = {name: torch.randn(shape, generator=generator) for name, shape in shapes.items()}
    save_file(weights, known.folder / ADAPTER_WEIGHTS, {"format": "pt"})
