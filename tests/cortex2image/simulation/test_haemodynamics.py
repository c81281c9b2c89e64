import numpy as np
import pytest
from nilearn.glm.first_level.hemodynamic_models import compute_regressor

from cortex2image.simulation.haemodynamics import (
    PEAK_BINS_S,
    bold_signal,
    design_matrix,
    draw_peaks,
    response,
)

TIMES = np.arange(0, 60, 0.5)


def test_response_has_the_shape_of_the_canonical_model():
    condition = np.array([[10.0], [3.0], [1.0]])
    expected = compute_regressor(condition, "spm", TIMES, oversampling=20)[0][:, 0]
    np.testing.assert_allclose(response(TIMES - 10), expected / expected.max(), atol=0.02)


@pytest.mark.parametrize("peak", [4.2, 5.0, 5.8])
def test_highest_point_is_one_and_moves_with_the_time_to_peak(peak):
    fine = np.arange(0, 20, 0.01)
    course = response(fine, peak)
    assert course.max() == pytest.approx(1, abs=1e-4)
    assert fine[course.argmax()] == pytest.approx(peak + 1.5, abs=0.2)
    assert (response(np.array([-1.0, 0.0, 60.0]), peak) == 0).all()


def test_signal_is_the_sum_of_the_trials_responses_voxel_by_voxel():
    rng = np.random.default_rng(0)
    onsets, peaks = np.array([5.0, 12.4, 20.1]), draw_peaks(6, rng)
    amplitudes = rng.normal(size=(3, 6))
    fast = bold_signal(amplitudes, onsets, TIMES, peaks)
    slow = np.zeros_like(fast)
    for trial, onset in enumerate(onsets):
        for voxel, peak in enumerate(peaks):
            slow[:, voxel] += amplitudes[trial, voxel] * response(TIMES - onset, peak)
    np.testing.assert_allclose(fast, slow)


def test_design_has_one_column_per_trial_that_starts_at_its_onset():
    design = design_matrix(np.array([5.0, 30.0]), TIMES)
    assert design.shape == (len(TIMES), 2)
    assert [TIMES[np.flatnonzero(column)[0]] for column in design.T] == [5.5, 30.5]


def test_voxels_differ_in_time_to_peak():
    peaks = draw_peaks(500, np.random.default_rng(0))
    assert set(np.unique(peaks)) <= set(PEAK_BINS_S)
    assert 0.2 < peaks.std() < 0.4
