"""Scores by nearness against SciPy, and the coverage of the interval of rho."""

import numpy as np
import pytest
from scipy.stats import permutation_test, spearmanr

from cortex2image.novelty.scores import (
    Ranked,
    associate,
    rho,
    rho_permuted,
    rho_without,
    score_of_thirds,
    thirds,
)
from cortex2image.stats.crossed_intervals import Scores, crossed_interval
from cortex2image.stats.permutation import permutations


def test_thirds_go_from_near_to_far_and_ties_keep_their_order():
    near = np.array([[0.1, 0.9, np.nan, 0.5, 0.5, 0.7, 0.2], [np.nan, 1, 2, 3, np.nan, np.nan, np.nan]])
    assert thirds(near).tolist() == [[2, 0, -1, 1, 1, 0, 2], [-1, 2, 1, 0, -1, -1, -1]]


def test_each_third_has_its_mean_and_the_interval_of_its_stimuli(rng):
    values, part = rng.random((2, 12)), thirds(rng.random((2, 12)))
    found = score_of_thirds(values, part, (0.0, 1.0))
    for number, name in enumerate(("near", "middle", "far")):
        chosen = np.where(part == number, values, np.nan)
        assert found[name] == pytest.approx(np.nanmean(chosen, axis=1).mean())
        ends = crossed_interval(Scores(chosen[:, ~np.isnan(chosen).all(axis=0)]), (0.0, 1.0))
        assert (found[f"{name}_low"], found[f"{name}_high"]) == pytest.approx(ends)


def test_thirds_of_fewer_than_three_stimuli_have_no_number(rng):
    found = score_of_thirds(rng.random((1, 8)), thirds(rng.random((1, 8))), None)
    assert np.isfinite(found["near"])
    assert np.isnan([found["far"], found["far_low"], found["far_high"]]).all()


def test_rho_is_that_of_scipy_and_unknown_for_a_constant(rng):
    values = np.round(rng.random((4, 20)), 1)
    values[3] = 0.5
    near = np.round(rng.random(20), 1)
    got = rho(Ranked.of(values), Ranked.of(near[None]))
    np.testing.assert_allclose(got[:3], [spearmanr(row, near).statistic for row in values[:3]])
    assert np.isnan(got[3])


def test_ranks_are_not_those_of_rounding():
    means = np.array([(0.1 + 0.2 + 0.3) / 3, (0.3 + 0.2 + 0.1) / 3, 0.1, 0.3])
    assert means[0] != means[1]
    assert Ranked.of(means[None]).ranks[0].tolist() == [0, 0, -1.5, 1.5]


def test_rho_that_a_single_stimulus_makes_has_no_interval(rng):
    """Without the one hit all scores are the same; the others alone would give an interval of no width."""
    hits = np.zeros((1, 2, 30))
    hits[0, :, 4] = hits[0, 1, 9] = 1
    found = association(hits, rng.random((1, 30)))
    assert np.isfinite(found.rho).all()
    assert np.isfinite(found.low).tolist() == np.isfinite(found.high).tolist() == [False, True]


def test_rho_without_a_stimulus_is_the_correlation_of_the_ranks_left(rng):
    values, near = rng.random((2, 15)), rng.random(15)
    scores, similarity = Ranked.of(values), Ranked.of(near[None])
    got = rho_without(scores, similarity)
    for k in range(15):
        kept = np.delete(np.arange(15), k)
        for row in range(2):
            expected = np.corrcoef(scores.ranks[row, kept], similarity.ranks[0, kept])[0, 1]
            assert got[row, k] == pytest.approx(expected)
            assert got[row, k] == pytest.approx(spearmanr(values[row, kept], near[kept]).statistic, abs=0.1)


def association(values, near, draws=2000, seed=0):
    """Return the association of (s, k, n) scores and (s, n) similarities, all seen by all."""
    order = permutations(np.random.default_rng(seed).random((draws, near.shape[1])))
    pairs = [(Ranked.of(v), Ranked.of(x[None])) for v, x in zip(values, near, strict=True)]
    return associate(
        np.stack([rho(*pair) for pair in pairs]),
        np.stack([rho_without(*pair) for pair in pairs]),
        np.ones(near.shape, bool),
        np.stack([rho_permuted(*pair, order) for pair in pairs]),
    )


def test_p_is_that_of_a_permutation_test(rng):
    near, values = rng.random((1, 12)), rng.random((1, 3, 12))
    values[0, 0] += near[0]
    got = association(values, near, draws=8000)
    for number in range(3):
        expected = permutation_test(
            (values[0, number],),
            lambda x: spearmanr(x, near[0]).statistic,
            permutation_type="pairings",
            n_resamples=8000,
            rng=rng,
        )
        assert got.rho[number] == pytest.approx(expected.statistic)
        assert got.p[number] == pytest.approx(expected.pvalue, abs=0.03)


def test_p_is_uniform_where_scores_do_not_depend_on_nearness(rng):
    p = association(rng.random((2, 1000, 20)), rng.random((2, 20)), draws=999).p
    for level in (0.05, 0.25, 0.5):
        assert np.mean(p <= level) == pytest.approx(level, abs=3 * np.sqrt(level * (1 - level) / 1000))


@pytest.mark.parametrize("planted", [0.0, 0.6])
@pytest.mark.parametrize("n", [20, 60])
def test_intervals_of_rho_cover_the_planted_value(rng, planted, n):
    """Bivariate normal scores: Spearman's rho is 6 / pi arcsin(r / 2) (Pearson 1907)."""
    target = 6 / np.pi * np.arcsin(planted / 2)
    covered = []
    for _ in range(400):
        near = rng.standard_normal((1, n))
        values = planted * near + np.sqrt(1 - planted**2) * rng.standard_normal((1, n))
        found = association(values[None], near, draws=1)
        covered.append(found.low[0] <= target <= found.high[0])
    assert 0.91 <= np.mean(covered) <= 0.985


def test_of_several_subjects_rho_is_the_mean_and_its_interval_wider(rng):
    near, values = rng.random((3, 30)), rng.random((3, 1, 30))
    values[:, 0] += near * np.array([[0.0], [1.0], [3.0]])
    single = [association(values[s : s + 1], near[s : s + 1], draws=9) for s in range(3)]
    pooled = association(values, near, draws=9)
    assert pooled.rho[0] == pytest.approx(np.mean([each.rho[0] for each in single]))
    assert pooled.low[0] < pooled.rho[0] < pooled.high[0] <= 1
    assert pooled.high[0] - pooled.low[0] > 0.3


def test_a_constant_score_has_no_association(rng):
    found = association(np.ones((1, 1, 12)), rng.random((1, 12)), draws=9)
    assert np.isnan([found.rho[0], found.low[0], found.high[0], found.p[0]]).all()
