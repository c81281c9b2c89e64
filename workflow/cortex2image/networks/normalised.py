"""Pictures as networks were trained to see them: with the mean and spread of colours beside their weights."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from cortex2image.errors import ModelSetError
from cortex2image.networks.components import FIX
from cortex2image.networks.pixels import to_tensor

FILE = "preprocessor_config.json"


@dataclass(frozen=True)
class Colours:
    """Mean and standard deviation of red, green and blue, of values in [0, 1]; each of shape (3, 1, 1)."""

    mean: torch.Tensor
    deviation: torch.Tensor

    def normalised(self, images: np.ndarray) -> torch.Tensor:
        """Return pictures, uint8 (n, H, W, 3), as a float32 tensor (n, 3, H, W) of mean 0 and spread 1."""
        return (to_tensor(images) - self.mean) / self.deviation


def read_colours(folder: Path) -> Colours:
    """Return the normalisation of ``preprocessor_config.json``, a file of transformers.

    Raises
    ------
    ModelSetError
        The file is missing, or does not give three means and three deviations above 0.
    """
    path = folder / FILE
    try:
        given = json.loads(path.read_text())
        mean, deviation = (torch.tensor(given[name]).float() for name in ("image_mean", "image_std"))
    except (OSError, ValueError, KeyError, TypeError) as error:
        expected = "image_mean and image_std of three colours"
        raise ModelSetError(path, expected, f"{type(error).__name__}: {error}", FIX) from error
    if mean.shape != (3,) or deviation.shape != (3,) or not (deviation > 0).all():
        found = f"{given['image_mean']} and {given['image_std']}"
        raise ModelSetError(path, "image_mean and image_std of three colours", found, FIX)
    return Colours(mean[:, None, None], deviation[:, None, None])
