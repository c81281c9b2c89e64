"""Encoders of a region's mean response, beside ridge regression of scikit-learn."""

import numpy as np
import pytest
from scipy.stats import pearsonr, rankdata
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from cortex2image.errors import ConfigError, DataError
from cortex2image.prediction.partitions import Trials
from cortex2image.prediction.predictions import RidgeSettings
from cortex2image.prediction.responses import Responses
from cortex2image.regions.encoder import Encoder, mean_response, ranks, ranks_within, region_preferences
from cortex2image.ridge.repeats import PerTrial

pytestmark = pytest.mark.filterwarnings("ignore:ridge alpha")
SETTINGS = RidgeSettings([10.0], folds=4, average_repeats=["test"], seed=4, latent=False)
TRAIN, TEST = 60, 20


def study(rng, width=5, noise=0.5, folds=0):
    """Return features, the response and the trials of 60 training stimuli, and of 20 test stimuli twice."""
    stimulus = np.concatenate([np.arange(TRAIN), np.repeat(np.arange(TRAIN, TRAIN + TEST), 2)])
    stimulus = stimulus[rng.permutation(len(stimulus))]
    features = rng.standard_normal((TRAIN + TEST, width)).astype(np.float32)
    response = (
        features[stimulus] @ rng.standard_normal(width) + noise * rng.standard_normal(len(stimulus)) + 2
    )
    names = np.array([f"s{number:02d}" for number in stimulus])
    split = np.where((stimulus < TRAIN) | bool(folds), "train", "test")
    runs = np.array([f"run-{number % 8}" for number in stimulus])
    return PerTrial(features, stimulus), response, Trials(names, runs, split, stimulus % 4 if folds else None)


def found(features, response, trials, settings=SETTINGS):
    return region_preferences(features, response, trials, settings, np.random.default_rng(1))


def test_test_stimuli_are_predicted_by_a_regression_on_all_training_trials(rng):
    features, response, trials = study(rng)
    got, train = found(features, response, trials), trials.split == "train"
    scale, centre = response[train].std(), response[train].mean()
    model = make_pipeline(StandardScaler(), Ridge(10.0)).fit(
        features.each()[train], (response[train] - centre) / scale
    )
    held_out = got.split == "test"
    numbers = [int(name[1:]) for name in got.stimuli[held_out]]
    np.testing.assert_allclose(got.predicted[held_out], model.predict(features.matrix[numbers]), atol=1e-4)
    np.testing.assert_allclose(
        got.encoder.predict(features.matrix), model.predict(features.matrix), atol=1e-4
    )
    measured = [(response[trials.stimulus == name].mean() - centre) / scale for name in got.stimuli[held_out]]
    np.testing.assert_allclose(got.measured[held_out], measured, atol=1e-5)
    r = pearsonr(got.predicted[held_out], measured)[0]
    assert got.score.r[0] == pytest.approx(r, abs=1e-5)
    assert r > 0.8


def test_training_stimuli_are_not_ranked_by_the_noise_of_their_own_trials():
    rng = np.random.default_rng(0)
    features, response, trials = study(rng, width=200, noise=1)
    response = rng.standard_normal(len(response))
    got = found(features, response, trials)
    train = got.split == "train"
    noise = [response[trials.stimulus == name][0] for name in got.stimuli[train]]
    numbers = [int(name[1:]) for name in got.stimuli[train]]
    assert pearsonr(got.encoder.predict(features.matrix[numbers]), noise)[0] > 0.8
    assert pearsonr(got.predicted[train], noise)[0] < 0.3
    assert np.isnan(got.measured[train]).all()


def test_every_stimulus_is_predicted_once(rng):
    got = found(*study(rng))
    assert sorted(got.stimuli) == [f"s{number:02d}" for number in range(TRAIN + TEST)]
    assert (got.split == "test").sum() == TEST


def test_no_response_to_a_test_stimulus_reaches_a_prediction(rng):
    features, response, trials = study(rng)
    before = found(features, response, trials)
    after = found(features, np.where(trials.split == "test", 99.0, response), trials)
    np.testing.assert_array_equal(after.predicted, before.predicted)


def test_a_cross_validated_study_predicts_every_stimulus_by_the_fold_that_holds_it_out(rng):
    features, response, trials = study(rng, folds=4)
    got = found(features, response, trials)
    assert set(got.split) == {"test"}
    assert len(got.stimuli) == TRAIN + TEST
    train = trials.fold != 0
    means = [response[train & (trials.stimulus == name)].mean() for name in np.unique(trials.stimulus[train])]
    scaled = (response[train] - np.mean(means)) / np.std(means)
    model = make_pipeline(StandardScaler(), Ridge(10.0)).fit(features.each()[train], scaled)
    mine = [number for number, name in enumerate(got.stimuli) if int(name[1:]) % 4 == 0]
    expected = model.predict(features.matrix[[int(got.stimuli[number][1:]) for number in mine]])
    np.testing.assert_allclose(got.predicted[mine], expected, atol=1e-4)


def test_a_response_that_never_varies_is_refused(rng):
    features, response, trials = study(rng)
    with pytest.raises(DataError, match="a constant one"):
        found(features, np.ones_like(response), trials)


def test_weights_as_released_are_refused(rng):
    with pytest.raises(ConfigError, match="as_released"):
        found(*study(rng), RidgeSettings([1.0], 4, ["test"], 1, selection="as_released"))


def test_the_mean_of_encoders():
    mean = Encoder.mean([Encoder(np.array([1.0, 2]), 1.0, 1.0), Encoder(np.array([3.0, 2]), 2.0, 100.0)])
    assert (mean.weights.tolist(), mean.intercept) == ([2, 2], 1.5)
    assert mean.alpha == pytest.approx(10)


def test_the_mean_response_is_that_of_the_chosen_voxels(rng):
    betas = rng.standard_normal((6, 5)).astype(np.float32)
    order = rng.permutation(6)
    batches = [(order[:4], betas[order[:4]]), (order[4:], betas[order[4:]])]
    got = mean_response(Responses(6, 5, lambda: batches), np.array([1, 3]))
    np.testing.assert_allclose(got, betas[:, [1, 3]].mean(axis=1), atol=1e-6)


def test_ranks_agree_with_scipy(rng):
    values, split = rng.standard_normal(30), rng.choice(["train", "test"], 30)
    np.testing.assert_array_equal(ranks(values), rankdata(-values))
    for side in ("train", "test"):
        np.testing.assert_array_equal(
            ranks_within(values, split)[split == side], rankdata(-values[split == side])
        )
    assert ranks(np.array([1.0, 1.0, 2.0])).tolist() == [2, 3, 1]
