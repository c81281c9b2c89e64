"""What the classifiers of scenes have in common: features and logits, and the files of a trained network.

The classifiers share neither weights nor objective with the CLIP or the autoencoder of the miniature.
"""

import json
import textwrap
from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar, Self

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import nn
from torch.nn import functional

from cortex2image.errors import ModelSetError
from cortex2image.scenes.labels import Attributes

IMAGE_SIZE = 64
CATEGORY_WEIGHT = 4.0
CONFIG, WEIGHTS = "config.json", "model.safetensors"


class JudgeNetwork(nn.Module, ABC):
    """A classifier of scenes.

    Parameters
    ----------
    settings, categories : sequence of str
        Names of the logits, in order.
    image_size : int
        Side in pixels that pictures are resized to.

    Attributes
    ----------
    label : str
        Name of the training, in its seeds and its progress.
    vocabularies : tuple of str
        The arguments of the constructor that name the logits.
    """

    label: ClassVar[str]
    vocabularies: ClassVar[tuple[str, ...]] = ("settings", "categories")

    def __init__(self, settings: Sequence[str], categories: Sequence[str], image_size: int):
        super().__init__()
        self.settings, self.categories = tuple(settings), tuple(categories)
        self.image_size = image_size

    @abstractmethod
    def forward(self, images: torch.Tensor) -> dict[str, torch.Tensor]:
        """Return features and logits of pictures (n, 3, h, w) in [0, 1]; other sizes are resized."""

    @abstractmethod
    def loss(self, judged: dict[str, torch.Tensor], truth: Attributes) -> torch.Tensor:
        """Return the loss of outputs of :meth:`forward`, for scenes with the attributes `truth`."""

    def config(self) -> dict[str, Any]:
        """Return the arguments of the constructor that made this network."""
        return {"settings": self.settings, "categories": self.categories, "image_size": self.image_size}

    def resized(self, images: torch.Tensor) -> torch.Tensor:
        """Return pictures (n, 3, h, w) at the input size of this network."""
        size = (self.image_size, self.image_size)
        if images.shape[-2:] == size:
            return images
        return functional.interpolate(images, size, mode="bilinear", antialias=True, align_corners=False)

    def save(self, folder: str | Path, dtype: torch.dtype = torch.float32) -> None:
        """Write ``config.json`` and ``model.safetensors``, floating-point weights as `dtype`."""
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / CONFIG).write_text(json.dumps(self.config(), indent=2) + "\n")
        weights = {name: w.to(dtype) if w.is_floating_point() else w for name, w in self.state_dict().items()}
        save_file(weights, folder / WEIGHTS)

    @classmethod
    def load(cls, folder: str | Path) -> Self:
        """Read what :meth:`save` wrote, in evaluation mode and single precision.

        Raises
        ------
        ModelSetError
            The files are damaged, or those of another class.
        """
        folder = Path(folder)
        try:
            network = cls(**json.loads((folder / CONFIG).read_text()))
            network.load_state_dict(load_file(folder / WEIGHTS))
        except (OSError, ValueError, TypeError, RuntimeError, SafetensorError) as error:
            expected = f"{CONFIG} and {WEIGHTS} of one {cls.__name__}"
            found, fix = textwrap.shorten(str(error), 200), "restore the folder, or train the judge again"
            raise ModelSetError(folder, expected, found, fix) from error
        return network.eval()
