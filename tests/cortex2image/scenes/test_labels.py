import numpy as np

from cortex2image.scenes.labels import categories_present, colours_present, scene_labels, setting_index
from cortex2image.scenes.scene import Scene, SceneObject
from cortex2image.scenes.vocabulary import CATEGORIES, COLOURS, SETTINGS


def test_labels_hold_setting_categories_and_colours():
    objects = tuple(
        SceneObject(category, colour, 0.4, 0.5, 0.5, 0.0, False)
        for category, colour in (("cat", "blue"), ("boat", "white"))
    )
    labels = scene_labels(Scene(0, "train", "sea", objects, "day", 1))[None]
    assert SETTINGS[setting_index(labels)[0]] == "sea"
    assert {CATEGORIES[i] for i in np.flatnonzero(categories_present(labels)[0])} == {"cat", "boat"}
    assert {list(COLOURS)[i] for i in np.flatnonzero(colours_present(labels)[0])} == {"blue", "white"}
