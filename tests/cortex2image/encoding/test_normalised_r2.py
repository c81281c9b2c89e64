"""Normalised explained variance on planted ceilings, and the coverage of its interval."""

import numpy as np
import pytest

from cortex2image.encoding.normalised_r2 import MINIMUM_CEILING, normalised_r2
from cortex2image.encoding.scoring import Scorer, Scoring
from cortex2image.fmri.noise_ceiling import (
    Repeats,
    noise_ceiling,
    noise_ceiling_sd,
    repeat_mean_squares,
    signal_to_noise,
)
from cortex2image.fmri.standardise import Moments
from cortex2image.tables.results import ENCODING, ENCODING_SCORES

NONE = np.zeros((1, 2), np.float32)


def value(r: float, ceiling: float) -> float:
    return float(normalised_r2(np.array([r]), NONE, np.array([ceiling]), None).value[0])


def test_the_ceiling_divides_outside_the_square():
    """r = 0.3 below a ceiling of 0.36 is a quarter of it; divided inside the square it would be 0.69."""
    assert value(0.3, 0.36) == pytest.approx(0.25)
    assert value(0.3, 0.36) != pytest.approx((0.3 / 0.36) ** 2, rel=0.1)


def test_a_perfect_model_reaches_1(rng):
    """A model of the noise-free responses has r^2 = ceiling in data with that much noise."""
    signal = rng.standard_normal(20_000)
    for ceiling in (0.2, 0.5, 0.9):
        measured = np.sqrt(ceiling) * signal + np.sqrt(1 - ceiling) * rng.standard_normal(20_000)
        assert value(np.corrcoef(signal, measured)[0, 1], ceiling) == pytest.approx(1, abs=0.06)


def test_nothing_is_clipped():
    assert value(0.9, 0.5) == pytest.approx(1.62)
    assert value(-0.3, 0.5) == pytest.approx(-0.18)


def test_silent_voxels_have_the_mean_0(rng):
    r = rng.standard_normal(50_000) * 0.1
    got = normalised_r2(r, np.zeros((len(r), 2)), np.full(len(r), 0.2), None).value
    assert abs(got.mean()) < 0.002


def test_unknown_and_low_ceilings_give_no_value_and_unknown_errors_no_interval():
    ceiling = np.array([np.nan, 0, 0.049, MINIMUM_CEILING, 0.5, 0.5])
    sd = np.array([0.1, 0.1, 0.1, 0.1, 0.1, np.nan])
    got = normalised_r2(np.full(6, 0.5), np.zeros((6, 3)), ceiling, sd)
    assert np.isnan(got.value).tolist() == [True, True, True, False, False, False]
    for end in (got.low, got.high):
        assert np.isnan(end).tolist() == [True, True, True, False, False, True]


@pytest.mark.parametrize("contract", [ENCODING, ENCODING_SCORES], ids=lambda c: c.name)
def test_the_tables_state_the_smallest_ceiling(contract):
    docs = [column.doc for column in contract.columns if column.name.endswith("ceiling_normalised")]
    assert docs
    assert all(str(MINIMUM_CEILING) in doc for doc in docs)


@pytest.mark.parametrize(("stimuli", "accuracy", "snr"), [(60, 0.7, 0.8), (150, 0.4, 0.6)])
def test_intervals_cover_the_truth(rng, stimuli, accuracy, snr):
    """Ceilings and scores both come from three trials of each of the same stimuli."""
    voxels, repeats = 1500, 3
    true = rng.standard_normal((stimuli, voxels))
    trials = snr * true[:, None] + rng.standard_normal((stimuli, repeats, voxels))
    predicted = accuracy * true + np.sqrt(1 - accuracy**2) * rng.standard_normal(true.shape)
    scorer = Scorer(voxels, Scoring(100, 100, False, 1))
    scorer.add(0, slice(0, voxels), predicted, trials.mean(axis=1))
    ceiling, sd = ceilings(trials)
    got = scorer.scores(ceiling, sd)
    known = ceiling >= MINIMUM_CEILING
    low, high = got.r2_normalised_low[known], got.r2_normalised_high[known]
    assert known.mean() > 0.95
    assert 0.91 < np.mean((low < accuracy**2) & (accuracy**2 < high)) < 0.98


def test_intervals_allow_for_the_error_of_the_ceiling(rng):
    """Ceilings of 0.5 from other trials, with a standard error of 0.08; r^2 is 0.8 of them."""
    voxels, stimuli = 1500, 300
    true = rng.standard_normal((stimuli, voxels))
    measured = (true + rng.standard_normal(true.shape)) / np.sqrt(2)
    predicted = np.sqrt(0.8) * true + np.sqrt(0.2) * rng.standard_normal(true.shape)
    scorer = Scorer(voxels, Scoring(100, 100, False, 1))
    scorer.add(0, slice(0, voxels), predicted, measured)
    ceiling = 0.5 + 0.08 * rng.standard_normal(voxels)
    covered = []
    for sd in (0.08, 0.0):
        got = scorer.scores(ceiling, np.full(voxels, sd))
        covered.append(np.mean((got.r2_normalised_low < 0.8) & (got.r2_normalised_high > 0.8)))
    assert 0.91 < covered[0] < 0.98
    assert covered[1] < 0.85


def ceilings(trials: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    stimuli, repeats, voxels = trials.shape
    names, sessions = np.repeat(np.arange(stimuli), repeats).astype(str), np.full(stimuli * repeats, "ses-1")
    moments, betas = Moments(), trials.reshape(-1, voxels)
    moments.add(betas, sessions)
    among = Repeats.among(np.ones(len(names), bool), names, sessions)
    squares = repeat_mean_squares(lambda: [betas], moments, among, voxels, 10**9)
    ncsnr = signal_to_noise(squares.within)
    averaged = [repeats] * stimuli
    return noise_ceiling(ncsnr, averaged), noise_ceiling_sd(ncsnr, among, averaged)
