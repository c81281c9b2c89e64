import numpy as np
import pytest

from cortex2image.simulation.estimation import estimation_noise, separate_weights
from cortex2image.simulation.haemodynamics import design_matrix
from cortex2image.simulation.motion import cosines
from cortex2image.simulation.scanner import ar1_noise

VOLUMES, TR = 90, 2.0


@pytest.fixture
def design():
    onsets = 6 + np.cumsum(np.random.default_rng(0).uniform(7, 8, 20))
    return design_matrix(onsets, np.arange(VOLUMES) * TR)


@pytest.fixture
def nuisance():
    return np.column_stack([np.ones(VOLUMES), cosines(VOLUMES, TR, 100.0)])


def test_weights_give_what_a_fit_of_each_trial_against_the_others_gives(design, nuisance):
    data = np.random.default_rng(1).normal(size=(VOLUMES, 3))
    estimates = separate_weights(design, nuisance).T @ data
    for trial in range(design.shape[1]):
        others = np.delete(design, trial, axis=1).sum(1)
        model = np.column_stack([design[:, trial], others, nuisance])
        expected = np.linalg.lstsq(model, data, rcond=None)[0][0]
        np.testing.assert_allclose(estimates[trial], expected, atol=1e-9)


def test_noise_factors_agree_with_drawn_noise(design, nuisance):
    rng = np.random.default_rng(2)
    weights = separate_weights(design, nuisance)
    expected = estimation_noise(design, nuisance, 0.4)
    noise = ar1_noise(VOLUMES, np.ones(4000), 0.4, rng)
    assert (weights.T @ noise).var() == pytest.approx(expected.scanner, rel=0.05)
    amplitudes = rng.normal(size=(design.shape[1], 4000))
    leaked = weights.T @ (design @ amplitudes) - amplitudes
    assert leaked.var() == pytest.approx(expected.leakage, rel=0.05)
