"""Rendered scenes for scoring the miniature: pictures, captions, contents as numbers, coarse pictures."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cortex2image.scenes.captions import captions, category_captions
from cortex2image.scenes.render import render
from cortex2image.scenes.sampling import recast
from cortex2image.scenes.scene import Scene
from cortex2image.scenes.vocabulary import CATEGORIES, SETTINGS

PLAIN = "studio"
"""Setting with a plain background."""
COARSE = 8
"""Side of a coarse picture in pixels."""


@dataclass(frozen=True)
class Examples:
    """Scenes with equal numbers of objects; all attributes are in the same order.

    Attributes
    ----------
    pictures : (n, h, w, 3) uint8
    captions : list of list of str
        Captions of each scene, the same number for all scenes.
    settings : (n,) int
        Index of the setting of each scene among the logits of a judge.
    categories : (n, objects) int
        Index of the category of each object.
    """

    pictures: NDArray[np.uint8]
    captions: list[list[str]]
    settings: NDArray[np.int64]
    categories: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.captions)

    def first(self, number: int) -> "Examples":
        """Return the first `number` scenes, or all scenes if there are fewer."""
        rows = slice(number)
        return Examples(self.pictures[rows], self.captions[rows], self.settings[rows], self.categories[rows])


def rendered(scenes: list[Scene]) -> NDArray[np.uint8]:
    """Render scenes as pictures, (n, h, w, 3) uint8."""
    return np.stack([render(scene) for scene in scenes])


def examples_of(scenes: list[Scene]) -> Examples:
    """Return scenes with equal numbers of objects as examples."""
    settings = [SETTINGS.index(scene.setting) for scene in scenes]
    categories = [[CATEGORIES.index(item.category) for item in scene.objects] for scene in scenes]
    texts = [captions(scene) for scene in scenes]
    return Examples(rendered(scenes), texts, np.array(settings), np.array(categories))


def bare_categories(layouts: list[Scene]) -> Examples:
    """Return examples of all categories in turn, on a plain background, captioned by category alone.

    Size, position and colour of each object are those of the scene of one object in `layouts`.
    """
    names = [CATEGORIES[number % len(CATEGORIES)] for number in range(len(layouts))]
    plain = [
        recast(layout, (PLAIN, ((name, layout.objects[0].colour),)))
        for layout, name in zip(layouts, names, strict=True)
    ]
    return replace(examples_of(plain), captions=[category_captions(name) for name in names])


def coarsened(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return a picture (h, w, 3) shrunk to the means of 8 x 8 cells and enlarged again (bicubic)."""
    small = Image.fromarray(image).resize((COARSE, COARSE), Image.Resampling.BOX)
    height, width = image.shape[:2]
    return np.asarray(small.resize((width, height), Image.Resampling.BICUBIC))
