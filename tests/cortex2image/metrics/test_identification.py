"""Two-way identification against slow or foreign implementations."""

import numpy as np
import pytest

from cortex2image.metrics.identification import (
    EachSample,
    MeanOfSamples,
    credit_against,
    score_rule,
    two_way,
)
from cortex2image.metrics.identification_rules import AS_RELEASED, OF_ORIGINALS, RULES, TWOWAY
from cortex2image.metrics.scored import join_samples, score_pairings
from cortex2image.metrics.similarity import correlation_matrix
from cortex2image.stats.crossed_intervals import Scores
from cortex2image.stats.permutation import permutations

STIMULI, SAMPLES = 8, 3


def brute_force(similarity):
    n = len(similarity)
    score = np.zeros((n, n))
    for i in range(n):
        for j in range(n):
            for k in set(range(n)) - {i}:
                other, own = similarity[k, j], similarity[i, j]
                score[i, j] += (other < own) + 0.5 * (other == own)
    return score / (n - 1)


def test_two_way_counts_the_originals_that_lose(rng):
    similarity = rng.integers(0, 6, (9, 9)) / 10
    np.testing.assert_allclose(two_way(similarity), brute_force(similarity), atol=1e-12)


def test_two_way_searches_the_originals_of_each_reconstruction():
    similarity = np.array([[0.9, 0.8, 0.7], [0.1, 0.2, 0.3], [0.0, 0.1, 0.5]])
    np.testing.assert_array_equal(np.diagonal(two_way(similarity)), [1.0, 0.5, 0.5])


def test_ties_can_lose(rng):
    similarity = rng.integers(0, 6, (9, 9)) / 10
    beaten = [
        [[similarity[k, j] < similarity[i, j] for k in range(9) if k != i] for j in range(9)]
        for i in range(9)
    ]
    np.testing.assert_allclose(two_way(similarity, ties=0.0), np.mean(beaten, axis=2), atol=1e-12)


def test_directions_differ_and_so_do_ties():
    similarity = np.array([[0.9, 0.8, 0.7], [0.1, 0.2, 0.3], [0.0, 0.1, 0.5]])
    order = np.array([[0, 1, 2]])
    values = {rule: score_rule(similarity, order, rule).values[:, 0].tolist() for rule in RULES[:3]}
    assert values == {TWOWAY: [1.0, 0.5, 0.5], OF_ORIGINALS: [1.0, 0.5, 1.0], AS_RELEASED: [1.0, 0.5, 1.0]}
    same = np.tile(similarity[:, :1], 3)
    values = {rule: score_rule(same, order, rule).values.mean() for rule in RULES[:3]}
    assert values == {TWOWAY: 0.5, OF_ORIGINALS: 0.5, AS_RELEASED: 0.0}


def test_perfect_and_constant_reconstructions(rng):
    originals = rng.normal(size=(12, 30))
    assert (np.diagonal(two_way(correlation_matrix(originals, originals))) == 1).all()
    same = np.tile(rng.normal(size=30), (12, 1))
    assert np.diagonal(two_way(correlation_matrix(originals, same))).mean() == pytest.approx(0.5, abs=1e-12)
    flat = np.full((12, 30), 0.3)
    assert (two_way(correlation_matrix(originals, flat)) == 0.5).all()


def test_an_original_that_is_there_twice_is_a_tie(rng):
    originals = rng.normal(size=(4, 30))
    originals[1] = originals[0]
    assert np.diagonal(two_way(correlation_matrix(originals, originals)))[0] == pytest.approx(2.5 / 3)


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


@pytest.mark.parametrize("ties", [0.5, 0.0])
def test_credit_against_a_rival_is_what_the_others_lose_or_win_by(rng, ties):
    similarity = rng.integers(0, 6, (9, 9)) / 10
    for k, found in enumerate(credit_against(similarity, ties)):
        others = [j for j in range(9) if j != k]
        own, rival = similarity.diagonal()[others], similarity[k, others]
        assert found == pytest.approx(np.mean((rival < own) + ties * (rival == own)))
    scored = two_way(similarity, ties)
    assert credit_against(similarity, ties).mean() == pytest.approx(scored.diagonal().mean())


@pytest.mark.parametrize("rule", [EachSample, MeanOfSamples])
def test_scores_say_how_stimuli_fare_as_rivals(rng, rule):
    added = rule(permutations(rng.random((5, STIMULI))))
    for _ in range(SAMPLES):
        added.add("twoway_x", rng.random((STIMULI, STIMULI)))
    (scored,) = added.scored().values()
    assert scored.rivals.shape == scored.values.shape == (STIMULI, SAMPLES)
    assert scored.rivals.mean() == pytest.approx(scored.values.mean())


WITH_ALL_RIVALS = [rule for rule in RULES if not (rule.within or rule.clusters) and (rule.way or 0) < STIMULI]


@pytest.mark.parametrize("rule", RULES[:3], ids=lambda rule: rule.name("twoway_x"))
def test_rivals_say_what_leaving_a_stimulus_out_changes(rng, rule):
    similarity = rng.integers(0, 6, (STIMULI, STIMULI)) / 10 + 0.1 * np.eye(STIMULI)
    order = permutations(rng.random((5, STIMULI)))
    scored = score_rule(similarity, order, rule)
    change = Scores(scored.values.T, scored.rivals.T).left_out()[0]
    for k in range(STIMULI):
        rest = np.delete(np.delete(similarity, k, 0), k, 1)
        without = score_rule(rest, np.arange(STIMULI - 1)[None], rule).values.mean()
        assert change[k] == pytest.approx(without - scored.values.mean(), abs=1e-12)


@pytest.mark.parametrize("rule", WITH_ALL_RIVALS, ids=lambda rule: rule.name("twoway_x"))
def test_the_null_scores_permuted_pairings(rng, rule):
    similarity = rng.random((STIMULI, STIMULI))
    order = permutations(rng.random((20, STIMULI)))
    expected = [score_rule(similarity[draw], order, rule).values.mean() for draw in order]
    np.testing.assert_allclose(score_rule(similarity, order, rule).null, expected)


def test_only_the_metrics_asked_for_are_scored(rng, order):
    for kind in (EachSample, MeanOfSamples):
        rule = kind(order, metrics=["twoway_clip"])
        assert (rule.takes("twoway_clip"), rule.takes("twoway_cnn_late")) == (True, False)
        assert len(collected(rule, rng.random((2, STIMULI, STIMULI)))) == 1
