"""Rendered scenes as the scoring of the miniature looks at them: pictures, captions, and what is in them."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from cortex2image.miniature.examples import Examples
from cortex2image.scenes.captions import captions, category_captions
from cortex2image.scenes.render import render
from cortex2image.scenes.scene import Scene
from cortex2image.scenes.variations import recast
from cortex2image.scenes.vocabulary import CATEGORIES, SETTINGS

PLAIN = "studio"
"""The setting of bare categories: a plain background."""


def rendered(scenes: list[Scene]) -> NDArray[np.uint8]:
    """Return the pictures of scenes, (n, h, w, 3) uint8."""
    return np.stack([render(scene) for scene in scenes])


def examples_of(scenes: list[Scene]) -> Examples:
    """Return scenes of the same number of objects with what scoring needs of them."""
    settings = [SETTINGS.index(scene.setting) for scene in scenes]
    categories = [[CATEGORIES.index(item.category) for item in scene.objects] for scene in scenes]
    texts = [captions(scene) for scene in scenes]
    return Examples(rendered(scenes), texts, np.array(settings), np.array(categories))


def bare_categories(layouts: list[Scene]) -> Examples:
    """Return categories in turn, in the layouts of given scenes of one object before a plain background, with
    the captions of a data set that knows nothing but the category."""
    names = [CATEGORIES[number % len(CATEGORIES)] for number in range(len(layouts))]
    plain = [
        recast(layout, (PLAIN, ((name, layout.objects[0].colour),)))
        for layout, name in zip(layouts, names, strict=True)
    ]
    return replace(examples_of(plain), captions=[category_captions(name) for name in names])
