from collections import Counter

import numpy as np
import pytest

from cortex2image.errors import ConfigError
from cortex2image.scenes.render import render
from cortex2image.scenes.sampling import balanced_scenes, recast, variations
from cortex2image.scenes.scene import SPLITS, combination_of, sample_scene, split_of
from cortex2image.scenes.vocabulary import CATEGORIES


def test_variations_keep_the_contents_and_nothing_else():
    scene = sample_scene(0, "test", 5)
    made = variations(scene, 1, 12)
    assert {combination_of(other) for other in made} == {combination_of(scene)}
    places = {(item.x, item.y, item.size, item.angle) for other in made for item in other.objects}
    assert len(places) == 12 * len(scene.objects)
    assert len({other.detail_seed for other in made}) == 12
    assert len({other.light for other in made}) > 1
    assert not np.array_equal(render(made[0]), render(made[1]))


def test_a_scene_with_other_contents_is_of_the_split_that_owns_them():
    layout = next(s for s in (sample_scene(0, "test", i) for i in range(99)) if len(s.objects) == 1)
    assert recast(layout, combination_of(layout)) == layout
    composition = ("beach", (("cat", "red"),))
    assert recast(layout, composition).split == split_of(composition) == "composition"
    for scene in (sample_scene(0, "train", index) for index in range(20)):
        if len(scene.objects) == 1:
            assert recast(layout, combination_of(scene)).split == "train"


def test_the_same_seed_gives_the_same_variations():
    scene = sample_scene(0, "test", 5)
    assert variations(scene, 1, 3) == variations(scene, 1, 3)
    assert variations(scene, 1, 3) != variations(scene, 2, 3)


def test_a_layout_of_another_number_of_objects_is_refused():
    layout = next(s for s in (sample_scene(0, "test", i) for i in range(99)) if len(s.objects) == 2)
    with pytest.raises(ConfigError, match="2 objects"):
        recast(layout, ("sea", (("cat", "red"),)))


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
