"""Coarse pictures: what image-to-image starts from where a picture is known only in its outlines."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

COARSE = 8
"""Side of a coarse picture in pixels."""


def coarsened(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return a picture (h, w, 3) shrunk to the means of 8 x 8 cells and enlarged again, bicubic."""
    small = Image.fromarray(image).resize((COARSE, COARSE), Image.Resampling.BOX)
    height, width = image.shape[:2]
    return np.asarray(small.resize((width, height), Image.Resampling.BICUBIC))
