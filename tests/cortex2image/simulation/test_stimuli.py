import json

import numpy as np
import pytest
from PIL import Image

from cortex2image.errors import DataError
from cortex2image.simulation.layout import Sizes
from cortex2image.simulation.stimuli import load_images, scene_lines, stimuli_table, study_scenes


def test_scenes_come_from_the_seed_alone_and_more_of_them_change_none():
    few, many = study_scenes(3, Sizes(4, 2, 1)), study_scenes(3, Sizes(6, 3, 5))
    assert few[:4] == many[:4]
    assert few[4:] == many[6:8]
    assert few != study_scenes(4, Sizes(4, 2, 1))


def test_table_names_file_split_category_and_five_captions():
    scenes = study_scenes(3, Sizes(4, 2, 1))
    table = stimuli_table(scenes)
    assert list(table.columns) == ["stim_file", "split", "category", "setting", "captions"]
    assert list(table["setting"]) == [scene.setting for scene in scenes]
    assert list(table["split"]) == ["train"] * 4 + ["test"] * 2
    assert list(table["category"]) == [scene.objects[0].category for scene in scenes]
    assert table["stim_file"].is_unique
    assert (table["captions"].str.split(" | ", regex=False).str.len() == 5).all()


def test_scene_lines_say_what_was_drawn():
    scenes = study_scenes(3, Sizes(2, 1, 1))
    records = [json.loads(line) for line in scene_lines(scenes).splitlines()]
    assert [record["setting"] for record in records] == [scene.setting for scene in scenes]
    assert records[2]["stimulus_id"] == "images/test-0000"
    assert records[0]["objects"][0]["category"] == scenes[0].objects[0].category


def test_images_are_shrunk_by_averaging(tmp_path):
    pixels = np.random.default_rng(0).integers(0, 256, (8, 8, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(tmp_path / "a.png")
    expected = pixels.reshape(4, 2, 4, 2, 3).mean((1, 3))
    assert np.abs(load_images(tmp_path, ["a.png"], 4)[0] - expected).max() <= 1  # two rounded passes


def test_a_missing_picture_is_named(tmp_path):
    with pytest.raises(DataError, match=r"gone\.png"):
        load_images(tmp_path, ["images/gone.png"], 64)
