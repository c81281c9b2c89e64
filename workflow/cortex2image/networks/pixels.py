"""Pictures as uint8 arrays and as tensors, and their resizing."""

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

if TYPE_CHECKING:  # imported late: steps that draw figures crop pictures, too
    import torch


def square(image: np.ndarray, size: int) -> np.ndarray:
    """Return the largest central square of a picture, resized to (size, size, 3) with antialiasing.

    Parameters
    ----------
    image : uint8 (H, W, 3)
    size : int
        Side in pixels. The Lanczos filter widens with the reduction, which avoids aliasing. A square of this
        size is returned unchanged.
    """
    height, width = image.shape[:2]
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    image = image[top : top + side, left : left + side]
    if side == size:
        return image
    return np.asarray(Image.fromarray(image).resize((size, size), Image.Resampling.LANCZOS))


def squares(images: np.ndarray, size: int) -> np.ndarray:
    """Return :func:`square` of every picture: uint8 (n, H, W, 3) to (n, size, size, 3)."""
    if images.shape[1:3] == (size, size):
        return images
    return np.stack([square(image, size) for image in images])


def to_tensor(images: np.ndarray) -> "torch.Tensor":
    """Turn uint8 (n, H, W, 3) into float32 (n, 3, H, W) in [0, 1]."""
    import torch

    return torch.from_numpy(np.ascontiguousarray(images)).permute(0, 3, 1, 2).float() / 255


def to_uint8(pictures: "torch.Tensor") -> np.ndarray:
    """Clamp pictures (n, 3, H, W) to [0, 1] and round them to uint8 (n, H, W, 3)."""
    import torch

    rounded = (pictures.float().clamp(0, 1) * 255).round().to(torch.uint8)
    return rounded.permute(0, 2, 3, 1).cpu().numpy()
