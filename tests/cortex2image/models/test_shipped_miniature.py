"""The model set that comes with the repository: small, unaltered, and as good as its card says."""

import csv
import hashlib
from pathlib import Path

import numpy as np
import pytest

from cortex2image.models.compat import ensure_torchvision
from cortex2image.models.held_out import judged
from cortex2image.models.judge_cnn import JudgeCNN
from cortex2image.models.painter import Painter
from cortex2image.scenes.captions import captions
from cortex2image.scenes.render import render
from cortex2image.scenes.scene import sample_scene
from cortex2image.scenes.vocabulary import CATEGORIES, SETTINGS

FOLDER = Path(__file__).parents[3] / "resources" / "miniature"


@pytest.fixture(scope="module")
def scenes():
    """Test scenes of one object, under a seed that neither training nor card used."""
    sampled = (sample_scene(9, "test", index) for index in range(60))
    return [scene for scene in sampled if len(scene.objects) == 1][:32]


@pytest.fixture(scope="module")
def truth(scenes):
    categories = [CATEGORIES.index(scene.objects[0].category) for scene in scenes]
    return np.array([SETTINGS.index(scene.setting) for scene in scenes]), np.array(categories)


def test_it_is_small_and_every_file_is_listed_and_unaltered():
    files = [path for path in FOLDER.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) < 15e6
    listed = dict(line.split("  ")[::-1] for line in (FOLDER / "SHA256SUMS").read_text().splitlines())
    assert {path.relative_to(FOLDER).as_posix() for path in files} - {"SHA256SUMS"} == set(listed)
    for name, digest in listed.items():
        assert hashlib.sha256((FOLDER / name).read_bytes()).hexdigest() == digest, name


def test_no_weights_are_pickled():
    suffixes = {path.suffix for path in FOLDER.rglob("*") if path.is_file()}
    assert suffixes <= {".safetensors", ".json", ".md", ".csv", ".png", ""}


def test_the_card_holds_the_measured_numbers():
    card = (FOLDER / "README.md").read_text()
    for row in csv.DictReader((FOLDER / "training" / "held-out.csv").open()):
        assert f"| {row['part']} | {row['measure']} | {row['n']} | {row['value']} |" in card


def test_the_judge_knows_real_scenes(scenes, truth):
    judge = JudgeCNN.load(FOLDER / "judges" / "cnn")
    scores = judged(judge, np.stack([render(scene) for scene in scenes]), *truth)
    assert min(scores.values()) >= 0.95


def test_captions_become_pictures_of_what_they_say(scenes, truth):
    ensure_torchvision()
    import torch
    from diffusers import StableDiffusionPipeline

    pipeline = StableDiffusionPipeline.from_pretrained(FOLDER, dtype=torch.float32)
    pipeline.set_progress_bar_config(disable=True)
    painter = Painter(pipeline, steps=12, guidance=3.0, seed=0)
    made = painter.paint([painter.embed(captions(scene)) for scene in scenes[:24]], "test")
    scores = judged(JudgeCNN.load(FOLDER / "judges" / "cnn"), made, truth[0][:24], truth[1][:24])
    assert scores["setting"] >= 0.9
    assert scores["object"] >= 0.6
