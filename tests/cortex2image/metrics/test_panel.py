"""The judges of a model set, through every metric they serve."""

import dataclasses

import numpy as np
import pytest
from safetensors.torch import save_file
from tests.support.tiny_models import alexnet_weights, tiny_description, write_sums

from cortex2image.errors import ModelSetError
from cortex2image.metrics.categories import judged_similarities
from cortex2image.metrics.panel import open_distances, open_judges
from cortex2image.metrics.pretrained_facts import PHOTO_METRICS
from cortex2image.metrics.reconstruction import score_reconstructions
from cortex2image.metrics.samples import EachSample
from cortex2image.networks.registry import model_set
from cortex2image.stats.permutation import permutations


@pytest.fixture
def panel(tiny_model_set):
    return open_judges(tiny_model_set, "cpu")


@pytest.fixture
def pictures(rng):
    return rng.integers(0, 256, (5, 32, 32, 3), dtype=np.uint8)


def test_every_judge_scores_reconstructions(panel, pictures, rng):
    order = permutations(rng.random((10, 5)))
    scored = score_reconstructions(pictures, [pictures], panel, order, EachSample(order))
    judged = {f"twoway_{j}" for j in ("cnn_early", "cnn_middle", "cnn_late", "residual", "clip")}
    assert set(scored) == {"pixcorr", "ssim2d"} | judged
    for metric in judged:
        np.testing.assert_array_equal(scored[metric].values, 1)


def test_every_judge_tells_categories(panel, pictures):
    similarities = judged_similarities(panel, pictures, ["cat", "shoe"], [["a b"], ["c d", "e"]])
    assert {metric: s.shape for metric, s in similarities.items()} == {
        "category_cnn": (5, 2),
        "category_residual": (5, 2),
        "category_clip": (5, 2),
    }
    for classifier in ("category_cnn", "category_residual"):
        np.testing.assert_allclose(similarities[classifier].sum(axis=1), 1)


def test_sets_without_an_alexnet_have_no_distance(tiny_model_set):
    assert open_distances(tiny_model_set, "cpu") == []
    assert open_distances(model_set("miniature"), "cpu") == []


def test_a_set_with_an_alexnet_scores_lpips(tmp_path, pictures, rng):
    (tmp_path / "alex").mkdir()
    save_file(alexnet_weights(), tmp_path / "alex" / "alexnet.safetensors")
    write_sums(tmp_path)
    models = tiny_description(tmp_path, name="tiny", lpips="alex")
    distances = open_distances(models, "cpu")
    order = permutations(rng.random((10, 5)))
    scored = score_reconstructions(pictures, [pictures], [], order, EachSample(order), distances)
    assert set(scored) == {"pixcorr", "ssim2d", "lpips_alex"}
    np.testing.assert_allclose(scored["lpips_alex"].values, 0, atol=1e-7)
    assert scored["lpips_alex"].null.max() > 0.01


def test_a_declared_alexnet_is_not_replaced_by_anything(tiny_model_set):
    declared = dataclasses.replace(tiny_model_set, lpips="judges/lpips_alex")
    with pytest.raises(ModelSetError, match=r"judges/lpips_alex/alexnet\.safetensors"):
        open_distances(declared, "cpu")


@pytest.mark.xdist_group("photo_set")
def test_judges_of_photographs_score_by_both_families_and_distances(photo_set, pictures, rng):
    judges, distances = open_judges(photo_set, "cpu"), open_distances(photo_set, "cpu")
    order = permutations(rng.random((10, 3)))
    scored = score_reconstructions(pictures[:3], [pictures[:3]], judges, order, EachSample(order), distances)
    judged = {metric.name for metric in PHOTO_METRICS if not metric.name.startswith("category_")}
    assert set(scored) == {"pixcorr", "ssim2d", "lpips_alex"} | judged
    for metric in judged:
        perfect = 0 if metric.startswith("distance_") else 1
        np.testing.assert_allclose(scored[metric].values, perfect, atol=1e-9)
    assert scored["distance_swav_mindeye"].null.max() > scored["distance_swav_mindeye"].values.max()


@pytest.mark.xdist_group("photo_set")
def test_judges_of_photographs_that_read_tell_categories(photo_set, pictures):
    panel = open_judges(photo_set, "cpu")
    similarities = judged_similarities(panel, pictures[:2], ["cat", "shoe"], [["a b"], ["c d", "e"]])
    assert {metric: s.shape for metric, s in similarities.items()} == {
        "category_clip_takagi": (2, 2),
        "category_clip_mindeye": (2, 2),
    }
