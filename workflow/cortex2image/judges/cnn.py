"""A small convolutional classifier of scenes: the judge of reconstructions, as AlexNet is at full size."""

from collections.abc import Sequence

import torch
from torch import nn
from torch.nn import functional

from cortex2image.judges.network import CATEGORY_WEIGHT, IMAGE_SIZE, JudgeNetwork
from cortex2image.scenes.labels import Attributes


class JudgeCNN(JudgeNetwork):
    """Convolutional network with read-outs at three depths.

    Parameters
    ----------
    settings, categories : sequence of str
        Names of the logits, in order.
    image_size : int
        Side in pixels that pictures are resized to.
    """

    label = "judge"  # not "convolutional judge": its seeds, and so the weights that are shipped, hang on it

    def __init__(self, settings: Sequence[str], categories: Sequence[str], image_size: int = IMAGE_SIZE):
        super().__init__(settings, categories, image_size)
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
        early = self.early(self.resized(images) - 0.5)
        middle = self.middle(early)
        late = self.late(self.pooled(middle))
        return {
            "early": early.flatten(1),
            "middle": middle.flatten(1),
            "late": late,
            "setting": self.setting(late),
            "category": self.category(late),
        }

    def loss(self, judged: dict[str, torch.Tensor], truth: Attributes) -> torch.Tensor:
        """Return the cross-entropy of the setting and the binary cross-entropy of each category."""
        device = judged["setting"].device
        setting, category = (torch.from_numpy(v).to(device) for v in (truth.setting, truth.category))
        present = functional.binary_cross_entropy_with_logits(judged["category"], category)
        return functional.cross_entropy(judged["setting"], setting) + CATEGORY_WEIGHT * present


def _block(channels: int, width: int, kernel: int, stride: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(channels, width, kernel, stride, padding=kernel // 2, bias=False),
        nn.BatchNorm2d(width),
        nn.ReLU(),
    )
