from dataclasses import replace

import numpy as np
import pytest
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import NearestCentroid

from cortex2image.scenes.render import render
from cortex2image.scenes.scene import Scene, SceneObject, sample_scene
from cortex2image.scenes.vocabulary import CATEGORIES, COLOURS, SETTINGS


def scene_of(category="cat", colour="red", setting="studio", light="day", x=0.5, mirrored=False):
    item = SceneObject(category, colour, 0.7, x, 0.5, 0.0, mirrored)
    return Scene(0, "train", setting, (item,), light, detail_seed=3)


@pytest.mark.parametrize("size", [32, 64, 96])
def test_pictures_are_square_uint8_and_repeat(size):
    scene = sample_scene(0, "train", 0)
    picture = render(scene, size)
    assert picture.shape == (size, size, 3)
    assert picture.dtype == np.uint8
    np.testing.assert_array_equal(picture, render(scene, size))


@pytest.mark.parametrize("setting", SETTINGS)
def test_every_setting_looks_different_from_the_others(setting):
    own = render(scene_of(setting=setting)).astype(float)
    others = [render(scene_of(setting=other)) for other in SETTINGS if other != setting]
    assert all(np.abs(own - other).mean() > 5 for other in others)


def test_every_category_has_a_shape_of_its_own():
    empty = render(replace(scene_of(), objects=())).astype(float)
    masks = [np.abs(render(scene_of(category)) - empty).max(axis=2) > 20 for category in CATEGORIES]
    assert all(mask.mean() > 0.04 for mask in masks)
    for i, one in enumerate(masks):
        for other in masks[:i]:
            assert (one & other).sum() / (one | other).sum() < 0.95


@pytest.mark.parametrize("colour", ["red", "blue", "yellow"])
def test_an_object_has_its_colour(colour):
    centre = render(scene_of("fish", colour))[30:36, 30:36].reshape(-1, 3).mean(axis=0)
    nearest = min(COLOURS, key=lambda name: np.abs(centre - COLOURS[name]).sum())
    assert nearest == colour


def test_x_moves_the_object_and_mirroring_flips_it():
    left, right = render(scene_of("ball", x=0.3)), render(scene_of("ball", x=0.7))
    empty = render(replace(scene_of(), objects=())).astype(float)
    columns = [np.abs(picture - empty).sum(axis=(0, 2)) @ np.arange(64) for picture in (left, right)]
    assert columns[0] < columns[1]
    plain, flipped = render(scene_of("shoe")), render(scene_of("shoe", mirrored=True))
    assert np.abs(plain[:, ::-1].astype(float) - flipped).mean() < 3
    assert np.abs(plain.astype(float) - flipped).mean() > 5


def test_light_tints_the_picture():
    day, warm = render(scene_of(light="day")).astype(float), render(scene_of(light="warm")).astype(float)
    assert (warm[..., 2].mean() / day[..., 2].mean()) == pytest.approx(0.74, abs=0.02)


@pytest.fixture(scope="module")
def settings_seen():
    """Pictures of the training and of the test split, and their settings."""
    scenes = [[sample_scene(0, split, i) for i in range(400)] for split in ("train", "test")]
    return [(np.stack([render(s) for s in part]), [s.setting for s in part]) for part in scenes]


def told_by(model, seen, features):
    """Return how often a classifier fitted to the training split names the setting in the test split."""
    (pictures, settings), (unseen, truth) = seen
    return model.fit(features(pictures), settings).score(features(unseen), truth)


def mean_colour(pictures):
    return pictures.reshape(len(pictures), -1, 3).mean(axis=1)


def shares_of_colours(pictures):
    """Share of the pixels in each cell of a grid of 4 x 4 x 4 colours."""
    cells = (pictures // 64).reshape(len(pictures), -1, 3) @ np.array([16, 4, 1])
    return np.stack([np.bincount(row, minlength=64) for row in cells]) / cells.shape[1]


@pytest.mark.parametrize(
    "model", [NearestCentroid(), LogisticRegression(max_iter=3000)], ids=["nearest", "linear"]
)
def test_the_mean_colour_of_a_picture_does_not_give_its_setting_away(settings_seen, model):
    """Palettes overlap: the mean names few settings above chance (1 in 9), where the whole picture names all.

    Only of the mean is this claimed; which colours occur, and how often, says more (next test).
    """
    assert told_by(model, settings_seen, mean_colour) < 0.45


def test_which_colours_occur_says_more_about_the_setting(settings_seen):
    forest = RandomForestClassifier(100, random_state=0)
    assert told_by(forest, settings_seen, shares_of_colours) > 0.6
