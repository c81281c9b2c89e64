"""The judges of a model set, through every metric they serve."""

import dataclasses

import numpy as np
import pytest
from safetensors.torch import save_file
from scipy.spatial.distance import correlation
from tests.support.tiny_models import alexnet_weights, tiny_description, write_sums

from cortex2image.errors import ModelSetError
from cortex2image.metrics.categories import judged_similarities
from cortex2image.metrics.identification import EachSample
from cortex2image.metrics.identification_rules import VARIANTS
from cortex2image.metrics.judged import CorrelationDistance, open_distances, open_judges, similarities
from cortex2image.metrics.pixels import MATRIX_METRICS, PAIR_METRICS
from cortex2image.metrics.reconstruction import score_reconstructions
from cortex2image.metrics.registry import METRICS, TWO_WAYS
from cortex2image.networks.registry import model_set
from cortex2image.stats.permutation import permutations

PIXEL_METRICS = MATRIX_METRICS.keys() | PAIR_METRICS.keys()


class TwoLayers:
    """A judge whose last layer is half of the picture."""

    name, layers = "any", ("all", "half")

    def __init__(self):
        self.shown = []

    def features(self, images, layers):
        self.shown.append((len(images), layers))
        pixels = images.reshape(len(images), -1).astype(np.float32)
        features = {"all": pixels, "half": pixels[:, : pixels.shape[1] // 2]}
        return {layer: features[layer] for layer in layers}


class Layers:
    """A judge that sees every second pixel, and every one."""

    name, layers = "any", ("coarse", "fine")

    def __init__(self):
        self.most = 0

    def features(self, images, layers=layers):
        self.most = max(self.most, len(images))
        pixels = images.reshape(len(images), -1).astype(np.float32)
        return {layer: {"coarse": pixels[:, ::2], "fine": pixels}[layer] for layer in layers}


@pytest.fixture
def panel(tiny_model_set):
    return open_judges(tiny_model_set, "cpu")


@pytest.fixture
def pictures(rng):
    return rng.integers(0, 256, (5, 32, 32, 3), dtype=np.uint8)


def test_every_judge_scores_reconstructions(panel, pictures, rng):
    order = permutations(rng.random((10, 5)))
    scored = score_reconstructions(pictures, [pictures], panel, order, [EachSample(order)])
    judged = {f"twoway_{j}" for j in ("cnn_early", "cnn_middle", "cnn_late", "residual", "clip")}
    assert set(scored) == PIXEL_METRICS | judged
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
    names = [measure.name for measure in open_distances(model_set("miniature"), "cpu")]
    assert names == ["class_10way_top1_cnn", "class_10way_top1_residual"]


def test_a_set_with_an_alexnet_scores_lpips(tmp_path, pictures, rng):
    (tmp_path / "alex").mkdir()
    save_file(alexnet_weights(), tmp_path / "alex" / "alexnet.safetensors")
    write_sums(tmp_path)
    models = tiny_description(tmp_path, name="tiny", lpips="alex")
    distances = open_distances(models, "cpu")
    order = permutations(rng.random((10, 5)))
    scored = score_reconstructions(pictures, [pictures], [], order, [EachSample(order)], distances)
    assert set(scored) == PIXEL_METRICS | {"lpips_alex"}
    np.testing.assert_allclose(scored["lpips_alex"].values, 0, atol=1e-7)
    assert scored["lpips_alex"].null.max() > 0.01


def test_a_declared_alexnet_is_not_replaced_by_anything(tiny_model_set):
    declared = dataclasses.replace(tiny_model_set, lpips="judges/lpips_alex")
    with pytest.raises(ModelSetError, match=r"judges/lpips_alex/alexnet\.safetensors"):
        open_distances(declared, "cpu")


@pytest.mark.xdist_group("pretrained_set")
def test_judges_of_photographs_score_by_both_families_and_distances(pretrained_set, pictures, rng):
    judges, distances = open_judges(pretrained_set, "cpu"), open_distances(pretrained_set, "cpu")
    order = permutations(rng.random((10, 3)))
    scored = score_reconstructions(
        pictures[:3], [pictures[:3]], judges, order, [EachSample(order)], distances
    )
    names = {spec.name for spec in pretrained_set.judges}
    of_pictures = [m for m in METRICS.values() if m.kind != "category" and not m.of_captions]
    judged = {m.name for m in of_pictures if m.judge in names}
    judged -= {rule.name(name) for rule in VARIANTS for name in TWO_WAYS}
    assert set(scored) == PIXEL_METRICS | {"lpips_alex"} | judged
    for metric in judged:
        best = METRICS[metric].bounds[METRICS[metric].higher_is_better]
        np.testing.assert_allclose(scored[metric].values, best, atol=1e-9)
    assert scored["distance_swav_mindeye"].null.max() > scored["distance_swav_mindeye"].values.max()


@pytest.mark.xdist_group("pretrained_set")
def test_judges_of_photographs_that_read_tell_categories(pretrained_set, pictures):
    panel = open_judges(pretrained_set, "cpu")
    similarities = judged_similarities(panel, pictures[:2], ["cat", "shoe"], [["a b"], ["c d", "e"]])
    assert {metric: s.shape for metric, s in similarities.items()} == {
        "category_clip_takagi": (2, 2),
        "category_clip_brain_diffuser": (2, 2),
        "category_clip_mindeye": (2, 2),
    }


def test_distances_are_those_of_scipy_in_the_last_layer(pictures):
    found = CorrelationDistance(TwoLayers()).distances_from(pictures[:2])(pictures[2:])
    half = TwoLayers().features(pictures, ["half"])["half"].astype(float)
    expected = [[correlation(o, p) for p in half[2:]] for o in half[:2]]
    np.testing.assert_allclose(found, expected, atol=1e-12)


def test_the_extremes(pictures):
    distances = CorrelationDistance(TwoLayers()).distances_from(pictures)
    np.testing.assert_allclose(np.diagonal(distances(pictures)), 0, atol=1e-12)
    np.testing.assert_allclose(np.diagonal(distances(255 - pictures)), 2, atol=1e-12)
    flat = np.full_like(pictures, 7)
    np.testing.assert_array_equal(distances(flat), 1)


def test_originals_are_shown_once_and_only_the_last_layer_is_asked_for(pictures):
    judge = TwoLayers()
    distances = CorrelationDistance(judge).distances_from(pictures[:2])
    for sample in (pictures[2:], pictures[1:]):
        distances(sample)
    assert judge.shown == [(2, ["half"]), (3, ["half"]), (4, ["half"])]


def test_shown_in_rounds_every_pair_is_correlated(rng, monkeypatch):
    monkeypatch.setattr("cortex2image.metrics.judged.AT_ONCE", 2)
    originals, pictures = (rng.integers(0, 256, (n, 4, 4, 3), dtype=np.uint8) for n in (4, 5))
    judge = Layers()
    found = similarities(judge, judge.features(originals), pictures)
    for layer, step in (("coarse", 2), ("fine", 1)):
        flat = [p.reshape(len(p), -1)[:, ::step] for p in (originals, pictures)]
        expected = np.corrcoef(*flat)[:4, 4:]
        np.testing.assert_allclose(found[layer], expected, atol=1e-12)


@pytest.mark.parametrize("most", [0, 2**34])
def test_reconstructions_that_are_the_same_tie_in_whatever_round_they_would_be(rng, monkeypatch, most):
    monkeypatch.setattr("cortex2image.metrics.judged.AT_ONCE", 3)
    monkeypatch.setattr("cortex2image.metrics.similarity.MOST_IN_DOUBLE", most)
    originals, pictures = (rng.integers(0, 256, (n, 16, 16, 3), dtype=np.uint8) for n in (5, 8))
    pictures[[4, 7]] = pictures[0]
    judge = TwoLayers()
    found = similarities(judge, judge.features(originals, ["all"]), pictures)["all"]
    np.testing.assert_array_equal(found[:, [4, 7]], found[:, [0, 0]])
    assert [count for count, _ in judge.shown] == [5, 3, 3]
    expected = np.corrcoef(originals.reshape(5, -1), pictures.reshape(8, -1))[:5, 5:]
    np.testing.assert_allclose(found, expected, atol=2e-7)


def test_few_reconstructions_are_shown_at_a_time(rng, monkeypatch):
    monkeypatch.setattr("cortex2image.metrics.judged.AT_ONCE", 2)
    pictures = rng.integers(0, 256, (5, 4, 4, 3), dtype=np.uint8)
    judge = Layers()
    seen = judge.features(pictures[:2])
    similarities(judge, seen, pictures)
    assert judge.most == 2


def test_only_the_layers_seen_of_the_originals_are_correlated(rng):
    pictures = rng.integers(0, 256, (3, 4, 4, 3), dtype=np.uint8)
    judge = Layers()
    found = similarities(judge, judge.features(pictures, ["fine"]), pictures)
    assert list(found) == ["fine"]
