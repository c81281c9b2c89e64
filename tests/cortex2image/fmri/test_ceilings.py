"""Ceilings of a subject: what belongs together, and which stimuli count as repeats."""

import numpy as np
import pytest

from cortex2image.fmri.ceilings import Ceilings, SingleTrials, shown_alike
from cortex2image.fmri.fold_noise_ceiling import FoldRepeats
from cortex2image.fmri.noise_ceiling import Repeats, noise_ceiling, noise_ceiling_sd
from cortex2image.fmri.standardise import Moments


def test_released_ratios_have_ceilings_and_no_standard_errors():
    got = Ceilings.released(np.array([1.0, np.nan]), [3])
    assert got.noise_ceiling[0] == pytest.approx(0.75)
    assert np.isnan(got.noise_ceiling[1])
    assert np.isnan(got.noise_ceiling_sd).all()
    assert np.isnan(got.noise_ceiling_unclipped).all()


def test_ceilings_of_repeats_and_of_folds_come_with_their_errors(rng):
    betas = rng.standard_normal((24, 5)) + rng.standard_normal((4, 5))[np.tile(np.arange(4), 6)]
    trials = SingleTrials(lambda: [betas[:10], betas[10:]], 5, 10**6)
    stimuli, folds = np.tile(np.arange(4), 6), np.repeat(np.arange(6), 4)
    moments, sessions = Moments(), np.full(24, "ses-1")
    moments.add(betas, sessions)
    repeats = Repeats.among(np.ones(24, bool), stimuli, sessions)
    across = FoldRepeats.of(folds, stimuli)
    for got, design in (
        (trials.ceilings(moments, repeats, [6]), repeats),
        (trials.fold_ceilings(across, [6]), across),
    ):
        np.testing.assert_allclose(got.noise_ceiling, noise_ceiling(got.ncsnr, [6]))
        np.testing.assert_allclose(got.noise_ceiling_sd, noise_ceiling_sd(got.ncsnr, design, [6]))
        assert (got.noise_ceiling > 0).any()
        silent = got.noise_ceiling == 0
        assert (got.noise_ceiling_unclipped[silent] < 0.02).all()
        assert np.corrcoef(got.noise_ceiling, got.noise_ceiling_unclipped)[0, 1] > 0.95


def test_stimuli_without_pictures_are_alike_where_their_captions_are():
    captions = {"a": ["cat"], "b": ["cat"], "c": ["cat", "pet"], "d": ["cat"], "e": ["cat"]}
    pictures = {"a": None, "b": None, "c": None, "d": "d.png", "e": "e.png"}
    labels = shown_alike(captions, pictures)
    assert labels["a"] == labels["b"]
    assert len({labels[name] for name in "acde"}) == 4
