"""Cluster identification against means of standardised features, group by group."""

import numpy as np
import pytest

from cortex2image.metrics.clusters import ClusterMeans, Clusters, clusters_left_out
from cortex2image.metrics.identification_rules import RULES
from cortex2image.metrics.similarity import correlation_matrix
from cortex2image.stats.permutation import permutations

[RULE] = [rule for rule in RULES if rule.clusters == "category"]
GROUPS = np.array([7, 2, -1, 2, 0, 7, 4, 7, 0, 7, 2])
"""Group 4 is of one stimulus, so that it is no candidate; one stimulus has none."""
MEMBERS = [0, 1, 3, 4, 5, 7, 8, 9, 10]


def standardised(rows):
    return (rows - rows.mean(axis=1, keepdims=True)) / rows.std(axis=1, keepdims=True)


def by_loops(seen, drawn, groups):
    """Return the credit of each reconstruction; NaN where the group of its stimulus has no other one."""
    credit = np.full(len(groups), np.nan)
    for j, group in enumerate(groups):
        correlations = {}
        for other in np.unique(groups):
            rows = [k for k in range(len(groups)) if groups[k] == other and k != j]
            if rows:
                mean = standardised(seen)[rows].mean(axis=0)
                correlations[other] = np.round(np.corrcoef(mean, drawn[j])[0, 1], 10)
        if group in correlations:
            best = [other for other, r in correlations.items() if r == max(correlations.values())]
            credit[j] = (group in best) / len(best)
    return credit


@pytest.fixture
def features(rng):
    """Features of pictures of some groups, whose means differ, and of reconstructions."""
    means = rng.standard_normal((9, 30))
    return [means[GROUPS] + 1.5 * rng.standard_normal((len(GROUPS), 30)) for _ in range(2)]


def scored(seen, drawn, order, groups=GROUPS):
    rule = Clusters(order, RULE, groups)
    rule.add_originals("twoway_clip", correlation_matrix(seen, seen))
    rule.add("twoway_clip", correlation_matrix(seen, drawn))
    return rule.scored()["cluster_clip_by_category"]


def test_the_nearest_mean_is_that_of_its_group(rng, features):
    seen, drawn = features
    found = scored(seen, drawn, permutations(rng.random((5, len(MEMBERS)))))
    expected = np.full(len(GROUPS), np.nan)
    expected[MEMBERS] = by_loops(seen[MEMBERS], drawn[MEMBERS], GROUPS[MEMBERS])
    assert 0 < np.nanmean(expected) < 1
    np.testing.assert_allclose(found.values[:, 0], expected)


def test_the_null_scores_permuted_pairings(rng, features):
    seen, drawn = (rows[MEMBERS] for rows in features)
    order, groups = permutations(rng.random((40, len(MEMBERS)))), GROUPS[MEMBERS]
    expected = [by_loops(seen[draw], drawn, groups[draw]).mean() for draw in order]
    np.testing.assert_allclose(scored(*features, order).null, expected)


def test_without_each_stimulus_in_turn(rng):
    groups = np.array([0, 0, 1, 1, 1, 2, 2, 2, 2, 0])[rng.permutation(10)]
    groups = np.append(groups, [3, 3])
    for _ in range(20):
        seen, drawn = (rng.standard_normal((12, 6)) for _ in range(2))
        means = ClusterMeans(correlation_matrix(seen, seen), correlation_matrix(seen, drawn), groups)
        for k, found in enumerate(clusters_left_out(means, groups)):
            assert np.isnan(found[k])
            expected = by_loops(*(np.delete(rows, k, 0) for rows in (seen, drawn, groups)))
            np.testing.assert_allclose(np.delete(found, k), expected, atol=1e-12)


def test_ties_without_each_stimulus_in_turn(rng):
    groups = np.array([0, 0, 1, 1, 1, 2, 2, 2])
    seen, drawn = np.tile(rng.standard_normal(8), (8, 1)), rng.standard_normal((8, 8))
    means = ClusterMeans(correlation_matrix(seen, seen), correlation_matrix(seen, drawn), groups)
    for k, found in enumerate(clusters_left_out(means, groups)):
        partner = 1 - k if k < 2 else k
        np.testing.assert_allclose(np.delete(found, [k, partner]), 1 / 3)


def test_a_tie_is_divided(rng):
    groups = np.array([0, 0, 1, 1])
    seen = np.tile(rng.standard_normal(8), (4, 1))
    found = scored(seen, rng.standard_normal((4, 8)), permutations(rng.random((5, 4))), groups)
    np.testing.assert_array_equal(found.values, 0.5)
    np.testing.assert_allclose(found.null, 0.5)


def test_perfect_and_meaningless_reconstructions(rng):
    groups = np.repeat(np.arange(6), 10)
    seen = 2 * rng.standard_normal((6, 50))[groups] + rng.standard_normal((60, 50))
    order = permutations(rng.random((300, 60)))
    assert (scored(seen, seen, order, groups).values == 1).all()
    noise = scored(seen, rng.standard_normal((60, 50)), order, groups)
    assert abs(noise.values.mean() - noise.null.mean()) < 3 * noise.null.std()
    assert noise.null.mean() == pytest.approx(1 / 6, abs=0.03)
