"""Labels of scenes (setting, categories, colours) as numbers, for classifiers and auxiliary losses."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cortex2image.scenes.scene import Scene
from cortex2image.scenes.vocabulary import CATEGORIES, COLOURS, SETTINGS

ABSENT = -1
WIDTH = 1 + len(CATEGORIES)


def scene_labels(scene: Scene) -> NDArray[np.int8]:
    """Return the labels of one scene, (1 + categories,) int8.

    The first label is the index of the setting. Each other label belongs to one category and is the index of
    its colour, or -1 if the scene has no object of this category.
    """
    labels = np.full(WIDTH, ABSENT, dtype=np.int8)
    labels[0] = SETTINGS.index(scene.setting)
    for item in scene.objects:
        labels[1 + CATEGORIES.index(item.category)] = list(COLOURS).index(item.colour)
    return labels


def setting_index(labels: NDArray[np.int8]) -> NDArray[np.int64]:
    """Return the index of the setting of each scene, (scenes,) int64."""
    return labels[:, 0].astype(np.int64)


def categories_present(labels: NDArray[np.int8]) -> NDArray[np.float32]:
    """Return 1 for each category in a scene and 0 for the others, (scenes, categories) float32."""
    present: NDArray[np.float32] = (labels[:, 1:] != ABSENT).astype(np.float32)
    return present


def colours_present(labels: NDArray[np.int8]) -> NDArray[np.float32]:
    """Return 1 for each colour of an object in a scene and 0 for the others, (scenes, colours) float32."""
    present: NDArray[np.float32] = (
        (labels[:, 1:, None] == np.arange(len(COLOURS))).any(axis=1).astype(np.float32)
    )
    return present


class Attributes(NamedTuple):
    """Targets of classifiers of scenes.

    Attributes
    ----------
    setting : (n,)
        Index of the setting.
    category : (n, categories)
        1 for categories in the scene, 0 for others.
    colour : (n, colours)
        1 for colours of objects in the scene, 0 for others.
    """

    setting: NDArray[np.int64]
    category: NDArray[np.float32]
    colour: NDArray[np.float32]

    @classmethod
    def of(cls, labels: NDArray[np.int8]) -> "Attributes":
        """Return the attributes of scenes from their labels, (n, 1 + categories)."""
        return cls(setting_index(labels), categories_present(labels), colours_present(labels))

    def take(self, rows: NDArray[np.int64]) -> "Attributes":
        """Return the attributes of the scenes with indices `rows`."""
        return Attributes(self.setting[rows], self.category[rows], self.colour[rows])
