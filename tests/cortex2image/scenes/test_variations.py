import numpy as np
import pytest

from cortex2image.errors import ConfigError
from cortex2image.scenes.render import render
from cortex2image.scenes.scene import combination_of, sample_scene, split_of
from cortex2image.scenes.variations import recast, variations


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
