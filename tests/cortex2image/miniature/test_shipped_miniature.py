"""The model set that comes with the repository: small, unaltered, and as good as its card says."""

import csv
import hashlib
from pathlib import Path

import numpy as np
import pytest
import yaml

from cortex2image.judges.architectures import ARCHITECTURES
from cortex2image.miniature.held_out_scores import judged
from cortex2image.miniature.painter import Painter
from cortex2image.networks.registry import model_set
from cortex2image.scenes.captions import captions
from cortex2image.scenes.render import render
from cortex2image.scenes.sampling import balanced_scenes
from cortex2image.scenes.vocabulary import CATEGORIES, SETTINGS

ROOT = Path(__file__).parents[3]
FOLDER = ROOT / "resources" / "miniature"


@pytest.fixture(scope="module")
def scenes():
    """Two test scenes of each category, under a seed that neither training nor card used."""
    return balanced_scenes(9, "test", 2 * len(CATEGORIES))


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


JUDGES = [spec for spec in model_set("miniature").judges if spec.kind in ARCHITECTURES]


@pytest.fixture(scope="module", params=JUDGES, ids=lambda spec: spec.name)
def judge(request):
    """Each judge of scenes that the registry names."""
    return ARCHITECTURES[request.param.kind].load(FOLDER / request.param.folder)


@pytest.fixture(scope="module")
def painted(scenes):
    """Pictures of first captions, painted as those of the card were."""
    planned = yaml.safe_load((ROOT / "config" / "miniature.yaml").read_text())
    painter = Painter.load(FOLDER, planned["steps"], planned["guidance"], seed=0)
    once = scenes[: len(CATEGORIES)]
    return painter.paint([painter.embed(captions(scene)[:1]) for scene in once], "test")


def test_the_judge_knows_real_scenes(scenes, truth, judge):
    scores = judged(judge, np.stack([render(scene) for scene in scenes]), *truth)
    assert scores["setting_and_object"] >= 0.9


def test_captions_become_pictures_of_what_they_say(painted, truth, judge):
    scores = judged(judge, painted, *(values[: len(painted)] for values in truth))
    assert scores["setting"] >= 0.9
    assert scores["object"] >= 0.7
