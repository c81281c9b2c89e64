"""Scores of reconstructions, with a judge that looks at coarse pixels."""

import numpy as np
import pytest
import torch

from cortex2image.errors import DataError
from cortex2image.metrics.clusters import Clusters
from cortex2image.metrics.identification import EachSample, MeanOfSamples
from cortex2image.metrics.identification_rules import RULES
from cortex2image.metrics.judged import CorrelationDistance
from cortex2image.metrics.pixels import MATRIX_METRICS, PAIR_METRICS, ssim2d_of_pairs
from cortex2image.metrics.reconstruction import score_pairs, score_reconstructions
from cortex2image.metrics.registry import METRICS
from cortex2image.metrics.similarity import Rows
from cortex2image.stats.permutation import permutations

PIXEL_METRICS = (*MATRIX_METRICS, *PAIR_METRICS)


class CoarsePixels:
    """A judge whose layers are pictures at three resolutions."""

    def __init__(self, name="cnn", layers=("early", "middle", "late")):
        self.name, self.layers = name, layers

    def features(self, images, layers=None):
        return {
            layer: images[:, :: 2**k, :: 2**k].reshape(len(images), -1).astype(np.float32)
            for k, layer in enumerate(self.layers)
            if layer in (layers or self.layers)
        }


class MeanDifference:
    """A distance, under the name of one."""

    def __init__(self, name="lpips_alex"):
        self.name = name

    def distances_from(self, originals):
        return lambda pictures: np.array(
            [[np.abs(o - p.astype(float)).mean() for p in pictures] for o in originals]
        )


@pytest.fixture
def originals(rng):
    return rng.integers(0, 256, (10, 16, 16, 3), dtype=np.uint8)


@pytest.fixture
def order(rng):
    return permutations(rng.random((50, 10)))


def test_perfect_reconstructions_reach_the_best_bound_and_beat_the_null(originals, order):
    scored = score_reconstructions(
        originals, [originals, originals], [CoarsePixels()], order, [EachSample(order)]
    )
    assert list(scored) == [*PIXEL_METRICS, "twoway_cnn_early", "twoway_cnn_middle", "twoway_cnn_late"]
    for name, metric in scored.items():
        low, high = METRICS[name].bounds
        best = high if METRICS[name].higher_is_better else low
        np.testing.assert_allclose(metric.values, np.full((10, 2), best))
        assert ((metric.null < high) & (metric.null > low)).all()


def test_a_constant_reconstruction_is_at_chance_in_every_draw(originals, order):
    guess = np.tile(originals.mean(axis=0).astype(np.uint8), (10, 1, 1, 1))
    scored = score_reconstructions(originals, [guess], [CoarsePixels()], order, [EachSample(order)])
    for metric in ("twoway_cnn_early", "twoway_cnn_middle", "twoway_cnn_late"):
        assert scored[metric].values.mean() == pytest.approx(0.5, abs=1e-12)
        np.testing.assert_allclose(scored[metric].null, 0.5, atol=1e-12)


def test_samples_are_scored_apart(originals, order):
    scored = score_reconstructions(
        originals, [originals, originals[::-1]], [CoarsePixels()], order, [EachSample(order)]
    )
    np.testing.assert_allclose(scored["pixcorr"].values[:, 0], 1)
    assert (scored["pixcorr"].values[:, 1] < 0.5).all()


def test_the_rule_of_identification_can_be_chosen(originals, order):
    samples = [originals, originals[::-1]]
    scored = score_reconstructions(
        originals, samples, [CoarsePixels("clip", ("embeds",))], order, [MeanOfSamples(order)]
    )
    assert list(scored) == [*PIXEL_METRICS, "twoway_clip_as_released"]
    assert scored["twoway_clip_as_released"].values.shape == (10, 2)
    assert scored["twoway_clip_as_released"].values.mean() > scored["twoway_clip_as_released"].null.max()


def test_only_what_is_asked_for_is_computed(originals, order):
    asked = []

    class Noted(CoarsePixels):
        def features(self, images, layers=None):
            asked.append((self.name, tuple(layers)))
            return super().features(images, layers)

    rules = [EachSample(order, metrics=["twoway_cnn_late"])]
    judges = [Noted(), Noted("clip", ("embeds",))]
    scored = score_reconstructions(originals, [originals], judges, order, rules, pixels=["pixcorr"])
    assert list(scored) == ["pixcorr", "twoway_cnn_late"]
    assert set(asked) == {("cnn", ("late",))}


def test_clusters_are_those_of_the_originals(originals, rng):
    groups = np.repeat([0, 1], 5)
    [rule] = [rule for rule in RULES if rule.clusters == "category"]
    order = permutations(rng.random((50, 10)))
    clusters = Clusters(order, rule, groups, ["twoway_cnn_late"])
    shifted = np.where(groups[:, None, None, None] == 0, originals // 2, originals[::-1] // 2)
    shifted[:5, :8] += 100
    shifted[5:, 8:] += 100
    scored = score_reconstructions(shifted, [shifted], [CoarsePixels()], order, [clusters], pixels=[])
    assert list(scored) == ["cluster_cnn_late_by_category"]
    assert (scored["cluster_cnn_late_by_category"].values == 1).all()
    assert scored["cluster_cnn_late_by_category"].null.mean() < 0.7


def test_a_judge_nobody_described_is_refused(originals, order):
    with pytest.raises(DataError, match="twoway_alexnet"):
        score_reconstructions(
            originals, [originals], [CoarsePixels("alexnet", ("fc7",))], order, [EachSample(order)]
        )


def test_a_distance_scores_each_sample_and_each_permuted_pairing(originals, order):
    samples = [originals, originals // 2]
    scored = score_reconstructions(originals, samples, [], order, [EachSample(order)], [MeanDifference()])[
        "lpips_alex"
    ]
    matrices = [MeanDifference().distances_from(originals)(pictures) for pictures in samples]
    np.testing.assert_allclose(scored.values, np.stack([np.diagonal(m) for m in matrices], axis=1))
    nulls = [[np.mean([m[draw[j], j] for j in range(10)]) for draw in order] for m in matrices]
    np.testing.assert_allclose(scored.null, np.mean(nulls, axis=0))
    assert scored.values.mean() < scored.null.min()


def test_a_distance_nobody_described_is_refused(originals, order):
    with pytest.raises(DataError, match="lpips_vgg"):
        score_reconstructions(
            originals, [originals], [], order, [EachSample(order)], [MeanDifference("lpips_vgg")]
        )


def test_features_of_originals_that_are_known_are_not_extracted_again(originals, order):
    shown = []

    class Remembering(CoarsePixels):
        def features(self, images, layers=None):
            shown.append(images)
            return super().features(images, layers)

    samples = [originals // 2 + originals[::-1] // 3]
    arguments = originals, samples, [Remembering()], order
    once = score_reconstructions(*arguments, [EachSample(order)])
    assert len(shown) == 2
    stored = np.concatenate([np.zeros((1, 768), np.float32), CoarsePixels().features(originals)["early"]])
    features = CoarsePixels().features(originals, ["middle", "late"])
    seen = {layer: Rows(matrix) for layer, matrix in features.items()}
    seen |= {"early": Rows(stored, np.arange(1, 11))}
    again = score_reconstructions(*arguments, [EachSample(order)], seen={"cnn": seen})
    assert len(shown) == 3
    for metric in ("twoway_cnn_early", "twoway_cnn_middle", "twoway_cnn_late"):
        np.testing.assert_array_equal(again[metric].values, once[metric].values)
        np.testing.assert_array_equal(again[metric].null, once[metric].null)


def test_a_distance_in_a_judges_features_takes_them_too(originals, order):
    judge = CoarsePixels("swav_mindeye", ("pooled",))
    seen = {"swav_mindeye": {"pooled": Rows(judge.features(originals[::-1])["pooled"])}}
    arguments = originals, [originals[::-1]], [], order, [], [CorrelationDistance(judge)]
    name = "distance_swav_mindeye"
    assert score_reconstructions(*arguments)[name].values.max() > 0.1
    np.testing.assert_allclose(score_reconstructions(*arguments, seen=seen)[name].values, 0, atol=1e-12)


def brute_force(originals, pictures, order):
    """SSIM of every pairing of every draw, pair by pair."""
    own = np.arange(len(originals))
    cpu = torch.device("cpu")
    return [ssim2d_of_pairs(originals, pictures, draw, own, cpu).mean() for draw in order]


@pytest.mark.parametrize("groups", [np.zeros(10), np.arange(10) % 3, np.arange(10)])
def test_only_pairs_that_permutations_make_are_computed_and_each_once(originals, rng, groups):
    order = permutations(rng.random((50, 10)), groups)
    pictures, asked = np.roll(originals, 1, axis=0) // 2 + originals // 2, []

    def counted(*arguments):
        asked.append(len(arguments[2]))
        return ssim2d_of_pairs(*arguments)

    scored = score_pairs(counted, originals, pictures, order, torch.device("cpu"))
    np.testing.assert_allclose(scored.null, brute_force(originals, pictures, order), atol=1e-12)
    own = brute_force(originals, pictures, [np.arange(10)])
    np.testing.assert_allclose(scored.values.mean(), own[0], atol=1e-12)
    assert sum(asked) == sum((groups == group).sum() ** 2 for group in np.unique(groups))


def test_metrics_of_pairs_have_permutations_of_their_own(originals, order, rng):
    few = permutations(rng.random((50, 10)), np.arange(10) % 2)
    scored = score_reconstructions(originals, [originals // 2], [], order, [], order_of_pairs=few)
    np.testing.assert_allclose(scored["ssim2d"].null, brute_force(originals, originals // 2, few), atol=1e-12)
    pixels, halved = originals.reshape(10, -1), (originals // 2).reshape(10, -1)
    free = [[np.corrcoef(pixels[i], halved[j])[0, 1] for j, i in enumerate(draw)] for draw in order]
    np.testing.assert_allclose(scored["pixcorr"].null, np.mean(free, axis=1), atol=1e-12)
