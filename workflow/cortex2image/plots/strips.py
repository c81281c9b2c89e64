"""Strips of square tiles as one picture."""

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageOps

from cortex2image.plots.gallery import LANCZOS, Picture

PAPER = "#808080"


def tile(picture: Picture, side: int) -> Image.Image:
    """Return the largest central square of a picture (H, W, 3) uint8, resized to `side` pixels."""
    image = Image.fromarray(picture)
    return image if image.size == (side, side) else ImageOps.fit(image, (side, side), LANCZOS)


def strip(pictures: Sequence[Picture], side: int, across: int) -> Image.Image:
    """Lay pictures out as square tiles without gaps, line by line.

    Parameters
    ----------
    pictures : sequence of (H, W, 3) uint8
        Of other pictures than square ones, the central square is shown.
    side : int
        Side of a tile in pixels.
    across : int
        Number of tiles on a line.
    """
    lines = -(-len(pictures) // across)
    laid = Image.new("RGB", (side * across, side * lines), PAPER)
    for place, picture in enumerate(pictures):
        line, column = divmod(place, across)
        laid.paste(tile(picture, side), (column * side, line * side))
    return laid


def tile_side(picture: Picture, largest: int) -> int:
    """Return the side of tiles of such a picture: at most `largest`, and never more than the picture has."""
    return int(min(largest, *np.shape(picture)[:2]))
