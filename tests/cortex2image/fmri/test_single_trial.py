"""LSS and LSA against one least-squares fit per trial, against nilearn, and against planted responses."""

import numpy as np
import pytest
from nilearn.glm import OLSModel
from nilearn.glm.first_level import run_glm

from cortex2image.errors import ConfigError, DataError
from cortex2image.fmri.hrf import trial_regressors
from cortex2image.fmri.nuisance import drift_regressors
from cortex2image.fmri.single_trial import percent_signal, single_trial_betas, trial_estimator

VOLUMES, TRIALS, VOXELS, TR = 150, 20, 30, 2.0
ONSETS = 6.3 + 13.1 * np.arange(TRIALS)
FRAME_TIMES = TR * np.arange(VOLUMES)
KEEP = np.ones(VOLUMES, bool)


def regressors(derivatives: str = "none") -> np.ndarray:
    return trial_regressors(FRAME_TIMES, ONSETS, np.full(TRIALS, 3.0), "spm", derivatives)


@pytest.fixture
def nuisance(rng: np.random.Generator) -> np.ndarray:
    motion = rng.normal(size=(VOLUMES, 3)).cumsum(axis=0)
    return np.hstack([drift_regressors(VOLUMES, TR, "cosine", 0.01), motion])


@pytest.fixture
def bold(rng: np.random.Generator, nuisance: np.ndarray) -> np.ndarray:
    responses = rng.normal(2, 1, (TRIALS, VOXELS))
    signal = regressors()[:, 0].T @ responses + nuisance @ rng.normal(size=(nuisance.shape[1], VOXELS))
    noisy = signal + rng.normal(size=signal.shape)
    return (rng.uniform(400, 900, VOXELS) * (1 + noisy / 100)).astype(np.float32)


def percent(bold: np.ndarray) -> np.ndarray:
    return 100 * (bold / bold.mean(axis=0, dtype=np.float64) - 1)


def designs(model: str, trial: int, blocks: np.ndarray, nuisance: np.ndarray) -> np.ndarray:
    """Return the design of one trial's model, with its own canonical response first."""
    others = np.delete(blocks, trial, axis=0)
    rest = others.sum(axis=0) if model == "lss" else others.reshape(-1, blocks.shape[2])
    return np.vstack([blocks[trial], rest, nuisance.T, np.ones(len(nuisance))]).T


@pytest.mark.parametrize("model", ["lss", "lsa"])
@pytest.mark.parametrize("derivatives", ["none", "time", "time_dispersion"])
def test_betas_are_those_of_one_fit_per_trial(
    model: str, derivatives: str, bold: np.ndarray, nuisance: np.ndarray
) -> None:
    blocks = regressors(derivatives)
    betas = single_trial_betas(bold, blocks, nuisance, KEEP, model, "run-1")
    for trial in range(TRIALS):
        design = designs(model, trial, blocks, nuisance)
        expected = np.linalg.lstsq(design, percent(bold), rcond=None)[0][0]
        np.testing.assert_allclose(betas[trial], expected, atol=2e-5, rtol=2e-5)


@pytest.mark.parametrize("model", ["lss", "lsa"])
def test_betas_are_nilearns(model: str, bold: np.ndarray, nuisance: np.ndarray) -> None:
    blocks = regressors()
    betas = single_trial_betas(bold, blocks, nuisance, KEEP, model, "run-1")
    for trial in (0, 7, TRIALS - 1):
        design = designs(model, trial, blocks, nuisance)
        labels, results = run_glm(percent(bold), design, noise_model="ols")
        assert set(labels) == {0.0}
        np.testing.assert_allclose(betas[trial], results[0.0].theta[0], atol=2e-5, rtol=2e-5)
        np.testing.assert_allclose(betas[trial], OLSModel(design).fit(percent(bold)).theta[0], atol=2e-5)


def test_lsa_recovers_planted_responses_without_noise(rng: np.random.Generator, nuisance: np.ndarray) -> None:
    planted = rng.normal(1, 2, (TRIALS, VOXELS))
    signal = regressors()[:, 0].T @ planted + nuisance @ rng.normal(size=(nuisance.shape[1], VOXELS))
    bold = 500 * (1 + (signal - signal.mean(axis=0)) / 100)
    betas = single_trial_betas(bold.astype(np.float32), regressors(), nuisance, KEEP, "lsa", "run-1")
    np.testing.assert_allclose(betas, planted, atol=1e-3)


def test_beta_is_the_peak_in_percent_of_the_mean() -> None:
    response = regressors()[8, 0]
    bold = np.outer(1 + 0.02 * (response - response.mean()), [300.0, 1200.0]).astype(np.float32)
    betas = single_trial_betas(bold, regressors(), np.empty((VOLUMES, 0)), KEEP, "lss", "run-1")
    np.testing.assert_allclose(betas[8], 2, atol=1e-3)
    np.testing.assert_allclose(np.delete(betas, 8, axis=0).max(), 0, atol=0.4)


@pytest.mark.parametrize("model", ["lss", "lsa"])
def test_scrubbing_is_a_regressor_per_volume(model: str, bold: np.ndarray, nuisance: np.ndarray) -> None:
    keep = KEEP.copy()
    keep[[0, 1, 40, 41]] = False
    scrubbed = single_trial_betas(bold, regressors(), nuisance, keep, model, "run-1")
    spikes = np.hstack([nuisance, np.eye(VOLUMES)[:, ~keep]])
    estimator = trial_estimator(regressors(), spikes, model, "run-1")
    expected = estimator @ (100 * (bold / bold[keep].mean(axis=0, dtype=np.float64) - 1))
    np.testing.assert_allclose(scrubbed, expected, atol=2e-5)


def test_scrubbed_volumes_have_no_influence(bold: np.ndarray, nuisance: np.ndarray) -> None:
    keep = KEEP.copy()
    keep[:3] = False
    before = single_trial_betas(bold, regressors(), nuisance, keep, "lss", "run-1")
    bold[:3] = 1e6
    np.testing.assert_array_equal(
        single_trial_betas(bold, regressors(), nuisance, keep, "lss", "run-1"), before
    )


@pytest.mark.parametrize("model", ["lss", "lsa"])
def test_dependent_confounds_change_nothing(model: str, bold: np.ndarray, nuisance: np.ndarray) -> None:
    once = single_trial_betas(bold, regressors(), nuisance, KEEP, model, "run-1")
    idle = np.hstack([nuisance, nuisance[:, :2], np.zeros((VOLUMES, 1)), np.full((VOLUMES, 1), 7.0)])
    again = single_trial_betas(bold, regressors(), idle, KEEP, model, "run-1")
    np.testing.assert_allclose(again, once, atol=1e-4)


def test_models_agree_on_a_single_trial(bold: np.ndarray, nuisance: np.ndarray) -> None:
    one = regressors()[:1]
    separate, at_once = (single_trial_betas(bold, one, nuisance, KEEP, m, "r") for m in ("lss", "lsa"))
    np.testing.assert_array_equal(separate, at_once)


def test_voxels_without_signal_are_zero(bold: np.ndarray, nuisance: np.ndarray) -> None:
    bold[:, 3] = 0
    betas = single_trial_betas(bold, regressors(), nuisance, KEEP, "lss", "run-1")
    assert not betas[:, 3].any()
    assert np.isfinite(betas).all()
    assert (np.delete(betas, 3, axis=1) != 0).all()


@pytest.mark.parametrize("change", ["demeaned", "empty"])
def test_bold_without_a_mean_is_refused(change: str, bold: np.ndarray) -> None:
    unusable = bold - bold.mean(axis=0) if change == "demeaned" else np.zeros_like(bold)
    with pytest.raises(DataError, match=r"sub-01 run-1\n.*mean.*\n.*median mean") as info:
        percent_signal(unusable, "sub-01 run-1")
    assert "demeaned" in info.value.fix


@pytest.mark.parametrize("volumes", [0, 12, 30])
def test_too_few_volumes_are_refused(volumes: int, bold: np.ndarray, nuisance: np.ndarray) -> None:
    keep = np.isin(np.arange(VOLUMES), np.linspace(0, VOLUMES - 1, volumes).astype(int))
    with pytest.raises(DataError, match=rf"sub-01 run-2\n.*more than.*\n.*{volumes} volumes after scrubbing"):
        single_trial_betas(bold, regressors(), nuisance, keep, "lsa", "sub-01 run-2")


def test_trial_whose_response_was_scrubbed_is_named(bold: np.ndarray, nuisance: np.ndarray) -> None:
    since = FRAME_TIMES - ONSETS[5]
    keep = (since < 0) | (since > 60)
    with pytest.raises(
        DataError, match=r"run-2\n.*response within the kept volumes.*\n.*trial-005, trial-006"
    ):
        single_trial_betas(bold, regressors(), nuisance, keep, "lss", "run-2")


def test_trial_after_the_last_volume_is_named(bold: np.ndarray, nuisance: np.ndarray) -> None:
    late = trial_regressors(FRAME_TIMES, np.array([10.0, 297.9]), np.array([3.0, 3.0]), "spm")
    with pytest.raises(DataError, match=r"none left of trial-001\n"):
        single_trial_betas(bold, late, nuisance, KEEP, "lss", "run-2")


def test_trial_that_a_confound_explains_is_named(bold: np.ndarray, nuisance: np.ndarray) -> None:
    almost = regressors()[4, :1].T + 1e-3 * np.sin(np.arange(VOLUMES))[:, None]
    copy = np.hstack([nuisance, 3 * almost])
    with pytest.raises(DataError, match=r"none left of trial-004\n"):
        single_trial_betas(bold, regressors(), copy, KEEP, "lsa", "run-2")


@pytest.mark.parametrize("model", ["lss", "lsa"])
@pytest.mark.parametrize(("apart", "length"), [(0.0, 3.0), (0.05, 3.0), (0.3, 3.0), (0.6, 20.0)])
def test_trials_with_nearly_one_response_are_refused_however_many_others_there_are(
    model: str, apart: float, length: float, bold: np.ndarray, nuisance: np.ndarray
) -> None:
    onsets = np.array([10.0, 60.0, 60.0 + apart, 110.0, 160.0, 210.0])
    twins = trial_regressors(FRAME_TIMES, onsets, np.full(6, length), "spm")
    with pytest.raises(DataError, match=r"run-2\n.*\n.*nearly one response of trial-001 and trial-002\n"):
        single_trial_betas(bold, twins, nuisance, KEEP, model, "run-2")


def test_trials_a_second_apart_are_estimated(bold: np.ndarray, nuisance: np.ndarray) -> None:
    close = trial_regressors(FRAME_TIMES, np.array([60.0, 61.0, 110.0]), np.full(3, 3.0), "spm")
    for model in ("lss", "lsa"):
        assert np.isfinite(single_trial_betas(bold, close, nuisance, KEEP, model, "run-2")).all()


def test_many_pairs_are_counted(bold: np.ndarray, nuisance: np.ndarray) -> None:
    eight = trial_regressors(FRAME_TIMES, np.repeat(30.0 * np.arange(1, 9), 2), np.full(16, 3.0), "spm")
    with pytest.raises(DataError, match=r"trial-008 and trial-009, and 3 more pairs\n"):
        single_trial_betas(bold, eight, nuisance, KEEP, "lss", "run-2")


@pytest.mark.parametrize(
    ("onsets", "found"),
    [
        (6 + 1.7 * np.arange(140), "trials not to be told from the others"),
        (np.array([20, 60, 60.5, 61, 100]), "less for trial-002\n"),
    ],
)
def test_lsa_refuses_trials_that_the_others_explain(onsets: np.ndarray, found: str, bold: np.ndarray) -> None:
    dense = trial_regressors(FRAME_TIMES, onsets, np.full(len(onsets), 1.0), "spm")
    empty = np.empty((VOLUMES, 0))
    with pytest.raises(DataError, match=rf"run-2\n.*\n.*{found}(.|\n)*lss"):
        single_trial_betas(bold, dense, empty, KEEP, "lsa", "run-2")
    assert np.isfinite(single_trial_betas(bold, dense, empty, KEEP, "lss", "run-2")).all()


def test_lss_is_steadier_than_lsa_where_events_are_close(rng: np.random.Generator) -> None:
    onsets = 6 + 2.5 * np.arange(100.0)
    blocks = trial_regressors(FRAME_TIMES, onsets, np.full(100, 1.0), "spm")
    bold = (500 + rng.normal(size=(VOLUMES, 400))).astype(np.float32)
    empty = np.empty((VOLUMES, 0))
    spread = {m: single_trial_betas(bold, blocks, empty, KEEP, m, "r").std() for m in ("lss", "lsa")}
    assert spread["lss"] < 0.5 * spread["lsa"]


def test_an_unknown_model_is_refused(bold: np.ndarray, nuisance: np.ndarray) -> None:
    with pytest.raises(ConfigError, match=r"glm/model\n.*lss, lsa\n.*'LSS'"):
        single_trial_betas(bold, regressors(), nuisance, KEEP, "LSS", "run-1")
