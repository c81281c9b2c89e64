"""Decoders of controls: nothing true is left in them, and no test response enters them."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from tests.support.held_out import training

from cortex2image.errors import ConfigError
from cortex2image.prediction import controls
from cortex2image.prediction.controls import (
    Decoding,
    decode_control,
    random_responses,
    shuffled_pairs,
    wrong_trials,
)
from cortex2image.prediction.partitions import Trials, partitions
from cortex2image.prediction.predictions import RidgeSettings, predict_test_trials
from cortex2image.ridge.repeats import PerTrial

pytestmark = pytest.mark.filterwarnings("ignore:ridge alpha")
SETTINGS = RidgeSettings([10.0], folds=3, average_repeats=["test"], seed=4)
TRAIN, TEST = 80, 20


def nested(rng: np.random.Generator, seed: int = 0, average=("test",)) -> Decoding:
    """Return 80 training and 20 test stimuli, each shown twice; betas are linear in the features."""
    stimulus = np.repeat(np.arange(TRAIN + TEST), 2)[rng.permutation(2 * (TRAIN + TEST))]
    features = rng.standard_normal((TRAIN + TEST, 6)).astype(np.float32)
    betas = features[stimulus] @ rng.standard_normal((6, 30)) + 0.2 * rng.standard_normal((len(stimulus), 30))
    names = np.array([f"stimulus-{s:03d}" for s in stimulus])
    runs = np.array([f"run-{i // 10}" for i in range(len(stimulus))])
    trials = Trials(names, runs, np.where(stimulus < TRAIN, "train", "test"), None)
    rows = PerTrial(betas.astype(np.float32) + 2, np.arange(len(stimulus)))
    return Decoding(rows, PerTrial(features, stimulus), trials, average, seed, "sub-01")


def folded(rng: np.random.Generator, seed: int = 0, runs: int = 12, labels: int = 8) -> Decoding:
    """Return 12 runs, each with one trial of 8 categories; a run is a fold; features are the category's."""
    category = np.concatenate([rng.permutation(labels) for _ in range(runs)])
    run = np.repeat(np.arange(runs), labels)
    features = rng.standard_normal((labels, 6)).astype(np.float32)
    betas = features[category] @ rng.standard_normal((6, 30)) + 0.2 * rng.standard_normal((len(run), 30))
    names = np.array([f"run-{r:02d}-{c}" for r, c in zip(run, category, strict=True)])
    trials = Trials(names, np.array([f"run-{r:02d}" for r in run]), np.full(len(run), "train"), run)
    rows = PerTrial(betas.astype(np.float32), np.arange(len(run)))
    return Decoding(rows, PerTrial(features, category), trials, ["test"], seed, "sub-01")


def identified(found) -> float:
    """Return how often a decoded vector is more like its own true one than like another's."""
    r = np.corrcoef(found.predicted, found.measured)[: len(found.predicted), len(found.predicted) :]
    own = np.diag(r)[:, None]
    different = np.abs(found.measured[:, None] - found.measured[None]).sum(axis=2) > 0
    return float(((own > r) + 0.5 * (own == r))[different].mean())


def test_the_shuffled_decoder_is_an_independent_regression_on_the_wrong_stimuli(rng):
    decoding = nested(rng)
    trials, got = decoding.trials, decode_control("shuffled_fit", decoding, SETTINGS)
    train = np.flatnonzero(trials.split == "train")
    wrong = wrong_trials(trials, partitions(trials)[0], 0, "sub-01")
    targets = decoding.features.each()[wrong[train]].astype(float)
    model = make_pipeline(StandardScaler(), Ridge(10.0)).fit(
        decoding.betas.matrix[train].astype(float), targets
    )
    means = [decoding.betas.matrix[trials.stimulus == s].mean(axis=0) for s in got.stimuli]
    np.testing.assert_allclose(got.predicted, model.predict(np.array(means)), atol=1e-4)
    np.testing.assert_array_equal(got.measured, decoding.features.matrix[TRAIN:])


@pytest.mark.parametrize("make", [nested, folded])
def test_the_shuffled_decoder_knows_nothing_and_the_true_one_does(make):
    found = []
    for seed in range(12):
        decoding = make(np.random.default_rng(seed), seed)
        found.append(identified(decode_control("shuffled_fit", decoding, SETTINGS)))
    true = predict_test_trials(decoding.betas, decoding.features, decoding.trials, SETTINGS)
    assert identified(true) > 0.9
    assert abs(np.mean(found) - 0.5) < 3 * np.std(found, ddof=1) / np.sqrt(len(found))
    assert abs(np.mean(found) - 0.5) < 0.1


@pytest.mark.parametrize("average", [("test",), ("train", "test")])
def test_all_trials_of_a_stimulus_get_one_and_the_same_other_stimulus(rng, average):
    decoding = nested(rng, average=average)
    trials = decoding.trials
    (partition,) = partitions(trials)
    wrong = wrong_trials(trials, partition, 3, "sub-01")
    pairs = {(trials.stimulus[i], trials.stimulus[wrong[i]]) for i in partition.train}
    assert len(pairs) == len({own for own, _ in pairs}) == len({other for _, other in pairs}) == TRAIN
    assert all(own != other for own, other in pairs)
    np.testing.assert_array_equal(wrong[partition.test], partition.test)
    posed = shuffled_pairs(decoding, partition)
    assert len(posed.groups) == (TRAIN if "train" in average else 2 * TRAIN)


def test_averaged_responses_stay_those_of_one_stimulus(rng):
    decoding = nested(rng, average=("train", "test"))
    (partition,) = partitions(decoding.trials)
    posed = shuffled_pairs(decoding, partition)
    stimulus, betas = decoding.trials.stimulus, decoding.betas.matrix
    means = [betas[stimulus == name].mean(axis=0) for name in np.unique(stimulus[partition.train])]
    apart = np.abs(np.array(means)[:, None] - posed.predictors[None]).max(axis=2).min(axis=0)
    assert apart.max() < 1e-4


def test_averaged_trials_of_a_fold_are_said_to_show_one_stimulus(rng):
    """A stimulus is shown in two runs: trials that get the same stimulus are averaged, and no others."""
    decoding = folded(rng)
    trials, category = decoding.trials, decoding.features.row
    pair = trials.fold // 2
    names = np.array([f"{p}-{c}" for p, c in zip(pair, category, strict=True)])
    repeated = replace(trials, stimulus=names, fold=pair)
    decoding = replace(decoding, trials=repeated, average_repeats=["train", "test"])
    for partition in partitions(repeated):
        posed = shuffled_pairs(decoding, partition)
        assert len(posed.targets) == len(np.unique(names[partition.train]))
        apart = np.abs(posed.targets[:, None] - decoding.features.matrix[None]).max(axis=2).min(axis=1)
        assert apart.max() < 1e-6


def test_a_run_keeps_its_stimuli_and_test_trials_their_own(rng):
    trials = folded(rng).trials
    for partition in partitions(trials):
        wrong = wrong_trials(trials, partition, 5, "sub-01")
        np.testing.assert_array_equal(wrong[partition.test], partition.test)
        for run in np.unique(trials.run):
            here = trials.run == run
            assert Counter(trials.stimulus[wrong[here]]) == Counter(trials.stimulus[here])
        assert (wrong != np.arange(len(wrong)))[partition.train].mean() > 0.7


def test_only_training_trials_of_a_run_that_is_parted_are_permuted(rng):
    whole = folded(rng).trials
    parted = replace(whole, fold=np.arange(len(whole.stimulus)) % 2)
    for partition in partitions(parted):
        wrong = wrong_trials(parted, partition, 5, "sub-01")
        assert set(wrong[partition.train]) == set(partition.train)


@pytest.mark.parametrize("make", [nested, folded])
def test_who_gets_what_depends_on_no_order_of_trials(rng, make):
    trials = make(rng).trials

    def pairs(trials, seed=1, subject="sub-01"):
        wrong = wrong_trials(trials, partitions(trials)[0], seed, subject)
        return set(zip(trials.stimulus.tolist(), trials.stimulus[wrong].tolist(), strict=True))

    order = rng.permutation(len(trials.stimulus))
    fold = None if trials.fold is None else trials.fold[order]
    again = Trials(trials.stimulus[order], trials.run[order], trials.split[order], fold)
    assert pairs(again) == pairs(trials)
    assert pairs(trials, seed=2) != pairs(trials)
    assert pairs(trials, subject="sub-02") != pairs(trials)


@pytest.mark.parametrize("control", ["shuffled_fit", "random_brain"])
def test_no_test_response_and_no_test_feature_enters_a_decoder(rng, control):
    decoding = nested(rng)
    before = decode_control(control, decoding, SETTINGS)
    test = decoding.trials.split == "test"
    features = decoding.features.matrix.copy()
    features[TRAIN:] += 7
    betas = decoding.betas.matrix.copy()
    betas[test] *= 0
    other = replace(
        decoding,
        betas=replace(decoding.betas, matrix=betas),
        features=replace(decoding.features, matrix=features),
    )
    after = decode_control(control, other, SETTINGS)
    np.testing.assert_array_equal(before.alpha, after.alpha)
    if control == "random_brain":  # nor is a test response decoded
        np.testing.assert_array_equal(before.predicted, after.predicted)
        return
    # A linear decoder of equal rows gives equal features: those of the response 0.
    np.testing.assert_allclose(after.predicted, np.tile(after.predicted[0], (TEST, 1)), atol=1e-5)


def test_random_brains_have_the_mean_and_the_covariance_of_the_training_responses(rng):
    betas = (rng.standard_normal((50, 6)) @ rng.standard_normal((6, 6)) + 3).astype(np.float32)
    train = np.arange(5, 45)
    rows = training(PerTrial(betas, np.arange(50)), train)
    drawn = random_responses(rows, [f"s{i}" for i in range(20_000)], 1, "sub-01")
    expected = np.cov(betas[train], rowvar=False)
    scale = np.sqrt(np.diag(expected))
    np.testing.assert_allclose(drawn.mean(axis=0), betas[train].mean(axis=0), atol=0.04 * scale.max())
    np.testing.assert_allclose(
        np.cov(drawn, rowvar=False) / np.outer(scale, scale), np.corrcoef(betas[train].T), atol=0.04
    )
    assert drawn.dtype == np.float32


def test_a_random_brain_depends_on_its_stimulus_alone_and_not_on_blocks(rng, monkeypatch):
    train = training(PerTrial(rng.standard_normal((50, 6)), np.arange(50)), np.arange(40))
    one = random_responses(train, ["a", "b", "c"], 1, "sub-01")
    np.testing.assert_allclose(random_responses(train, ["c", "a"], 1, "sub-01"), one[[2, 0]], atol=1e-6)
    assert np.abs(random_responses(train, ["a"], 1, "sub-02") - one[:1]).max() > 0.1
    monkeypatch.setattr(controls, "TRIALS_AT_ONCE", 7)
    np.testing.assert_allclose(random_responses(train, ["a", "b", "c"], 1, "sub-01"), one, atol=1e-6)


def test_voxels_share_the_draw_of_a_stimulus_over_feature_spaces(rng):
    """Spaces are decoded from different regions: their random responses belong to one brain."""
    betas, train = rng.standard_normal((50, 6)), np.arange(40)
    whole = random_responses(training(PerTrial(betas, np.arange(50)), train), ["a", "b"], 1, "sub-01")
    part = random_responses(training(PerTrial(betas[:, 2:5], np.arange(50)), train), ["a", "b"], 1, "sub-01")
    np.testing.assert_allclose(part, whole[:, 2:5], atol=1e-6)


def test_the_decoder_of_random_brains_is_that_of_the_study(rng):
    decoding = nested(rng)
    got = decode_control("random_brain", decoding, SETTINGS)
    train = decoding.trials.split == "train"
    model = make_pipeline(StandardScaler(), Ridge(10.0))
    model.fit(decoding.betas.matrix[train].astype(float), decoding.features.each()[train].astype(float))
    drawn = random_responses(
        training(decoding.betas, np.flatnonzero(train)), got.stimuli.tolist(), 0, "sub-01"
    )
    np.testing.assert_allclose(got.predicted, model.predict(drawn.astype(float)), atol=1e-4)


def test_random_brains_are_decoded_in_every_fold(rng):
    decoding = folded(rng)
    got = decode_control("random_brain", decoding, SETTINGS)
    assert sorted(got.stimuli) == sorted(decoding.trials.stimulus)
    assert abs(identified(got) - 0.5) < 0.15


def test_one_training_stimulus_cannot_be_shuffled():
    stimulus = np.array(["a", "a", "t"])
    trials = Trials(stimulus, np.array(["r"] * 3), np.array(["train", "train", "test"]), None)
    with pytest.raises(ConfigError, match="two training stimuli"):
        wrong_trials(trials, partitions(trials)[0], 0, "sub-01")


def test_runs_of_one_trial_cannot_be_permuted():
    trials = Trials(np.array(["a", "b"]), np.array(["r1", "r2"]), np.full(2, "train"), np.arange(2))
    with pytest.raises(ConfigError, match="two training trials in a run"):
        wrong_trials(trials, partitions(trials)[0], 0, "sub-01")


def test_one_training_response_has_no_covariance(rng):
    with pytest.raises(ConfigError, match="two training trials"):
        random_responses(
            training(PerTrial(rng.random((3, 2)), np.arange(3)), np.array([1])), ["t"], 0, "sub-01"
        )
