"""n-way top-k classification against scikit-learn, drawn classes and every possible draw."""

from itertools import combinations

import numpy as np
import pytest
from PIL import Image, ImageFilter
from sklearn.metrics import top_k_accuracy_score

from cortex2image.metrics.classification import Classification, expected_success, open_classifications
from cortex2image.metrics.registry import CLASSIFICATIONS, METRICS
from cortex2image.networks.registry import model_set
from cortex2image.scenes.render import render
from cortex2image.scenes.scene import sample_scene


class ByBrightness:
    """A judge that takes the mean of each column of a picture for the probability of a class."""

    name, classes = "cnn", 12

    def class_probabilities(self, images):
        return images.mean(axis=(1, 3))


@pytest.fixture
def probabilities(rng):
    return rng.dirichlet(np.full(8, 0.5), 6)


def over_all_draws(row, own, ways, top):
    """Return the share of draws in which fewer than `top` of the others drawn are more probable."""
    others = np.delete(row, own)
    draws = combinations(others, ways - 1)
    return np.mean([(np.array(draw) > row[own]).sum() < top for draw in draws])


@pytest.mark.parametrize(("ways", "top"), [(2, 1), (4, 1), (5, 3), (8, 1), (8, 2)])
def test_the_expectation_is_the_mean_over_every_draw(probabilities, ways, top):
    classes = np.array([0, 3, 3, 7])
    expected = [[over_all_draws(row, own, ways, top) for row in probabilities] for own in classes]
    np.testing.assert_allclose(expected_success(probabilities, classes, ways, top), expected, atol=1e-12)


@pytest.mark.parametrize("top", [1, 2, 5])
def test_among_all_classes_it_is_top_k_accuracy(probabilities, top):
    classes = np.array([0, 3, 3, 7, 1, 5])
    own = np.diagonal(expected_success(probabilities, classes, 8, top))
    expected = top_k_accuracy_score(classes, probabilities, k=top, labels=np.arange(8))
    assert own.mean() == pytest.approx(expected)


def test_draws_approach_it(probabilities, rng):
    """The procedure of Chen et al. (2023), with many draws."""
    own, row = 2, probabilities[0]
    pool = np.delete(np.arange(8), own)
    draws = [row[rng.choice(pool, 4, replace=False)] for _ in range(4000)]
    drawn = np.mean([(draw > row[own]).sum() < 2 for draw in draws])
    assert expected_success(row[None], np.array([own]), 5, 2).item() == pytest.approx(drawn, abs=0.03)


def test_where_all_classes_are_alike_it_is_chance():
    same = np.full((3, 10), 0.1)
    np.testing.assert_allclose(expected_success(same, np.array([0, 9]), 4, 1), 1 / 4)
    np.testing.assert_allclose(expected_success(same, np.array([0, 9]), 4, 3), 3 / 4)


def test_the_mean_over_classes_is_chance_in_any_picture(rng):
    coarse = np.round(rng.dirichlet(np.ones(9), 5), 1)
    success = expected_success(coarse, np.arange(9), 6, 2)
    np.testing.assert_allclose(success.mean(axis=0), 2 / 6)


def test_the_class_is_that_of_the_original(rng):
    originals = rng.integers(0, 256, (5, 4, 12, 3), dtype=np.uint8)
    pictures = rng.integers(0, 256, (6, 4, 12, 3), dtype=np.uint8)
    measure = Classification(ByBrightness(), 10, 1)
    assert measure.name in METRICS
    found = measure.distances_from(originals)
    np.testing.assert_array_equal(np.diagonal(found(originals)), 1)
    classes = originals.mean(axis=(1, 3)).argmax(axis=1)
    expected = [[over_all_draws(p.mean(axis=(0, 2)), c, 10, 1) for p in pictures] for c in classes]
    np.testing.assert_allclose(found(pictures), expected, atol=1e-12)


def test_judges_of_the_miniature_know_enough_classes():
    measures = open_classifications(model_set("miniature"), "cpu")
    assert [m.name for m in measures] == ["class_10way_top1_cnn", "class_10way_top1_residual"]
    assert [m.judge.classes for m in measures] == [16, 16]


@pytest.mark.parametrize("number", [0, 1])
def test_what_a_blurred_scene_shows_is_still_seen_in_it(number):
    scenes = np.stack([render(sample_scene(3, "test", index)) for index in range(24)])
    blur = ImageFilter.GaussianBlur(0.7)
    blurred = np.stack([np.asarray(Image.fromarray(scene).filter(blur)) for scene in scenes])
    measure = open_classifications(model_set("miniature"), "cpu")[number]
    success = measure.distances_from(scenes)(blurred)
    own, others = np.diagonal(success), success[~np.eye(24, dtype=bool)]
    assert own.mean() > 0.8
    assert others.mean() < 0.5


def test_judges_of_few_classes_have_none(tiny_model_set):
    assert {spec.name for spec in tiny_model_set.judges} & CLASSIFICATIONS.keys()
    assert open_classifications(tiny_model_set, "cpu") == []


@pytest.mark.xdist_group("pretrained_set")
def test_photographs_are_classified_among_a_thousand(pretrained_set, rng):
    [measure] = open_classifications(pretrained_set, "cpu")
    assert (measure.name, measure.judge.classes) == ("class_50way_top1_inception_takagi", 1000)
    pictures = rng.integers(0, 256, (2, 32, 32, 3), dtype=np.uint8)
    found = measure.distances_from(pictures)(pictures)
    np.testing.assert_allclose(np.diagonal(found), 1)
