"""Responses against nilearn's oversampled convolutions."""

import numpy as np
import pytest
from nilearn.glm.first_level.hemodynamic_models import (
    compute_regressor,
    spm_dispersion_derivative,
    spm_hrf,
    spm_time_derivative,
)

from cortex2image.errors import ConfigError
from cortex2image.fmri.hrf import SHAPES, trial_regressors

FRAME_TIMES = np.arange(80) * 1.5 + 0.75


@pytest.mark.parametrize("hrf", ["spm", "glover"])
@pytest.mark.parametrize("duration", [0.0, 3.0, 24.0])
def test_response_is_nilearns_up_to_its_scale(hrf: str, duration: float) -> None:
    ours = trial_regressors(FRAME_TIMES, np.array([20.25]), np.array([duration]), hrf)[0, 0]
    event = ([20.25], [duration], [1.0])
    theirs = compute_regressor(event, hrf, FRAME_TIMES, oversampling=400)[0][:, 0]
    np.testing.assert_allclose(ours, theirs * (ours @ theirs) / (theirs @ theirs), atol=4e-3)


@pytest.mark.parametrize("hrf", ["spm", "glover"])
@pytest.mark.parametrize("duration", [0.0, 3.0, 24.0])
def test_peak_of_an_isolated_trial_is_one(hrf: str, duration: float) -> None:
    fine = np.arange(0, 60, 0.01)
    response = trial_regressors(fine, np.array([5.0]), np.array([duration]), hrf)[0, 0]
    assert response.max() == pytest.approx(1, abs=1e-4)
    assert not response[fine <= 5].any()


def test_derivatives_are_spms() -> None:
    tr, oversampling = 1.0, 100
    time = np.linspace(0, 32, 3200) - tr / oversampling  # nilearn's grid: from 0, one step late
    ours = trial_regressors(time, np.zeros(1), np.zeros(1), "spm", "time_dispersion")[0]
    scale = spm_hrf(tr, oversampling).max()
    theirs = [spm_time_derivative(tr, oversampling), spm_dispersion_derivative(tr, oversampling)]
    for mine, other in zip(ours[1:], theirs, strict=True):
        np.testing.assert_allclose(mine, other / scale, atol=5e-3 * np.abs(mine).max())


def test_derivative_shifts_the_response() -> None:
    canonical, derivative = trial_regressors(FRAME_TIMES, np.array([20.0]), np.array([3.0]), "spm", "time")[0]
    later = trial_regressors(FRAME_TIMES, np.array([20.2]), np.array([3.0]), "spm")[0, 0]
    np.testing.assert_allclose(canonical - 0.2 * derivative, later, atol=4e-3)


def test_trials_do_not_depend_on_each_other() -> None:
    onsets, durations = np.array([3.0, 17.3, 40.0]), np.array([3.0, 0.0, 6.0])
    together = trial_regressors(FRAME_TIMES, onsets, durations, "glover", "time_dispersion")
    for row in range(3):
        alone = trial_regressors(FRAME_TIMES, onsets[[row]], durations[[row]], "glover", "time_dispersion")
        np.testing.assert_array_equal(together[row], alone[0])


def test_integral_reaches_the_area_under_the_response() -> None:
    shape = SHAPES["spm"]
    assert shape.integral(np.array([1000.0]))[0] == pytest.approx(1 - shape.ratio)


@pytest.mark.parametrize(
    ("hrf", "derivatives", "found"),
    [
        ("gamma", "none", r"glm/hrf\n.*spm, glover\n.*'gamma'"),
        ("spm", "times", r"glm/derivatives\n.*none, time, time_dispersion\n.*'times'"),
    ],
)
def test_unknown_names_are_refused(hrf: str, derivatives: str, found: str) -> None:
    with pytest.raises(ConfigError, match=found):
        trial_regressors(FRAME_TIMES, np.zeros(1), np.zeros(1), hrf, derivatives)
