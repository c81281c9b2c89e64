"""Scores of decoded vectors against loops over pairs, and their leave-one-out scores against doing so."""

import numpy as np
import pytest
from scipy.stats import pearsonr, zscore

from cortex2image.leakage import TrainingRows
from cortex2image.metrics import decoded_features
from cortex2image.metrics.decoded_features import UnitScaling, score_vectors, similarity
from cortex2image.metrics.feature_metrics import FEATURE_METRICS
from cortex2image.metrics.identification import score_rule
from cortex2image.metrics.identification_rules import RULES
from cortex2image.metrics.registry import METRICS
from cortex2image.metrics.scored import as_rivals
from cortex2image.stats.crossed_intervals import Scores, crossed_interval
from cortex2image.stats.permutation import permutations

NONE = np.empty((0, 9))


@pytest.fixture
def features(rng):
    """Return 40 training and 9 test vectors of 30 units, one constant in training, and noisy decoded ones."""
    matrix = (rng.normal(5, 1, (49, 30)) * rng.uniform(0.1, 10, 30)).astype(np.float32)
    matrix[:40, 7] = 2.5
    decoded = matrix[40:] + rng.normal(0, 4, (9, 30)).astype(np.float32)
    return TrainingRows(matrix, np.arange(40), np.arange(40, 49)), matrix[40:], decoded


def order(n=9, draws=50):
    return permutations(np.random.default_rng(1).random((draws, n)))


def two_way_by_pairs(test, train, j):
    """Return the share of candidates that j beats; ties count half."""
    rivals = np.concatenate([np.delete(test[:, j], j), train[:, j]])
    return np.mean((rivals < test[j, j]) + 0.5 * (rivals == test[j, j]))


def best_by_pairs(test, train, j):
    everyone = np.concatenate([test[:, j], train[:, j]])
    return (test[j, j] == everyone.max()) / np.sum(everyone == everyone.max())


def test_similarity_is_pearson_across_units_standardised_over_training(features, monkeypatch):
    train, true, decoded = features
    monkeypatch.setattr(decoded_features, "AT_ONCE", 4)
    scaling = UnitScaling.fit(train)
    varies = np.arange(30) != 7
    mean, sd = train[:].astype(float).mean(axis=0)[varies], train[:].astype(float).std(axis=0)[varies]
    a, b = ((rows[:, varies] - mean) / sd for rows in (true, decoded))
    expected = [[pearsonr(one, other).statistic for other in b] for one in a]
    np.testing.assert_allclose(similarity(scaling, true, decoded), expected, atol=1e-5)
    known = zscore(train[:].astype(float)[:, varies], axis=0)
    expected = [[pearsonr(one, other).statistic for other in b] for one in known]
    np.testing.assert_allclose(similarity(scaling, train, decoded), expected, atol=1e-5)
    assert similarity(scaling, true[:0], decoded).shape == (0, 9)


@pytest.mark.parametrize("others", [0, 6])
@pytest.mark.parametrize("ties", [False, True])
def test_scores_are_those_of_loops_over_pairs(rng, others, ties):
    test, train = rng.normal(size=(9, 9)), rng.normal(size=(others, 9))
    if ties:
        test, train = np.round(test), np.round(train)
    scored = score_vectors(test, train, order())
    np.testing.assert_array_equal(scored["pattern_correlation"].values[:, 0], test.diagonal())
    known = {"": NONE, "_with_training": train} if others else {"": NONE}
    assert len(scored) == 1 + 2 * len(known)
    for suffix, candidates in known.items():
        for name, rule in (("features_twoway", two_way_by_pairs), ("features_top1", best_by_pairs)):
            expected = [rule(test, candidates, j) for j in range(9)]
            np.testing.assert_allclose(scored[name + suffix].values[:, 0], expected, err_msg=name)


@pytest.mark.parametrize("others", [0, 6])
@pytest.mark.parametrize("ties", [False, True])
def test_rivals_give_the_score_without_each_stimulus(rng, others, ties):
    """The jackknife that makes intervals of values and rivals is that of scoring the others alone."""
    test, train = rng.normal(size=(9, 9)), rng.normal(size=(others, 9))
    test += 1.5 * np.eye(9)
    if ties:
        test, train = np.round(test), np.round(train)
    whole = score_vectors(test, train, order())
    for name, scored in whole.items():
        if "top1" in name:
            continue
        rivals = None if scored.rivals is None else scored.rivals.T
        change = Scores(scored.values.T, rivals).left_out()[0]
        for k in range(9):
            kept = np.delete(np.arange(9), k)
            alone = score_vectors(test[np.ix_(kept, kept)], train[:, kept], order(8))[name].values.mean()
            assert alone - scored.values.mean() == pytest.approx(change[k], abs=1e-12), name


@pytest.mark.parametrize("others", [0, 6])
@pytest.mark.parametrize("ties", [False, True])
def test_rivals_of_the_best_of_all_follow_from_the_scores_without_each_stimulus(rng, others, ties):
    test, train = rng.normal(size=(9, 9)) + np.eye(9), rng.normal(size=(others, 9))
    if ties:
        test, train = np.round(test), np.round(train)
    without = np.full((9, 9), np.nan)
    for k in range(9):
        kept = np.delete(np.arange(9), k)
        left = test[np.ix_(kept, kept)]
        without[k, kept] = [best_by_pairs(left, train[:, kept], j) for j in range(8)]
    scored = score_vectors(test, train, order())
    best = scored["features_top1_with_training" if others else "features_top1"]
    np.testing.assert_allclose(best.rivals[:, 0], as_rivals(best.values[:, 0], without))


def test_the_best_of_test_stimuli_is_that_of_pictures(rng):
    """One score has one interval, whether pictures or decoded vectors are identified."""
    similarity = rng.normal(size=(9, 9)) + np.eye(9)
    [rule] = [rule for rule in RULES if rule.name("twoway_x") == "top1_x"]
    one, other = (
        score_vectors(similarity, NONE, order())["features_top1"],
        score_rule(similarity, order(), rule),
    )
    for found, expected in zip(vars(one).values(), vars(other).values(), strict=True):
        np.testing.assert_allclose(found, expected)


def test_credit_as_a_rival_is_that_of_pairs(rng):
    """Of two-way identification alone, where the column has this meaning."""
    test = rng.normal(size=(9, 9))
    own = test.diagonal()
    expected = [np.mean(np.delete(test[k] < own, k)) for k in range(9)]
    np.testing.assert_allclose(score_vectors(test, NONE, order())["features_twoway"].rivals[:, 0], expected)


def test_nulls_are_scores_of_permuted_pairings(rng):
    test, train, pairings = rng.normal(size=(9, 9)), rng.normal(size=(6, 9)), order()
    for name, scored in score_vectors(test, train, pairings).items():
        for draw, expected in zip(pairings[:5], scored.null, strict=False):
            permuted = score_vectors(test[draw], train, pairings)[name]
            assert permuted.values.mean() == pytest.approx(expected), name


def test_chance_and_perfection(rng):
    test, train = rng.normal(size=(300, 300)), rng.normal(size=(50, 300))
    chance = score_vectors(test, train, order(300))
    assert chance["features_twoway"].values.mean() == pytest.approx(0.5, abs=0.06)
    assert chance["features_twoway_with_training"].values.mean() == pytest.approx(0.5, abs=0.06)
    assert chance["features_top1_with_training"].null.mean() == pytest.approx(1 / 350, abs=2e-3)
    perfect = score_vectors(test + 100 * np.eye(300), train, order(300))
    for name in set(perfect) - {"pattern_correlation"}:
        assert (perfect[name].values == 1).all()


@pytest.mark.parametrize("name", ["features_top1", "features_top1_with_training"])
def test_intervals_of_the_best_of_all_cover_their_target(name):
    """Of 300 studies of 60 stimuli; the target is the mean over 600 studies."""
    rng = np.random.default_rng(3)

    def study():
        effect = rng.gamma(2, 0.9, 60)
        test = rng.normal(size=(60, 60)) + np.diag(effect)
        return score_vectors(test, rng.normal(size=(20, 60)), order(60, 1))[name]

    target = np.mean([study().values.mean() for _ in range(600)])
    covered = []
    for _ in range(300):
        scored = study()
        low, high = crossed_interval(Scores(scored.values.T, scored.rivals.T), (0.0, 1.0))
        covered.append(low <= target <= high)
    assert 0.93 < np.mean(covered) < 0.985


def test_every_metric_is_described_and_no_other():
    test, train = np.eye(4), np.zeros((2, 4))
    assert set(score_vectors(test, train, order(4))) == {metric.name for metric in FEATURE_METRICS}
    assert {metric.name for metric in FEATURE_METRICS} <= set(METRICS)
