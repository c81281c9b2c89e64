"""A small convolutional classifier of scenes: the judge of reconstructions, as AlexNet is at full size.

It shares neither weights nor objective with the CLIP or the autoencoder of the model set.
"""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn import functional

from cortex2image.models.training import Loss, Schedule

BATCH = 64
IMAGE_SIZE = 64
CATEGORY_WEIGHT = 4.0


class JudgeCNN(nn.Module):
    """Convolutional network with read-outs at three depths.

    Parameters
    ----------
    settings, categories : sequence of str
        Names of the logits, in order.
    image_size : int
        Side in pixels that pictures are resized to.
    """

    def __init__(self, settings: Sequence[str], categories: Sequence[str], image_size: int = IMAGE_SIZE):
        super().__init__()
        self.settings, self.categories = tuple(settings), tuple(categories)
        self.image_size = image_size
        self.early = nn.Sequential(_block(3, 24, 5, 2), _block(24, 32, 3, 1), _block(32, 48, 3, 2))
        self.middle = nn.Sequential(_block(48, 64, 3, 1), _block(64, 96, 3, 2))
        self.pooled = nn.Sequential(_block(96, 64, 3, 1), nn.AvgPool2d(2), nn.Flatten())
        self.late = nn.Sequential(nn.Linear(64 * 16, 96), nn.ReLU())
        self.setting = nn.Linear(96, len(settings))
        self.category = nn.Linear(96, len(categories))

    def forward(self, images: torch.Tensor) -> dict[str, torch.Tensor]:
        """Return features and logits of pictures (n, 3, h, w) in [0, 1]; other sizes are resized.

        Returns
        -------
        dict
            ``early`` (n, 12288), ``middle`` (n, 6144) and ``late`` (n, 96) features, ``setting`` logits of
            one choice (softmax) and ``category`` logits of several (sigmoid each).
        """
        size = (self.image_size, self.image_size)
        if images.shape[-2:] != size:
            images = functional.interpolate(
                images, size, mode="bilinear", antialias=True, align_corners=False
            )
        early = self.early(images - 0.5)
        middle = self.middle(early)
        late = self.late(self.pooled(middle))
        return {
            "early": early.flatten(1),
            "middle": middle.flatten(1),
            "late": late,
            "setting": self.setting(late),
            "category": self.category(late),
        }

    def save(self, folder: str | Path) -> None:
        """Write ``config.json`` and ``model.safetensors``."""
        from safetensors.torch import save_file

        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        config = {"settings": self.settings, "categories": self.categories, "image_size": self.image_size}
        (folder / "config.json").write_text(json.dumps(config, indent=2) + "\n")
        save_file(self.state_dict(), folder / "model.safetensors")

    @classmethod
    def load(cls, folder: str | Path) -> "JudgeCNN":
        """Read what :meth:`save` wrote, in evaluation mode and single precision."""
        from safetensors.torch import load_file

        network = cls(**json.loads((Path(folder) / "config.json").read_text()))
        network.load_state_dict(load_file(Path(folder) / "model.safetensors"))
        return network.float().eval()


def schedule(steps: int) -> Schedule:
    return Schedule(steps=steps, rate=2e-3, weight_decay=0.02, ema=0.995)


def judge_loss(
    network: JudgeCNN, images: NDArray[np.uint8], settings: NDArray[np.int64], categories: NDArray[np.float32]
) -> Loss:
    """Return the loss of one step: cross-entropy of the setting, binary cross-entropy of each category."""

    def loss(rng: np.random.Generator, share: float) -> torch.Tensor:
        rows = rng.integers(0, len(images), BATCH)
        judged = network(disturbed(images[rows], rng))
        setting, category = torch.from_numpy(settings[rows]), torch.from_numpy(categories[rows])
        present = functional.binary_cross_entropy_with_logits(judged["category"], category)
        return functional.cross_entropy(judged["setting"], setting) + CATEGORY_WEIGHT * present

    return loss


def disturbed(images: NDArray[np.uint8], rng: np.random.Generator) -> torch.Tensor:
    """Return pictures (n, h, w, 3) as (n, 3, h, w) in [0, 1], shifted, dimmed and noised at random."""
    shift = rng.integers(-3, 4, 2)
    moved = np.roll(images, tuple(shift), axis=(1, 2)).transpose(0, 3, 1, 2).astype(np.float32) / 255
    gain = rng.uniform(0.8, 1.2, (len(images), 1, 1, 1))
    grain = rng.uniform(0, 0.06, (len(images), 1, 1, 1)) * rng.standard_normal(moved.shape, dtype=np.float32)
    return torch.from_numpy(np.clip(moved * gain + grain, 0, 1).astype(np.float32))


def _block(channels: int, width: int, kernel: int, stride: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(channels, width, kernel, stride, padding=kernel // 2, bias=False),
        nn.BatchNorm2d(width),
        nn.ReLU(),
    )
