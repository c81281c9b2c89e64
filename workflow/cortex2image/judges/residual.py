"""A small residual classifier of scenes: a second judge of reconstructions, as Inception is at full size."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import nn
from torch.nn import functional

from cortex2image.judges.network import CATEGORY_WEIGHT, IMAGE_SIZE, JudgeNetwork
from cortex2image.networks.compat import ensure_torchvision
from cortex2image.scenes.labels import Attributes

STEM = 24
WIDTHS = (32, 64, 96)
COLOUR_WEIGHT = 2.0


class JudgeResidual(JudgeNetwork):
    """Residual network (He et al. 2016) whose features are averaged over the whole picture.

    It differs from :class:`cortex2image.judges.cnn.JudgeCNN` in its shortcuts, in that its features do
    not know where in the picture something is, and in its task, to which the colours of the objects belong.

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
        """Return the arguments that make this network again."""
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
        """Return the cross-entropy of the setting and the binary ones of each category and colour."""
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
    ensure_torchvision()
    from transformers import ResNetConfig, ResNetModel

    depths = [1] * len(WIDTHS)
    config = ResNetConfig(embedding_size=STEM, hidden_sizes=list(WIDTHS), depths=depths, layer_type="basic")
    return ResNetModel(config)
