"""Identification over samples: the rule of this project, and that of the code of 2023."""

import numpy as np
import pytest

from cortex2image.metrics.identification import two_way
from cortex2image.metrics.samples import EachSample, MeanOfSamples
from cortex2image.metrics.scored import join_samples, score_pairings
from cortex2image.stats.permutation import permutations

STIMULI, SAMPLES = 8, 3


@pytest.fixture
def similarities(rng):
    """Similarity of originals (rows) and the reconstructions of each sample, own ones a little higher."""
    return rng.uniform(-1, 1, (SAMPLES, STIMULI, STIMULI)) + 0.3 * np.eye(STIMULI)


@pytest.fixture
def order(rng):
    return permutations(rng.random((20, STIMULI)))


def collected(rule, similarities):
    for similarity in similarities:
        rule.add("twoway_clip", similarity)
        rule.add("twoway_cnn_late", -similarity)
    return rule.scored()


def released(similarities, original, own):
    """Compare one original with every other reconstruction, pair by pair, as the released code does."""
    true = similarities[:, original, own].mean()
    others = [j for j in range(STIMULI) if j != own]
    return np.mean([true > similarities[:, original, j].mean() for j in others])


def test_the_released_rule_averages_correlations_and_searches_reconstructions(similarities, order):
    scored = collected(MeanOfSamples(order), similarities)
    assert list(scored) == ["twoway_clip_as_released", "twoway_cnn_late_as_released"]
    for metric, given in zip(scored, (similarities, -similarities), strict=True):
        expected = [released(given, i, i) for i in range(STIMULI)]
        np.testing.assert_allclose(scored[metric].values, np.tile(expected, (SAMPLES, 1)).T)
        null = [np.mean([released(given, draw[j], j) for j in range(STIMULI)]) for draw in order]
        np.testing.assert_allclose(scored[metric].null, null)


def test_each_sample_is_scored_apart(similarities, order):
    scored = collected(EachSample(order), similarities)
    assert list(scored) == ["twoway_clip", "twoway_cnn_late"]
    expected = join_samples([score_pairings(two_way(s), order) for s in similarities])
    np.testing.assert_array_equal(scored["twoway_clip"].values, expected.values)
    np.testing.assert_array_equal(scored["twoway_clip"].null, expected.null)


def test_reconstructions_that_are_all_the_same_are_at_chance_or_lose(order):
    same = np.tile(np.linspace(0, 1, STIMULI)[:, None], (SAMPLES, 1, STIMULI))
    assert (collected(MeanOfSamples(order), same)["twoway_clip_as_released"].values == 0).all()
    assert collected(EachSample(order), same)["twoway_clip"].values.mean() == pytest.approx(0.5)
