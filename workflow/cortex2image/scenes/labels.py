"""What is in a scene as numbers, for classifiers and auxiliary losses."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cortex2image.scenes.scene import Scene
from cortex2image.scenes.vocabulary import CATEGORIES, COLOURS, SETTINGS

ABSENT = -1
WIDTH = 1 + len(CATEGORIES)


def scene_labels(scene: Scene) -> NDArray[np.int8]:
    """Return (1 + categories,) int8: the index of the setting, then per category the index of the colour
    it appears in, or -1 where it is absent."""
    labels = np.full(WIDTH, ABSENT, dtype=np.int8)
    labels[0] = SETTINGS.index(scene.setting)
    for item in scene.objects:
        labels[1 + CATEGORIES.index(item.category)] = list(COLOURS).index(item.colour)
    return labels


def setting_index(labels: NDArray[np.int8]) -> NDArray[np.int64]:
    """Return (scenes,) int64: the index of each setting."""
    return labels[:, 0].astype(np.int64)


def categories_present(labels: NDArray[np.int8]) -> NDArray[np.float32]:
    """Return (scenes, categories) float32: 1 where a category is in a scene."""
    return (labels[:, 1:] != ABSENT).astype(np.float32)


def colours_present(labels: NDArray[np.int8]) -> NDArray[np.float32]:
    """Return (scenes, colours) float32: 1 where some object of a scene has a colour."""
    return (labels[:, 1:, None] == np.arange(len(COLOURS))).any(axis=1).astype(np.float32)


class Attributes(NamedTuple):
    """What is in the scenes: (n,) index of the setting, (n, k) 0 or 1 for each category and each colour."""

    setting: NDArray[np.int64]
    category: NDArray[np.float32]
    colour: NDArray[np.float32]

    @classmethod
    def of(cls, labels: NDArray[np.int8]) -> "Attributes":
        """Return the attributes of scenes from their labels, (n, 1 + categories)."""
        return cls(setting_index(labels), categories_present(labels), colours_present(labels))

    def take(self, rows: NDArray[np.int64]) -> "Attributes":
        """Return the attributes of some of the scenes."""
        return Attributes(self.setting[rows], self.category[rows], self.colour[rows])
