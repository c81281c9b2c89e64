from collections import Counter

import numpy as np
import pytest

from cortex2image.simulation.design import BLANK, STIMULUS_S, draw_designs, estimation_noise, separate_weights
from cortex2image.simulation.haemodynamics import design_matrix
from cortex2image.simulation.layout import Sizes, run_names
from cortex2image.simulation.scanner import ar1_noise, cosines


@pytest.fixture(params=[(600, 60, 3), (7, 3, 2), (5, 2, 4)])
def sizes(request):
    return Sizes(*request.param)


@pytest.fixture
def designs(sizes):
    return draw_designs(sizes, len(run_names(sizes)), 1.6, np.random.default_rng(2))


def test_training_stimuli_come_once_and_test_stimuli_as_often_as_asked(sizes, designs):
    shown = Counter(int(row) for design in designs for row in design.stimuli if row != BLANK)
    for row in range(sizes.train_stimuli + sizes.test_stimuli):
        assert shown[row] == (1 if row < sizes.train_stimuli else sizes.test_repeats)
    assert sum(shown.values()) == sizes.trials


def test_repeats_are_spread_over_both_sessions(sizes, designs):
    session = np.arange(len(designs)) >= len(designs) // 2
    for row in range(sizes.train_stimuli, sizes.train_stimuli + sizes.test_stimuli):
        repeats = [int((design.stimuli == row).sum()) for design in designs]
        first, second = np.sum(np.array(repeats)[~session]), np.sum(np.array(repeats)[session])
        assert abs(first - second) <= 1
        assert max(repeats) <= max(1, sizes.test_repeats // len(designs))


def test_runs_have_equal_length_and_both_kinds_of_rows(designs):
    lengths = [len(design.stimuli) for design in designs]
    assert max(lengths) - min(lengths) <= 2
    assert all((design.stimuli == BLANK).any() for design in designs)


def test_no_trial_overlaps_the_next_or_the_end_of_its_run(designs):
    for design in designs:
        ends = design.onsets + STIMULUS_S
        assert (design.onsets[1:] >= ends[:-1] + 3.9).all()
        assert ends[-1] + 12 < design.volumes * 1.6


def test_default_runs_last_about_five_minutes():
    sizes = Sizes(600, 60, 3)
    designs = draw_designs(sizes, len(run_names(sizes)), 2.0, np.random.default_rng(0))
    assert all(4 * 60 < 2.0 * design.volumes < 6 * 60 for design in designs)


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
