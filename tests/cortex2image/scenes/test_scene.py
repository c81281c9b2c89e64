import pytest

from cortex2image.errors import ConfigError
from cortex2image.scenes.scene import SPLITS, combination_of, sample_scene, split_of
from cortex2image.scenes.vocabulary import CATEGORIES, HELD_OUT_PAIRS, SETTINGS


def test_the_same_arguments_give_the_same_scene_and_others_do_not():
    assert sample_scene(3, "train", 7) == sample_scene(3, "train", 7)
    assert sample_scene(3, "train", 7) != sample_scene(3, "train", 8)
    assert sample_scene(3, "train", 7) != sample_scene(4, "train", 7)


def test_splits_share_no_combination_whatever_the_seed():
    combinations = {
        split: {combination_of(sample_scene(seed, split, i)) for seed in (0, 1) for i in range(300)}
        for split in SPLITS
    }
    for split, members in combinations.items():
        assert {split_of(member) for member in members} == {split}


def pairs(split, scenes):
    found = (sample_scene(2, split, index) for index in range(scenes))
    return {(item.category, scene.setting) for scene in found for item in scene.objects}


def test_a_held_out_composition_is_seen_in_no_other_split():
    held_out = set(HELD_OUT_PAIRS.items())
    assert not held_out & (pairs("train", 1500) | pairs("validation", 500) | pairs("test", 500))
    assert held_out <= pairs("composition", 400)


def test_every_category_and_every_setting_but_held_out_pairs_is_seen_in_training():
    everything = {(category, setting) for category in CATEGORIES for setting in SETTINGS}
    assert pairs("train", 3000) == everything - set(HELD_OUT_PAIRS.items())


def test_the_order_of_objects_does_not_decide_the_split():
    objects = (("cat", "red"), ("ball", "blue"))
    assert split_of(("room", objects)) == split_of(("room", objects[::-1]))


def test_most_scenes_have_one_large_object_that_is_in_the_picture():
    scenes = [sample_scene(0, "train", i) for i in range(400)]
    single = [scene.objects[0] for scene in scenes if len(scene.objects) == 1]
    assert 0.68 < len(single) / len(scenes) < 0.82
    assert min(item.size for item in single) >= 0.58
    assert all(0.3 < item.x < 0.7 and 0.45 < item.y < 0.7 for item in single)


def test_an_unknown_split_is_an_error_that_names_the_known_ones():
    with pytest.raises(ConfigError, match=r"train \| validation \| test \| composition"):
        sample_scene(0, "dev", 0)
