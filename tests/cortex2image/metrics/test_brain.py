"""Scores of pictures by the responses that they predict, against loops over all pairings."""

import numpy as np
import pytest

from cortex2image.metrics.brain import score_ceilings, score_pictures
from cortex2image.metrics.similarity import correlation_matrix
from cortex2image.stats.permutation import permutation_p, permutations

N = 6


@pytest.fixture
def order(rng):
    return permutations(rng.random((40, N)))


@pytest.fixture
def correlations(rng):
    return rng.uniform(-1, 1, (N, 3 * N))


def scored(correlations, order):
    return score_pictures(correlations, {"seen": 1, "zc": 2}, "z", "early", order)


def test_consistency_is_r_of_each_picture_with_its_own_response(correlations, order):
    got = scored(correlations, order)
    own = np.arange(N)
    consistency = got["zc"]["brain_consistency_z_early"]
    np.testing.assert_allclose(consistency.values[:, 0], correlations[own, N + own])
    np.testing.assert_allclose(consistency.values[:, 1], correlations[own, 2 * N + own])
    np.testing.assert_allclose(
        got["seen"]["brain_consistency_z_early"].values[:, 0], np.diagonal(correlations[:, :N])
    )


def test_the_null_gives_responses_of_others_to_all_samples_of_a_picture(correlations, order):
    null = scored(correlations, order)["zc"]["brain_consistency_z_early"].null
    expected = [
        np.mean([[correlations[paired[j], s * N + j] for j in range(N)] for s in (1, 2)]) for paired in order
    ]
    np.testing.assert_allclose(null, expected)


def test_each_response_is_searched_among_the_pictures(correlations, order):
    """A response is found as often as its own picture correlates more with it than pictures of others."""
    found = scored(correlations, order)["zc"]["brain_identification_z_early"]
    for sample in (0, 1):
        part = correlations[:, (1 + sample) * N : (2 + sample) * N]
        for i in range(N):
            others = [j for j in range(N) if j != i]
            assert found.values[i, sample] == pytest.approx(np.mean(part[i, others] < part[i, i]))
            against = np.mean([part[k, i] < part[k, k] for k in others])
            assert found.rivals[i, sample] == pytest.approx(against)


def test_pictures_that_predict_nothing_identify_half(order):
    got = score_pictures(np.zeros((N, N)), {"no_brain": 1}, "z", "early", order)["no_brain"]
    assert (got["brain_identification_z_early"].values == 0.5).all()
    assert (got["brain_consistency_z_early"].values == 0).all()


def test_ceilings_are_scores_of_a_region_with_a_null_of_other_stimuli(rng, order):
    matrix = rng.uniform(-1, 1, (N, N))
    (got,) = score_ceilings(matrix, "ventral", order).values()
    np.testing.assert_allclose(got.values[:, 0], np.diagonal(matrix))
    np.testing.assert_allclose(got.null[0], np.mean([matrix[order[0, j], j] for j in range(N)]))
    assert list(score_ceilings(matrix, "ventral", order)) == ["brain_ceiling_ventral"]


def test_noise_that_a_decoder_passes_on_makes_its_own_region_consistent_and_no_other(rng):
    """Responses are noise. What is decoded from a region, by any weights, predicts that region all the same.

    The permutation null breaks this link as it breaks that of a picture: p of such a region is no evidence.
    """
    stimuli, voxels, width = 60, 50, 20
    own, other = rng.standard_normal((2, stimuli, voxels))
    weights = rng.standard_normal((2, voxels, width))
    decoded, order = own @ weights[0], permutations(rng.random((200, stimuli)))
    names = {"own": (own, weights[0]), "other": (other, weights[1])}
    p = {}
    for roi, (measured, encoder) in names.items():
        r = correlation_matrix(measured, decoded @ encoder.T)
        (found,) = score_pictures(r, {"zc": 1}, "z", roi, order).values()
        consistency = found[f"brain_consistency_z_{roi}"]
        p[roi] = permutation_p(float(consistency.values.mean()), consistency.null, higher_is_better=True)
    assert p["own"] < 0.01
    assert p["other"] > 0.05
