from collections import Counter

import pytest

from cortex2image.errors import ConfigError
from cortex2image.scenes.balanced import balanced_scenes
from cortex2image.scenes.scene import SPLITS, combination_of, sample_scene, split_of
from cortex2image.scenes.vocabulary import CATEGORIES


@pytest.mark.parametrize("split", SPLITS)
def test_every_category_is_as_frequent_as_any_other(split):
    scenes = balanced_scenes(3, split, 48)
    assert Counter(scene.objects[0].category for scene in scenes) == dict.fromkeys(CATEGORIES, 3)
    assert {len(scene.objects) for scene in scenes} == {1}
    assert (
        {scene.split for scene in scenes} == {split_of(combination_of(scene)) for scene in scenes} == {split}
    )


def test_they_are_scenes_as_sampled_and_none_is_taken_twice():
    scenes = balanced_scenes(3, "test", 40)
    assert all(scene == sample_scene(3, "test", scene.index) for scene in scenes)
    assert len({scene.index for scene in scenes}) == 40
    assert scenes[:20] == balanced_scenes(3, "test", 20)


def test_an_unknown_split_is_refused():
    with pytest.raises(ConfigError, match="scene split"):
        balanced_scenes(3, "exam", 1)
