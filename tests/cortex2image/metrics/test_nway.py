"""n-way identification against draws of rivals, scikit-learn and a slow jackknife."""

from itertools import combinations

import numpy as np
import pytest
from scipy.special import comb
from sklearn.metrics import top_k_accuracy_score

from cortex2image.metrics.identification import two_way
from cortex2image.metrics.nway import chances, n_way, n_way_left_out
from cortex2image.metrics.scored import as_rivals
from cortex2image.metrics.similarity import correlation_matrix
from cortex2image.stats.crossed_intervals import Scores, crossed_interval

N = 9


@pytest.fixture
def similarity(rng):
    """Similarities with many ties."""
    return rng.integers(0, 5, (N, N)) / 10 + 0.1 * np.eye(N)


def by_every_draw(similarity, way):
    """Search among every set of rivals; candidates that tie for the best share the credit."""
    credit = np.empty((N, N))
    for i in range(N):
        draws = list(combinations([k for k in range(N) if k != i], way - 1))
        for j in range(N):
            own, rivals = similarity[i, j], np.array([similarity[list(drawn), j] for drawn in draws])
            best = (rivals <= own).all(axis=1)
            credit[i, j] = np.mean(best / (1 + (rivals == own).sum(axis=1)))
    return credit


def test_chances_are_ratios_of_binomial_coefficients():
    expected = comb(np.arange(21), 6) / comb(20, 6)
    np.testing.assert_allclose(chances(20, 6), expected, atol=1e-15)
    many = chances(5000, 2500)
    assert (many[-1], many[2499]) == (1, 0)
    assert np.isfinite(many).all()


@pytest.mark.parametrize("way", [2, 3, 5, 8, 9])
def test_the_expectation_over_all_draws(similarity, way):
    rounded = np.round(similarity, 10)
    np.testing.assert_allclose(n_way(similarity, way), by_every_draw(rounded, way), atol=1e-12)


def test_random_draws_agree(rng, similarity):
    found = n_way(similarity[:, :1].repeat(N, axis=1), 4)[0, 0]
    rivals = [rng.choice(similarity[1:, 0], 3, replace=False) for _ in range(20000)]
    own = similarity[0, 0]
    won = [(drawn <= own).all() / (1 + np.isclose(drawn, own).sum()) for drawn in rivals]
    assert found == pytest.approx(np.mean(won), abs=4 * np.std(won) / 20000**0.5)


def test_two_of_two_is_two_way_identification(similarity):
    np.testing.assert_allclose(n_way(similarity, 2), two_way(similarity), atol=1e-12)


def test_top_one_of_all_is_that_of_scikit_learn(rng):
    similarity = rng.random((60, 60)) + 0.5 * np.eye(60)
    expected = top_k_accuracy_score(np.arange(60), similarity.T, k=1)
    assert 0.2 < expected < 0.9
    assert np.diagonal(n_way(similarity, None)).mean() == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("way", [2, 5, None])
def test_reconstructions_that_are_all_the_same_are_at_chance(rng, way):
    same = np.tile(rng.random(N)[:, None], N)
    for similarity in (same, np.zeros((N, N))):
        assert np.diagonal(n_way(similarity, way)).mean() == pytest.approx(1 / (way or N))


@pytest.mark.parametrize("way", [2, 4, N - 1, N, None])
def test_without_each_stimulus_in_turn(similarity, way):
    found = n_way_left_out(similarity, way)
    assert np.isnan(np.diagonal(found)).all()
    for k in range(N):
        rest = np.delete(np.delete(similarity, k, 0), k, 1)
        expected = np.diagonal(n_way(rest, min(way or N, N - 1)))
        np.testing.assert_allclose(np.delete(found[k], k), expected, atol=1e-12)


def study(n, rng):
    """Return similarities of n pictures, some atypical, and reconstructions."""
    size = np.exp(0.5 * rng.standard_normal(n))[:, None]
    seen = rng.standard_normal((n, 16)) * size
    drawn = 0.6 * seen + rng.standard_normal((n, 16)) * np.minimum(1, 1 / size)
    return correlation_matrix(seen, drawn)


@pytest.mark.parametrize("way", [10, None])
def test_intervals_cover_the_score_of_as_many_stimuli(way):
    rng = np.random.default_rng(11)
    matrices = [study(30, rng) for _ in range(1200)]
    credit = [np.diagonal(n_way(matrix, way)) for matrix in matrices]
    truth = np.mean(credit)
    hits = []
    for values, matrix in zip(credit[:200], matrices[:200], strict=True):
        rivals = as_rivals(values, n_way_left_out(matrix, way))
        low, high = crossed_interval(Scores(values[None], rivals[None]), (0, 1))
        hits.append(low <= truth <= high)
    # Three standard errors of a share of 200 around 0.95.
    assert np.mean(hits) >= 0.904
