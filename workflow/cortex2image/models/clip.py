"""The CLIP of the miniature: its shape and its contrastive loss."""

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn import functional

from cortex2image.models.compat import ensure_torchvision
from cortex2image.models.scene_labels import colours_present, present
from cortex2image.models.tokenizer import LENGTH, build_tokenizer
from cortex2image.models.training import Loss, Schedule
from cortex2image.scenes.vocabulary import CATEGORIES, COLOURS, SETTINGS

BATCH = 128
AUXILIARY_WEIGHT, AUXILIARY_UNTIL = 8.0, 0.6
MEAN, DEVIATION = (0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711)
"""Pixel normalisation of Radford et al. (2021), as in the preprocessor of every CLIP."""


def build_clip() -> Any:
    """Return a ``transformers.CLIPModel``: two towers of 3 layers of width 128, projected to 96."""
    ensure_torchvision()
    from transformers import CLIPConfig, CLIPModel

    tokenizer = build_tokenizer()
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
    return Schedule(steps=steps, rate=1e-3, betas=(0.9, 0.98), weight_decay=0.05, ema=0.995)


class AttributeHead(nn.Module):
    """Linear read-outs of setting, categories and colours from the image embedding, thrown away after training.

    They give the vision tower a gradient from the first step, long before the contrastive loss tells
    scenes apart.
    """

    def __init__(self, width: int):
        super().__init__()
        self.setting = nn.Linear(width, len(SETTINGS))
        self.category = nn.Linear(width, len(CATEGORIES))
        self.colour = nn.Linear(width, len(COLOURS))

    def loss(self, states: torch.Tensor, labels: NDArray[np.int8]) -> torch.Tensor:
        settings = torch.from_numpy(labels[:, 0].astype(np.int64))
        return (
            functional.cross_entropy(self.setting(states), settings) * 0.2
            + functional.binary_cross_entropy_with_logits(
                self.category(states), torch.from_numpy(present(labels))
            )
            + functional.binary_cross_entropy_with_logits(
                self.colour(states), torch.from_numpy(colours_present(labels))
            )
        )


class ClipTraining(nn.Module):
    """CLIP with the auxiliary heads, as one thing to optimise."""

    def __init__(self) -> None:
        super().__init__()
        self.clip = build_clip()
        self.heads = AttributeHead(self.clip.config.vision_config.hidden_size)

    def loss_on(self, images: NDArray[np.uint8], tokens: NDArray[np.int16], labels: NDArray[np.int8]) -> Loss:
        """Return the loss of one step: symmetric InfoNCE (Radford et al. 2021) plus fading attribute losses."""

        def loss(rng: np.random.Generator, share: float) -> torch.Tensor:
            rows = rng.integers(0, len(images), BATCH)
            pictures = augment(images[rows], rng)
            texts = torch.from_numpy(tokens[rows, rng.integers(0, tokens.shape[1], BATCH)].astype(np.int64))
            seen = self.clip.vision_model(pixel_values=pictures).pooler_output
            read = self.clip.text_model(input_ids=texts).pooler_output
            similarity = self._similarity(seen, read)
            target = torch.arange(BATCH)
            contrast = functional.cross_entropy(similarity, target) + functional.cross_entropy(
                similarity.T, target
            )
            weight = AUXILIARY_WEIGHT * max(0.0, 1 - share / AUXILIARY_UNTIL)
            return contrast / 2 + weight * self.heads.loss(seen.float(), labels[rows])

        return loss

    def _similarity(self, seen: torch.Tensor, read: torch.Tensor) -> torch.Tensor:
        pictures = functional.normalize(self.clip.visual_projection(seen).float(), dim=-1)
        texts = functional.normalize(self.clip.text_projection(read).float(), dim=-1)
        return self.clip.logit_scale.clamp(max=np.log(100)).exp() * pictures @ texts.T


def augment(images: NDArray[np.uint8], rng: np.random.Generator) -> torch.Tensor:
    """Return normalised pixel values of pictures, shifted, tinted and now and then blurred at random.

    Reconstructions from brain activity are blurred and off in colour; a judge should not mind much.
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
    """Return pictures (n, 3, h, w) in [0, 1] in the range the vision tower was trained on."""
    mean = torch.tensor(MEAN).view(1, 3, 1, 1)
    return (pixels - mean) / torch.tensor(DEVIATION).view(1, 3, 1, 1)
