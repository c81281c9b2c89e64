import json
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from cortex2image.errors import ModelSetError
from cortex2image.networks.checksums import model_hash
from cortex2image.networks.registry import MODEL_SETS
from cortex2image.scenes.scene import split_of
from cortex2image.steps import explain_diffusion
from cortex2image.steps.explain_diffusion import MODEL_TEXT, SHOWN, chosen_scenes, main
from cortex2image.tutorial import figures as diffusion_figures
from cortex2image.tutorial.figures import FIGURES


@pytest.fixture
def files(tmp_path, tiny_model_set, monkeypatch):
    """Where the figures go, of one scene and a tiny model set with words it can read, in few steps."""
    monkeypatch.setitem(MODEL_SETS, "miniature", tiny_model_set)
    monkeypatch.setattr(diffusion_figures, "STEP_COUNTS", (2,))
    monkeypatch.setattr(diffusion_figures, "MANY_STEPS", 3)
    monkeypatch.setattr(explain_diffusion, "SHOWN", ("house",))
    monkeypatch.setattr(explain_diffusion, "PROMPTS", ("ab", ""))
    monkeypatch.setattr(explain_diffusion, "render", lambda scene: np.full((16, 16, 3), 90, np.uint8))
    return {name: tmp_path / "figures" / f"{name}.png" for name in FIGURES}


def draw(files):
    outputs = [part for name, path in files.items() for part in (f"--{name}", str(path))]
    main(["--settings", json.dumps({"seed": 3, "steps": 5, "guidance": 2.0}), *outputs])


def test_every_figure_is_a_png_small_enough_for_a_page_and_names_its_model(files, tiny_model_set):
    draw(files)
    for path in files.values():
        with Image.open(path) as picture:
            assert picture.format == "PNG"
            assert picture.info[MODEL_TEXT] == model_hash(tiny_model_set)
            assert 600 <= picture.width <= 1000, path.name
        assert path.stat().st_size < 150_000


def test_a_model_set_with_a_missing_file_leaves_nothing(files, tmp_path, tiny_model_set, monkeypatch):
    nowhere = replace(tiny_model_set, folder=tmp_path / "nowhere")
    monkeypatch.setitem(MODEL_SETS, "miniature", nowhere)
    with pytest.raises(ModelSetError, match="SHA256SUMS"):
        draw(files)
    assert list(tmp_path.iterdir()) == []


def test_scenes_are_of_the_test_split_with_one_object_each():
    scenes = list(chosen_scenes(20230618))
    assert [[item.category for item in scene.objects] for scene in scenes] == [[name] for name in SHOWN]
    for scene in scenes:
        (item,) = scene.objects
        assert split_of((scene.setting, ((item.category, item.colour),))) == "test"
