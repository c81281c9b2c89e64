"""Pictures as judges of photographs take them."""

import numpy as np
import torch
from PIL import Image
from torch.nn import functional

from cortex2image.networks.judge_specs import Preparation
from cortex2image.networks.pixels import to_tensor

FILTERS = {"bilinear": Image.Resampling.BILINEAR, "bicubic": Image.Resampling.BICUBIC}


def prepared(images: np.ndarray, preparation: Preparation, device: torch.device) -> torch.Tensor:
    """Resize and normalise pictures.

    Parameters
    ----------
    images : uint8 (n, side, side, 3)
    preparation : Preparation
    device : torch.device

    Returns
    -------
    float32 tensor (n, 3, size, size) on the device
    """
    if preparation.antialias:
        pixels = to_tensor(np.stack([_by_pil(image, preparation) for image in images])).to(device)
    else:
        pixels = _by_torch(to_tensor(images).to(device), preparation)
    mean, deviation = (
        torch.tensor(values, device=device).view(1, 3, 1, 1)
        for values in (preparation.mean, preparation.deviation)
    )
    return (pixels - mean) / deviation


def _by_pil(image: np.ndarray, preparation: Preparation) -> np.ndarray:
    picture = Image.fromarray(image)
    for size in preparation.sizes:
        picture = picture.resize((size, size), FILTERS[preparation.interpolation])
    return np.asarray(picture)


def _by_torch(pixels: torch.Tensor, preparation: Preparation) -> torch.Tensor:
    for size in preparation.sizes:
        pixels = functional.interpolate(
            pixels, (size, size), mode=preparation.interpolation, align_corners=False, antialias=False
        )
    return pixels
