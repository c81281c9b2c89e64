"""A picture rendered by code, the same on every machine: what features of a network are compared by."""

import numpy as np

HEIGHT, WIDTH = 320, 480


def reference_picture() -> np.ndarray:
    """Return the picture, uint8 (320, 480, 3).

    Red is a gradient from left to right, green one from top to bottom. Blue are rings that get narrower from
    the upper left corner on, up to the finest that pixels can show: what they become in a smaller picture
    tells one filter from another. It is no square, so that it also tells how pictures are cut. Only whole
    numbers enter, so that no rounding can differ.
    """
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    rings = (x * x + y * y) // 9 % 256
    return np.stack([x * 255 // (WIDTH - 1), y * 255 // (HEIGHT - 1), rings], axis=2).astype(np.uint8)
