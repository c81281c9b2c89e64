"""Predictions of test trials: correct for planted maps, and independent of test targets."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from cortex2image.errors import ConfigError, DataError
from cortex2image.prediction import predictions
from cortex2image.prediction.as_released import LATENT_ALPHAS
from cortex2image.prediction.partitions import Trials
from cortex2image.prediction.predictions import (
    SELECTIONS,
    Predictions,
    RidgeSettings,
    predict_test_trials,
)
from cortex2image.ridge.repeats import PerTrial

SETTINGS = RidgeSettings([10.0], folds=3, average_repeats=["test"], seed=2**60 + 1)


def study(rng: np.random.Generator) -> tuple[PerTrial, PerTrial, Trials]:
    """Return 24 training and 6 test stimuli, twice each in random order; betas are linear in features."""
    stimulus = np.repeat(np.arange(30), 2)[rng.permutation(60)]
    features = rng.standard_normal((30, 4)).astype(np.float32)
    features[:, 3] = 0.3
    betas = features[stimulus] @ rng.standard_normal((4, 9)) + 0.1 * rng.standard_normal((60, 9))
    trials = Trials(
        np.array([f"stimulus-{s:02d}" for s in stimulus]),
        np.array([f"run-{i // 10}" for i in range(60)]),
        np.where(stimulus < 24, "train", "test"),
        None,
    )
    return PerTrial(betas.astype(np.float32), np.arange(60)), PerTrial(features, stimulus), trials


def cross_validated(trials: Trials) -> Trials:
    """Return the same trials, each with a stimulus of its own, and with runs as folds."""
    unique = np.array([f"trial-{i:02d}" for i in range(60)])
    return Trials(unique, trials.run, np.full(60, "train"), np.arange(60) // 10)


def test_predictions_are_those_of_a_pipeline_on_single_trials(rng):
    betas, features, trials = study(rng)
    got = predict_test_trials(betas, features, trials, SETTINGS)
    train = trials.split == "train"
    model = make_pipeline(StandardScaler(), Ridge(10.0)).fit(
        betas.matrix[train].astype(float), features.matrix[features.row[train]].astype(float)
    )
    means = [betas.matrix[trials.stimulus == s].mean(axis=0) for s in got.stimuli]
    assert got.stimuli.tolist() == sorted(set(trials.stimulus[~train]))
    np.testing.assert_allclose(got.predicted, model.predict(np.array(means)), atol=1e-4)
    np.testing.assert_array_equal(got.measured, features.matrix[24:])
    assert got.fold is None
    np.testing.assert_allclose(got.alpha, np.full(4, 10.0))


def test_training_repeats_are_averaged_on_request(rng):
    betas, features, trials = study(rng)
    settings = RidgeSettings([10.0], 3, ["train", "test"], 0)
    got = predict_test_trials(betas, features, trials, settings)
    train = sorted(set(trials.stimulus[trials.split == "train"]))
    means = np.array([betas.matrix[trials.stimulus == s].mean(axis=0) for s in train], dtype=float)
    model = make_pipeline(StandardScaler(), Ridge(10.0)).fit(means, features.matrix[:24].astype(float))
    test = [betas.matrix[trials.stimulus == s].mean(axis=0) for s in got.stimuli]
    np.testing.assert_allclose(got.predicted, model.predict(np.array(test)), atol=1e-4)


def test_every_trial_is_predicted_by_the_fold_that_holds_it_out(rng):
    betas, features, trials = study(rng)
    trials = cross_validated(trials)
    got = predict_test_trials(betas, features, trials, SETTINGS)
    assert got.stimuli.tolist() == trials.stimulus.tolist()
    assert got.fold.tolist() == trials.fold.tolist()
    train, test = trials.fold != 2, trials.fold == 2
    targets = features.matrix[features.row].astype(float)
    model = make_pipeline(StandardScaler(), Ridge(10.0)).fit(betas.matrix[train], targets[train])
    np.testing.assert_allclose(got.predicted[test], model.predict(betas.matrix[test]), atol=1e-4)


def test_rows_carry_the_fold_that_held_them_out(rng):
    betas, features, trials = study(rng)
    trials = cross_validated(trials)
    scattered = np.array([9, 2, 5])[rng.permutation(60) % 3]
    got = predict_test_trials(betas, features, replace(trials, fold=scattered), SETTINGS)
    fold_of = dict(zip(trials.stimulus, scattered, strict=True))
    assert got.fold.tolist() == [fold_of[stimulus] for stimulus in got.stimuli]


def test_the_penalty_of_folds_is_their_geometric_mean(rng, monkeypatch):
    betas, features, trials = study(rng)
    alphas = iter([1.0, 100.0, 1.0, 100.0, 1.0, 100.0])
    part = predictions._predict

    def with_alpha(*args: object) -> Predictions:
        got = part(*args)
        return Predictions(got.predicted, got.measured, got.stimuli, np.full(4, next(alphas)))

    monkeypatch.setattr(predictions, "_predict", with_alpha)
    got = predict_test_trials(betas, features, cross_validated(trials), SETTINGS)
    np.testing.assert_allclose(got.alpha, 10.0)


@pytest.mark.filterwarnings("ignore:ridge alpha")
@pytest.mark.parametrize(
    ("selection", "averaged"),
    [(selection, both) for selection in SELECTIONS for both in (False, True) if both or selection != "gcv"],
)
def test_nothing_but_its_own_predictors_changes_what_is_predicted_of_a_stimulus(rng, selection, averaged):
    """All test targets and half of the test predictors are changed; a fit that used them would differ."""
    betas, features, trials = study(rng)
    asked = RidgeSettings([1.0, 10.0, 100.0], 3, ["train", "test"][not averaged :], 0, selection, "cpu")
    before = predict_test_trials(betas, features, trials, asked)
    changed = np.isin(trials.stimulus, before.stimuli[:3])
    betas.matrix[changed] += 100
    features.matrix[24:] -= 100
    after = predict_test_trials(betas, features, trials, asked)
    np.testing.assert_array_equal(after.predicted[3:], before.predicted[3:])
    np.testing.assert_array_equal(after.alpha, before.alpha)
    assert np.abs(after.predicted[:3] - before.predicted[:3])[:, :3].min() > 1
    betas.matrix[trials.split == "train"] *= 2
    assert not np.allclose(predict_test_trials(betas, features, trials, asked).predicted, after.predicted)


@pytest.mark.filterwarnings("ignore:ridge alpha")
@pytest.mark.parametrize("selection", SELECTIONS)
def test_no_fold_depends_on_its_held_out_run(rng, selection):
    """All targets and half of the predictors of run 0 are changed."""
    betas, features, trials = study(rng)
    trials = cross_validated(trials)
    if selection == "gcv":
        trials = replace(trials, run=trials.stimulus)
    features = PerTrial(features.matrix[features.row], np.arange(60))
    asked = RidgeSettings([1.0, 10.0, 100.0], 3, ["test"], 0, selection, "cpu")
    before = predict_test_trials(betas, features, trials, asked).predicted
    betas.matrix[:5] += 100
    features.matrix[:10] -= 100
    after = predict_test_trials(betas, features, trials, asked).predicted
    np.testing.assert_array_equal(after[5:10], before[5:10])
    assert not np.allclose(after[10:], before[10:])


@pytest.mark.filterwarnings("ignore:ridge alpha")
@pytest.mark.parametrize("selection", ["loo", "gcv", "as_released"])
def test_penalties_are_selected_as_asked(rng, selection):
    betas, features, trials = study(rng)
    repeats = ["train", "test"] if selection == "gcv" else ["test"]
    asked = RidgeSettings([1.0, 10.0, 100.0], 3, repeats, 0, selection, "cpu", 0.01)
    got = predict_test_trials(betas, features, trials, asked)
    grid = LATENT_ALPHAS if selection == "as_released" else asked.alphas
    assert set(np.round(got.alpha, 9)) <= set(grid)
    varying = slice(0, 3)
    r = [
        np.corrcoef(a, b)[0, 1]
        for a, b in zip(got.predicted.T[varying], got.measured.T[varying], strict=True)
    ]
    assert min(r) > 0.9
    constant = got.predicted[:, 3]
    assert np.allclose(constant, 0.3) == (selection != "as_released")


def test_repeats_in_training_are_no_independent_rows(rng):
    with pytest.raises(ConfigError, match="takes repeats for independent rows"):
        predict_test_trials(*study(rng), replace(SETTINGS, selection="gcv"))


def test_a_test_stimulus_in_training_is_refused(rng):
    betas, features, trials = study(rng)
    trials.split[np.flatnonzero(trials.stimulus == "stimulus-27")[0]] = "train"
    with pytest.raises(DataError, match="stimulus stimulus-27 is in train and test"):
        predict_test_trials(betas, features, trials, SETTINGS)


def test_repeats_of_test_stimuli_must_be_averaged(rng):
    with pytest.raises(ConfigError, match="6 repeats of test stimuli"):
        predict_test_trials(*study(rng), RidgeSettings([1.0], 3, ["train"], 0))
