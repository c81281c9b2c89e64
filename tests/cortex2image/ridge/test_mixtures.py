"""Mixtures cover the simplex or lie near the winners; mixed bands equal bands that are multiplied."""

import numpy as np
import pytest
import torch

from cortex2image.ridge.engine import Problem, make_training
from cortex2image.ridge.inputs import as_blocks
from cortex2image.ridge.mixtures import Bands, first_mixtures, nearby_mixtures
from cortex2image.ridge.planning import Plan
from cortex2image.ridge.posing import Posed
from cortex2image.ridge.targets import Targets


@pytest.mark.parametrize("bands", [1, 2, 3, 5])
def test_first_mixtures_lie_on_the_simplex_and_hold_each_band_alone(rng, bands):
    shares = first_mixtures(bands, 20, rng)
    assert (shares >= 0).all()
    np.testing.assert_allclose(shares.sum(axis=1), 1)
    assert {tuple(row) for row in np.eye(bands)} <= {tuple(row) for row in shares}
    assert len(shares) >= 20


def test_two_bands_are_tried_at_all_scales(rng):
    ratio = np.log10(first_mixtures(2, 21, rng)[2:, 0] / first_mixtures(2, 21, rng)[2:, 1])
    np.testing.assert_allclose(np.diff(np.sort(ratio)), 0.4)


def test_later_mixtures_gather_around_winners_by_their_votes(rng):
    winners = np.array([[0.9, 0.1], [0.01, 0.99]])
    shares = nearby_mixtures(winners, np.array([30, 10]), 400, 0.1, rng)
    np.testing.assert_allclose(shares.sum(axis=1), 1)
    near_first = np.abs(np.log10(shares[:, 0] / shares[:, 1]) - np.log10(9)) < 0.7
    assert 0.65 < near_first.mean() < 0.85


def test_an_absent_band_can_come_back(rng):
    shares = nearby_mixtures(np.array([[1.0, 0.0]]), np.array([1]), 10, 0.5, rng)
    assert (shares > 0).all()
    assert shares[:, 1].max() < 0.01


@pytest.mark.parametrize("standardize", [False, True])
@pytest.mark.parametrize(("rows", "dual"), [(40, False), (9, True)])
@pytest.mark.parametrize("shares", [(0.5, 0.5), (0.9, 0.1), (1.0, 0.0)])
def test_a_mixture_is_the_problem_of_multiplied_bands(rng, rows, dual, standardize, shares):
    X, Y = rng.normal(1, 2, (rows, 10)), rng.standard_normal((rows, 2))
    cpu, few = torch.device("cpu"), Plan(30, 2, 3, 2)
    rows_of_x = Posed(as_blocks(X), rows, [], None)
    training = make_training(rows_of_x, Y.dtype, cpu, dual, True, standardize, few)
    base = Problem(training, Targets(Y, True, Y.dtype, cpu, 2), few)
    mixed = Bands.of(base, [4, 6]).problem(np.array(shares))
    scaled = (X - X.mean(axis=0)) / (X.std(axis=0) if standardize else 1)
    multiplied = scaled * np.sqrt(np.repeat(shares, [4, 6]))
    expected = multiplied @ multiplied.T if dual else multiplied.T @ multiplied
    np.testing.assert_allclose(mixed.training.gram, expected, atol=1e-10)
    blocks = [block for _, block in mixed.training.design.rows()]
    np.testing.assert_allclose(torch.cat(blocks), multiplied, atol=1e-10)
    values = np.linalg.eigvalsh(expected)[::-1][: len(mixed.training.basis.values)]
    np.testing.assert_allclose(mixed.training.basis.values.flip(0), values, rtol=1e-8)
