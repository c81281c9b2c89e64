"""The CLIP of the miniature: architecture, losses and augmentation."""

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn import functional

from cortex2image.device import device_of
from cortex2image.miniature.tokenizer import LENGTH
from cortex2image.miniature.training import Schedule
from cortex2image.networks.compat import ensure_torchvision
from cortex2image.scenes.labels import Attributes

BATCH = 128
AUXILIARY_WEIGHT, AUXILIARY_UNTIL = 8.0, 0.6
MEAN = (0.48145466, 0.4578275, 0.40821073)
DEVIATION = (0.26862954, 0.26130258, 0.27577711)
"""Pixel normalisation of Radford et al. (2021), as in the preprocessor of every CLIP."""


def build_clip(tokenizer: Any) -> Any:
    """Return a ``transformers.CLIPModel`` for a tokenizer: two towers of 3 layers and width 128."""
    ensure_torchvision()
    from transformers import CLIPConfig, CLIPModel

    tower = {"hidden_size": 128, "num_hidden_layers": 3, "num_attention_heads": 4, "intermediate_size": 384}
    text = tower | {
        "vocab_size": len(tokenizer),
        "max_position_embeddings": LENGTH,
        "bos_token_id": tokenizer.bos_token_id,
        "eos_token_id": tokenizer.eos_token_id,
        "pad_token_id": tokenizer.pad_token_id,
        "projection_dim": 96,
    }
    vision = tower | {"image_size": 64, "patch_size": 8, "projection_dim": 96}
    config = CLIPConfig(text_config=text, vision_config=vision, projection_dim=96)
    config._attn_implementation = "eager"  # its backward pass is twice as fast as the fused one on CPUs
    return CLIPModel(config)


def schedule(steps: int) -> Schedule:
    """Return the training schedule of CLIP."""
    return Schedule(steps=steps, rate=1e-3, betas=(0.9, 0.98), weight_decay=0.05, ema=0.995)


class AttributeHead(nn.Module):
    """Linear read-outs of setting, categories and colours from image states, used during training only.

    They give the vision tower a useful gradient from the first step, long before the contrastive loss
    distinguishes scenes.
    """

    def __init__(self, width: int, attributes: Attributes):
        super().__init__()
        self.setting = nn.Linear(width, int(attributes.setting.max()) + 1)
        self.category = nn.Linear(width, attributes.category.shape[1])
        self.colour = nn.Linear(width, attributes.colour.shape[1])

    def loss(self, states: torch.Tensor, attributes: Attributes) -> torch.Tensor:
        """Return the cross-entropies of setting, categories and colours, weighted 0.2 : 1 : 1."""
        setting, category, colour = (torch.from_numpy(values).to(states.device) for values in attributes)
        return (
            0.2 * functional.cross_entropy(self.setting(states), setting)
            + functional.binary_cross_entropy_with_logits(self.category(states), category)
            + functional.binary_cross_entropy_with_logits(self.colour(states), colour)
        )


class ClipTraining(nn.Module):
    """CLIP and its attribute heads as one module to optimise.

    Parameters
    ----------
    clip : transformers.CLIPModel
    images : (n, 64, 64, 3) uint8
    tokens : (n, captions, length) int16
    attributes : Attributes
    """

    def __init__(
        self, clip: Any, images: NDArray[np.uint8], tokens: NDArray[np.int16], attributes: Attributes
    ):
        super().__init__()
        self.clip = clip
        self.heads = AttributeHead(clip.config.vision_config.hidden_size, attributes)
        self.images, self.tokens, self.attributes = images, tokens, attributes

    def loss(self, rng: np.random.Generator, share: float) -> torch.Tensor:
        """Return the loss of one step: InfoNCE (Radford et al. 2021) plus attribute losses that fade out."""
        rows = rng.integers(0, len(self.images), BATCH)
        device = device_of(self.clip)
        pictures = augment(self.images[rows], rng).to(device)
        texts = self.tokens[rows, rng.integers(0, self.tokens.shape[1], BATCH)].astype(np.int64)
        seen = self.clip.vision_model(pixel_values=pictures).pooler_output
        read = self.clip.text_model(input_ids=torch.from_numpy(texts).to(device)).pooler_output
        weight = AUXILIARY_WEIGHT * max(0.0, 1 - share / AUXILIARY_UNTIL)
        attributes = self.heads.loss(seen.float(), self.attributes.take(rows))
        return self._contrast(seen, read) + weight * attributes

    def _contrast(self, seen: torch.Tensor, read: torch.Tensor) -> torch.Tensor:
        """Return InfoNCE, averaged over image to text and text to image."""
        similarity = self._similarity(seen, read)
        target = torch.arange(len(seen), device=similarity.device)
        image_to_text = functional.cross_entropy(similarity, target)
        text_to_image = functional.cross_entropy(similarity.T, target)
        return (image_to_text + text_to_image) / 2

    def _similarity(self, seen: torch.Tensor, read: torch.Tensor) -> torch.Tensor:
        pictures = functional.normalize(self.clip.visual_projection(seen).float(), dim=-1)
        texts = functional.normalize(self.clip.text_projection(read).float(), dim=-1)
        similarity: torch.Tensor = self.clip.logit_scale.clamp(max=np.log(100)).exp() * pictures @ texts.T
        return similarity


def augment(images: NDArray[np.uint8], rng: np.random.Generator) -> torch.Tensor:
    """Return normalised pixel values of pictures, randomly shifted, tinted and sometimes blurred.

    Reconstructions from brain activity are blurred and have shifted colours; CLIP should tolerate both.
    """
    count, shift = len(images), 3
    padded = np.pad(images, ((0, 0), (shift, shift), (shift, shift), (0, 0)), mode="edge")
    offsets = rng.integers(0, 2 * shift + 1, (count, 2))
    moved = np.stack(
        [picture[y : y + 64, x : x + 64] for picture, (y, x) in zip(padded, offsets, strict=True)]
    )
    pixels = torch.from_numpy(moved).permute(0, 3, 1, 2).float() / 255
    gains = rng.uniform(0.85, 1.15, (count, 1, 1, 1)) * rng.uniform(0.93, 1.07, (count, 3, 1, 1))
    pixels = (pixels * torch.from_numpy(gains.astype(np.float32))).clamp(0, 1)
    blurred = functional.avg_pool2d(functional.pad(pixels, (1, 1, 1, 1), mode="replicate"), 3, stride=1)
    chosen = torch.from_numpy(rng.random((count, 1, 1, 1)) < 0.2)
    return normalise(torch.where(chosen, blurred, pixels))


def normalise(pixels: torch.Tensor) -> torch.Tensor:
    """Return pictures, (n, 3, h, w) in [0, 1], normalised for the vision tower."""
    mean = torch.tensor(MEAN).view(1, 3, 1, 1)
    return (pixels - mean) / torch.tensor(DEVIATION).view(1, 3, 1, 1)
