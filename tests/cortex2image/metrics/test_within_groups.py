"""Two-way identification within groups against loops, and the null that permutes within them."""

import numpy as np
import pytest

from cortex2image.metrics.identification import EachSample
from cortex2image.metrics.identification_rules import RULES
from cortex2image.metrics.similarity import correlation_matrix
from cortex2image.metrics.within_groups import (
    WithinGroups,
    left_out_within,
    two_way_within,
    with_company,
)
from cortex2image.stats.permutation import permutations

[RULE] = [rule for rule in RULES if rule.within == "setting"]
GROUPS = np.array([3, 1, 0, 1, -1, 0, 3, 0, 5, -1, 0])
"""Of -1 nothing is known, and of 5 there is one."""
MEMBERS = [0, 1, 2, 3, 5, 6, 7, 10]


def by_loops(similarity, groups):
    """Return the score of each stimulus, NaN without a rival of its group."""
    values = np.full(len(groups), np.nan)
    for j, group in enumerate(groups):
        rivals = [k for k in range(len(groups)) if k != j and groups[k] == group and group >= 0]
        if rivals:
            own, others = similarity[j, j], similarity[rivals, j]
            values[j] = np.mean((others < own) + 0.5 * (others == own))
    return values


@pytest.fixture
def similarity(rng):
    return rng.integers(0, 5, (11, 11)) / 10


def order_within(rng, draws=30):
    return permutations(rng.random((draws, len(MEMBERS))), GROUPS[MEMBERS])


def scored_within(similarity, order):
    rule = WithinGroups(order, RULE, GROUPS)
    rule.add("twoway_clip", similarity)
    return rule.scored()["twoway_clip_within_setting"]


def test_stimuli_without_a_rival_are_alone():
    assert with_company(GROUPS).tolist() == MEMBERS
    assert with_company(np.array([-1, -1, 2])).size == 0


def test_rivals_are_of_the_same_group(rng, similarity):
    scored = scored_within(similarity, order_within(rng))
    np.testing.assert_allclose(scored.values[:, 0], by_loops(similarity, GROUPS))
    assert np.isnan(scored.values[[4, 8, 9], 0]).all()
    assert np.isnan(scored.rivals[[4, 8, 9], 0]).all()


def test_the_null_permutes_within_groups(rng, similarity):
    order = order_within(rng)
    inside, labels = similarity[np.ix_(MEMBERS, MEMBERS)], GROUPS[MEMBERS]
    expected = [by_loops(inside[draw], labels).mean() for draw in order]
    np.testing.assert_allclose(scored_within(similarity, order).null, expected)


def test_what_another_pairing_across_groups_would_score_is_unknown(similarity):
    inside, labels = similarity[np.ix_(MEMBERS, MEMBERS)], GROUPS[MEMBERS]
    same = np.equal.outer(labels, labels)
    assert np.isnan(two_way_within(inside, labels)[~same]).all()
    assert np.isfinite(two_way_within(inside, labels)[same]).all()


def test_without_each_stimulus_in_turn(similarity):
    inside, labels = similarity[np.ix_(MEMBERS, MEMBERS)], GROUPS[MEMBERS]
    found = left_out_within(inside, labels)
    assert np.isnan(np.diagonal(found)).all()
    for k, scores in enumerate(found):
        rest = np.delete(np.delete(inside, k, 0), k, 1)
        expected = by_loops(rest, np.delete(labels, k))
        np.testing.assert_allclose(np.delete(scores, k), expected, atol=1e-12)


def test_what_groups_share_identifies_nothing_within_them(rng):
    """Reconstructions show the group alone: near perfect among all, at chance within groups."""
    groups = np.repeat(np.arange(12), 5)
    shared = rng.standard_normal((12, 40))[groups] * 3
    seen, drawn = (shared + rng.standard_normal((60, 40)) for _ in range(2))
    similarity = correlation_matrix(seen, drawn)
    order = permutations(rng.random((500, 60)))
    among_all, within = (
        EachSample(order),
        WithinGroups(permutations(rng.random((500, 60)), groups), RULE, groups),
    )
    for rule in (among_all, within):
        rule.add("twoway_clip", similarity)
    assert among_all.scored()["twoway_clip"].values.mean() > 0.93
    scored = within.scored()["twoway_clip_within_setting"]
    assert abs(scored.values.mean() - 0.5) < 3 * scored.null.std()
    assert scored.null.mean() == pytest.approx(0.5, abs=0.01)
