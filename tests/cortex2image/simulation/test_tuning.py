import numpy as np

from cortex2image.scenes.scene import sample_scene
from cortex2image.scenes.vocabulary import CATEGORIES
from cortex2image.simulation.anatomy import LATERAL, PARIETAL, VENTRAL
from cortex2image.simulation.tuning import (
    ATTRIBUTES,
    CONJUNCTION,
    THRESHOLD,
    UNITS,
    Tuning,
    attributes,
    draw_tuning,
    semantic_drive,
)

LABELS = np.repeat([VENTRAL, LATERAL, PARIETAL], 40)


def test_attributes_say_what_is_in_the_scene():
    scenes = [sample_scene(1, "train", index) for index in range(40)]
    table = attributes(scenes)
    for scene, row in zip(scenes, table, strict=True):
        named = {ATTRIBUTES[column] for column in np.flatnonzero(row)}
        expected = {scene.setting} | {item.category for item in scene.objects}
        assert named == expected | ({"two objects"} if len(scene.objects) > 1 else set())
    assert 0 < table[:, -1].sum() < len(table)


def test_drive_equals_the_sum_over_units_one_by_one():
    tuning = draw_tuning(LABELS, np.random.default_rng(0))
    table = np.random.default_rng(1).integers(0, 2, (6, len(ATTRIBUTES))).astype(float)
    fast = semantic_drive(tuning, table)
    for scene in range(6):
        for voxel in (0, 50, 119):
            units = [max(table[scene] @ tuning.weights[voxel, u] - THRESHOLD, 0) for u in range(UNITS)]
            expected = sum(
                gain * unit**CONJUNCTION for gain, unit in zip(tuning.gains[voxel], units, strict=True)
            )
            assert np.isclose(fast[scene, voxel], expected)


def test_a_conjunction_does_more_than_its_parts():
    weights = np.zeros((1, 1, len(ATTRIBUTES)))
    weights[0, 0, [0, len(CATEGORIES)]] = 1
    table = np.zeros((3, len(ATTRIBUTES)))
    table[0, 0] = table[1, len(CATEGORIES)] = 1
    table[2] = table[0] + table[1]
    category, setting, both = semantic_drive(Tuning(weights, np.ones((1, 1))), table)[:, 0]
    assert both > category + setting > 0


def test_each_unit_prefers_two_categories_and_streams_differ_in_emphasis():
    tuning = draw_tuning(LABELS, np.random.default_rng(0))
    categories = tuning.weights[..., : len(CATEGORIES)]
    assert ((categories > 0).sum(-1) == 2).all()
    settings = tuning.weights[..., len(CATEGORIES) : -1]
    ratio = settings.sum((1, 2)) / categories.sum((1, 2))
    assert ratio[LABELS == PARIETAL].mean() > 2 * ratio[LABELS == LATERAL].mean()
