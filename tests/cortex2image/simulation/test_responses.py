import numpy as np
import pytest

from cortex2image.simulation.anatomy import (
    EARLY,
    MIDLATERAL,
    NOT_CORTEX,
    UNLABELLED,
    VENTRAL,
    build_anatomy,
    traits_of,
)
from cortex2image.simulation.design import EstimationNoise
from cortex2image.simulation.receptive_fields import CHANNELS, draw_receptive_fields
from cortex2image.simulation.responses import draw_responses, draw_roles, tuned_responses
from cortex2image.simulation.tuning import ATTRIBUTES, draw_tuning

TRAINING = np.arange(40) < 30


@pytest.fixture(scope="module")
def world():
    """A subject and 40 random stimuli, the last ten of them test stimuli."""
    rng = np.random.default_rng(0)
    anatomy = build_anatomy(traits_of(1, "sub-01"))
    return {
        "roles": draw_roles(anatomy.labels, rng),
        "fields": draw_receptive_fields(anatomy, rng),
        "tuning": draw_tuning(anatomy.labels, rng),
        "channels": rng.random((40, len(CHANNELS), 8, 8), dtype=np.float32),
        "attributes": rng.integers(0, 2, (40, len(ATTRIBUTES))).astype(float),
        "labels": anatomy.labels,
    }


def _tuned(world, **changes):
    parts = {key: value for key, value in world.items() if key != "labels"} | changes
    return tuned_responses(training=TRAINING, **parts)


def test_roles_follow_the_streams_and_a_sixth_of_the_voxels_is_silent(world):
    kinds, labels = world["roles"].kinds, world["labels"]
    assert set(kinds[np.isin(labels, [NOT_CORTEX, UNLABELLED])]) == {"silent"}
    for label, kind in ((EARLY, "early"), (MIDLATERAL, "mid"), (VENTRAL, "higher")):
        assert set(kinds[labels == label]) == {kind, "silent"}
    assert 0.14 < (kinds == "silent").mean() < 0.22


def test_tuned_responses_are_standard_over_training_stimuli_and_zero_where_silent(world):
    tuned, responds = _tuned(world), world["roles"].responds
    assert (tuned[:, ~responds] == 0).all()
    np.testing.assert_allclose(tuned[TRAINING][:, responds].mean(0), 0, atol=1e-9)
    np.testing.assert_allclose(tuned[TRAINING][:, responds].std(0), 1)


def test_early_voxels_do_not_know_the_category_and_higher_ones_do_not_see(world):
    tuned, kinds = _tuned(world), world["roles"].kinds
    renamed = _tuned(world, attributes=world["attributes"][::-1])
    repainted = _tuned(world, channels=world["channels"][::-1])
    for kind, knows, sees in (("early", False, True), ("higher", True, False), ("mid", True, True)):
        voxels = kinds == kind
        assert (np.abs(renamed - tuned)[:, voxels].max() > 0.1) == knows
        assert (np.abs(repainted - tuned)[:, voxels].max() > 0.1) == sees


def test_a_test_stimulus_changes_no_response_to_another_stimulus(world):
    changed = world["channels"].copy()
    changed[-1] *= 3
    np.testing.assert_array_equal(_tuned(world, channels=changed)[:-1], _tuned(world)[:-1])


def test_true_ncsnr_is_what_repeated_trials_show():
    rng = np.random.default_rng(1)
    tuned = rng.normal(size=(600, 200))
    tuned = (tuned - tuned.mean(0)) / tuned.std(0)
    responds = np.arange(200) >= 20
    responses = draw_responses(tuned, responds, np.zeros(200), EstimationNoise(0, 0), 0.7, rng)
    trials = np.stack([responses.draw_trials(np.arange(600), rng) for _ in range(3)])
    noise = np.sqrt(trials.var(0, ddof=1).mean(0))[responds]
    signal = responses.amplitudes.std(0)[responds]
    np.testing.assert_allclose(signal / noise, responses.ncsnr[responds], rtol=0.12)
    averaged, truth = trials.mean(0)[:, responds], responses.amplitudes[:, responds]
    r2 = np.array([np.corrcoef(a, t)[0, 1] ** 2 for a, t in zip(averaged.T, truth.T, strict=True)])
    np.testing.assert_allclose(r2, responses.noise_ceiling(3)[responds], atol=0.08)


def test_scanner_noise_and_leakage_count_into_the_ncsnr():
    rng = np.random.default_rng(2)
    tuned = rng.normal(size=(50, 300))
    estimation = EstimationNoise(scanner=0.5, leakage=0.1)
    loud = draw_responses(tuned, np.ones(300, bool), np.full(300, 0.4), estimation, 0.7, rng)
    assert 0.55 < np.median(loud.ncsnr) < 0.75
    deaf = draw_responses(tuned, np.ones(300, bool), np.full(300, 5.0), estimation, 0.7, rng)
    assert deaf.ncsnr.max() < 0.65


def test_silent_voxels_have_neither_signal_nor_trial_noise():
    rng = np.random.default_rng(3)
    responds = np.array([True, False])
    responses = draw_responses(rng.normal(size=(9, 2)), responds, np.ones(2), EstimationNoise(0, 0), 0.7, rng)
    trials = responses.draw_trials(np.arange(9), rng)
    assert (trials[:, 1] == 0).all()
    assert responses.ncsnr[1] == responses.noise_ceiling(3)[1] == 0
    assert (trials[:, 0] != 0).all()


def test_voxels_share_a_part_of_their_trial_noise():
    rng = np.random.default_rng(4)
    tuned = np.zeros((1, 50))
    responses = draw_responses(tuned, np.ones(50, bool), np.zeros(50), EstimationNoise(0, 0), 0.7, rng)
    trials = responses.draw_trials(np.zeros(4000, dtype=int), rng)
    correlations = np.corrcoef(trials.T)[np.triu_indices(50, 1)]
    expected = 0.2 * (responses.loadings.T @ responses.loadings)[np.triu_indices(50, 1)]
    np.testing.assert_allclose(correlations, expected, atol=0.08)
    assert np.abs(expected).max() > 0.12
