"""The classifiers of scenes that judge the reconstructions of the miniature: convolutional and residual."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import nn
from torch.nn import functional

from cortex2image.judges.network import CATEGORY_WEIGHT, IMAGE_SIZE, JudgeNetwork
from cortex2image.networks.compat import spared
from cortex2image.scenes.labels import Attributes

STEM = 24
WIDTHS = (32, 64, 96)
COLOUR_WEIGHT = 2.0


class JudgeCNN(JudgeNetwork):
    """Convolutional network with read-outs at three depths; it stands for AlexNet.

    Parameters
    ----------
    settings, categories : sequence of str
        Names of the logits, in order.
    image_size : int
        Side in pixels that pictures are resized to.
    """

    label = "judge"  # not "convolutional judge": the seeds, and so the shipped weights, depend on it

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


class JudgeResidual(JudgeNetwork):
    """Residual network (He et al. 2016) whose features are averaged over the whole picture; Inception's part.

    It differs from :class:`JudgeCNN` in its shortcuts, in that its features do not tell where in the picture
    something is, and in its task, which includes the colours of the objects.

    Parameters
    ----------
    settings, categories, colours : sequence of str
        Names of the logits, in order.
    image_size : int
        Side in pixels that pictures are resized to.
    """

    label = "residual judge"
    vocabularies = ("settings", "categories", "colours")

    def __init__(
        self,
        settings: Sequence[str],
        categories: Sequence[str],
        colours: Sequence[str],
        image_size: int = IMAGE_SIZE,
    ):
        super().__init__(settings, categories, image_size)
        self.colours = tuple(colours)
        self.trunk = _trunk()
        self.setting = nn.Linear(WIDTHS[-1], len(settings))
        self.category = nn.Linear(WIDTHS[-1], len(categories))
        self.colour = nn.Linear(WIDTHS[-1], len(colours))

    def config(self) -> dict[str, Any]:
        """Return the arguments of the constructor that made this network."""
        return super().config() | {"colours": self.colours}

    def forward(self, images: torch.Tensor) -> dict[str, torch.Tensor]:
        """Return features and logits of pictures (n, 3, h, w) in [0, 1]; other sizes are resized.

        Returns
        -------
        dict
            ``pooled`` (n, 96) features, ``setting`` logits of one choice (softmax), ``category`` and
            ``colour`` logits of several (sigmoid each).
        """
        pooled = self.trunk(self.resized(images) - 0.5).pooler_output.flatten(1)
        return {
            "pooled": pooled,
            "setting": self.setting(pooled),
            "category": self.category(pooled),
            "colour": self.colour(pooled),
        }

    def loss(self, judged: dict[str, torch.Tensor], truth: Attributes) -> torch.Tensor:
        """Return the cross-entropy of the setting plus binary cross-entropies of categories and colours."""
        setting, category, colour = (
            torch.from_numpy(values).to(judged["setting"].device) for values in truth
        )
        binary = functional.binary_cross_entropy_with_logits
        return (
            functional.cross_entropy(judged["setting"], setting)
            + CATEGORY_WEIGHT * binary(judged["category"], category)
            + COLOUR_WEIGHT * binary(judged["colour"], colour)
        )


def _trunk() -> Any:
    with spared():
        from transformers import ResNetConfig, ResNetModel

    depths = [1] * len(WIDTHS)
    config = ResNetConfig(embedding_size=STEM, hidden_sizes=list(WIDTHS), depths=depths, layer_type="basic")
    return ResNetModel(config)


ARCHITECTURES: dict[str, type[JudgeNetwork]] = {"cnn": JudgeCNN, "residual": JudgeResidual}
"""Architecture by the name under which it is trained and registered."""
