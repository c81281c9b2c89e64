"""Decoding without voxels, beside a ridge regression of scikit-learn."""

import numpy as np
import pytest
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from cortex2image.errors import ConfigError
from cortex2image.prediction.partitions import Trials
from cortex2image.prediction.predictions import RidgeSettings, predict_test_trials
from cortex2image.regions.lesions import INTACT, Lesion, decode_lesioned, first_test_stimuli, plan_lesions
from cortex2image.ridge.repeats import PerTrial
from cortex2image.tables.regions import NOTHING, RANDOM, REGION

pytestmark = pytest.mark.filterwarnings("ignore:ridge alpha")
SETTINGS = RidgeSettings([10.0], folds=3, average_repeats=["test"], seed=4)
VOXELS = np.arange(20, 29)
LABELS = ["early"] * 4 + ["ventral"] * 6 + ["lateral"] * 5


def study(rng: np.random.Generator, folds: int = 0) -> tuple[np.ndarray, PerTrial, Trials]:
    """Return betas of 9 voxels, features and trials of 24 training and 6 test stimuli, each shown twice."""
    stimulus = np.repeat(np.arange(30), 2)[rng.permutation(60)]
    features = rng.standard_normal((30, 4)).astype(np.float32)
    betas = features[stimulus] @ rng.standard_normal((4, 9)) + 0.2 * rng.standard_normal((60, 9)) + 1
    names = np.array([f"stimulus-{s:02d}" for s in stimulus])
    runs = np.array([f"run-{s // 5}" for s in stimulus])
    split = np.where((stimulus < 24) | bool(folds), "train", "test")
    trials = Trials(names, runs, split, stimulus // 10 if folds else None)
    return betas.astype(np.float32), PerTrial(features, stimulus), trials


def lesion(*columns: int) -> Lesion:
    return Lesion("any", REGION, VOXELS[list(columns)])


def test_voxels_at_their_training_mean_are_those_of_an_independent_regression(rng):
    betas, features, trials = study(rng)
    stimuli = first_test_stimuli(trials, 6)
    intact, without = decode_lesioned(
        betas, VOXELS, features, trials, [INTACT, lesion(1, 4)], stimuli, SETTINGS
    )
    train = trials.split == "train"
    model = make_pipeline(StandardScaler(), Ridge(10.0)).fit(betas[train], features.each()[train])
    new = np.stack([betas[trials.stimulus == name].mean(axis=0) for name in stimuli])
    np.testing.assert_allclose(intact.features, model.predict(new), atol=1e-4)
    new[:, [1, 4]] = betas[train][:, [1, 4]].mean(axis=0)
    np.testing.assert_allclose(without.features, model.predict(new), atol=1e-4)
    assert without.stimuli.tolist() == intact.stimuli.tolist() == stimuli


@pytest.mark.parametrize("folds", [0, 3])
def test_without_a_lesion_stimuli_are_decoded_as_everywhere_else(rng, folds):
    betas, features, trials = study(rng, folds)
    (intact,) = decode_lesioned(
        betas, VOXELS, features, trials, [INTACT], first_test_stimuli(trials, 30), SETTINGS
    )
    expected = predict_test_trials(PerTrial(betas, np.arange(60)), features, trials, SETTINGS)
    order = np.argsort(expected.stimuli)
    assert intact.stimuli.tolist() == expected.stimuli[order].tolist()
    np.testing.assert_allclose(intact.features, expected.predicted[order], atol=1e-5)


def test_voxels_that_no_decoder_reads_change_nothing_at_all(rng):
    betas, features, trials = study(rng)
    stimuli = first_test_stimuli(trials, 5)
    unread = Lesion("elsewhere", REGION, np.arange(20))
    lesions = [INTACT, unread, lesion(0), Lesion("nowhere", REGION, np.arange(0))]
    intact, other, read, empty = decode_lesioned(betas, VOXELS, features, trials, lesions, stimuli, SETTINGS)
    np.testing.assert_array_equal(other.features, intact.features)
    np.testing.assert_array_equal(empty.features, intact.features)
    assert np.abs(read.features - intact.features).max() > 0.01


def test_without_any_voxel_only_the_training_mean_is_left(rng):
    betas, features, trials = study(rng)
    (none,) = decode_lesioned(
        betas, VOXELS, features, trials, [lesion(*range(9))], first_test_stimuli(trials, 6), SETTINGS
    )
    mean = features.each()[trials.split == "train"].mean(axis=0)
    np.testing.assert_allclose(none.features, np.broadcast_to(mean, (6, 4)), atol=1e-5)


def test_nothing_of_a_test_stimulus_reaches_another(rng):
    betas, features, trials = study(rng)
    stimuli, lesions = first_test_stimuli(trials, 6), [INTACT, lesion(2)]
    before = decode_lesioned(betas, VOXELS, features, trials, lesions, stimuli, SETTINGS)
    changed = betas.copy()
    changed[trials.stimulus == stimuli[0]] += 100
    after = decode_lesioned(changed, VOXELS, features, trials, lesions, stimuli, SETTINGS)
    for one, other in zip(before, after, strict=True):
        np.testing.assert_array_equal(other.features[1:], one.features[1:])
        assert np.abs(other.features[0] - one.features[0]).max() > 1


def test_random_voxels_are_as_many_and_come_from_regions_that_are_read():
    lesions = plan_lesions(LABELS, ["early", "ventral"], ["early", "ventral"], 7, "sub-01")
    kinds = [(lesion.region, lesion.removed, len(lesion.voxels)) for lesion in lesions]
    assert kinds == [
        ("", NOTHING, 0),
        ("early", REGION, 4),
        ("early", RANDOM, 4),
        ("ventral", REGION, 6),
        ("ventral", RANDOM, 6),
    ]
    assert lesions[1].voxels.tolist() == [0, 1, 2, 3]
    for drawn in (lesions[2].voxels, lesions[4].voxels):
        assert len(set(drawn.tolist())) == len(drawn)
        assert drawn.max() < 10


def test_random_voxels_follow_from_study_subject_and_region_alone():
    def drawn(regions, seed=7, subject="sub-01"):
        planned = plan_lesions(LABELS, regions, ["early", "ventral", "lateral"], seed, subject)
        return {one.region: one.voxels.tolist() for one in planned if one.removed == RANDOM}

    both = drawn(["early", "ventral"])
    assert drawn(["ventral"]) == {"ventral": both["ventral"]}
    assert drawn(["ventral"], seed=8) != drawn(["ventral"]) != drawn(["ventral"], subject="sub-02")


def test_a_region_without_voxels_is_refused():
    with pytest.raises(ConfigError, match="cerebellum"):
        plan_lesions(LABELS, ["cerebellum"], ["early"], 7, "sub-01")


def test_the_first_stimuli_by_name_are_taken(rng):
    _, _, trials = study(rng)
    assert first_test_stimuli(trials, 2) == ["stimulus-24", "stimulus-25"]
    assert first_test_stimuli(trials, 99) == [f"stimulus-{i}" for i in range(24, 30)]
    _, _, folded = study(rng, folds=3)
    assert first_test_stimuli(folded, 1) == ["stimulus-00"]
