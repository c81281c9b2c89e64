import numpy as np

from cortex2image.miniature.scene_examples import PLAIN, bare_categories, examples_of
from cortex2image.scenes.captions import captions
from cortex2image.scenes.render import render
from cortex2image.scenes.scene import sample_scene
from cortex2image.scenes.vocabulary import CATEGORIES, SETTINGS

SCENES = [sample_scene(0, "test", index) for index in range(60)]
SINGLE = [scene for scene in SCENES if len(scene.objects) == 1][:20]
DOUBLE = [scene for scene in SCENES if len(scene.objects) == 2][:3]


def test_pictures_captions_and_contents_are_those_of_each_scene():
    examples = examples_of(DOUBLE)
    assert examples.categories.shape == (3, 2)
    for row, scene in enumerate(DOUBLE):
        np.testing.assert_array_equal(examples.pictures[row], render(scene))
        assert examples.captions[row] == captions(scene)
        assert SETTINGS[examples.settings[row]] == scene.setting
        assert [CATEGORIES[i] for i in examples.categories[row]] == [item.category for item in scene.objects]


def test_bare_categories_come_in_turn_before_a_plain_background():
    examples = bare_categories(SINGLE)
    assert [CATEGORIES[i] for i in examples.categories[:, 0]] == [*CATEGORIES, *CATEGORIES[:4]]
    assert {SETTINGS[i] for i in examples.settings} == {PLAIN}
    assert all("umbrella" in text for text in examples.captions[CATEGORIES.index("umbrella")])
    assert len({picture.tobytes() for picture in examples.pictures}) == len(SINGLE)
