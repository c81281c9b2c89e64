"""Pictures as uint8 arrays and as tensors; the one place where they are resized."""

import numpy as np
import torch
from PIL import Image


def square(image: np.ndarray, size: int) -> np.ndarray:
    """Return one picture as (size, size, 3): the largest central square, resized with antialiasing.

    Parameters
    ----------
    image : uint8 (H, W, 3)
    size : int
        Side in pixels. Lanczos, whose support grows with the reduction, so that shrinking does not alias;
        a picture that has the size already is returned as it is.
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


def to_tensor(images: np.ndarray) -> torch.Tensor:
    """Turn uint8 (n, H, W, 3) into float32 (n, 3, H, W) in [0, 1]."""
    return torch.from_numpy(np.ascontiguousarray(images)).permute(0, 3, 1, 2).float() / 255


def to_uint8(pictures: torch.Tensor) -> np.ndarray:
    """Turn (n, 3, H, W), values in [0, 1] after clamping, into uint8 (n, H, W, 3), rounded to nearest."""
    rounded = (pictures.float().clamp(0, 1) * 255).round().to(torch.uint8)
    return rounded.permute(0, 2, 3, 1).cpu().numpy()
