"""Encoding models in blocks of voxels: against scikit-learn, and independent of test responses."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from cortex2image.encoding.scoring import Scorer, Scoring
from cortex2image.errors import ConfigError, DataError
from cortex2image.prediction import voxelwise
from cortex2image.prediction.partitions import Trials
from cortex2image.prediction.predictions import SELECTIONS, RidgeSettings, predict_test_trials
from cortex2image.prediction.responses import Responses
from cortex2image.prediction.voxelwise import Encoded, encode_test_trials, fit_encoder, predict_pictures
from cortex2image.ridge.repeats import PerTrial
from cortex2image.stats.correlation import Sums, correlations, sums_by_fold

SETTINGS = RidgeSettings([10.0], folds=3, average_repeats=["test"], seed=2**60 + 1, device="cpu")
STIMULI, TRAIN, WIDTH, VOXELS = 36, 28, 12, 10


# gcv takes repeats of a stimulus, and trials of a run, for independent rows.
CASES = [
    (selection, averaged, folds)
    for selection in SELECTIONS
    for averaged in (["test"], ["train", "test"])
    for folds in (False, True)
    if selection != "gcv" or ("train" in averaged and not folds)
]


def study(rng: np.random.Generator, width: int = WIDTH) -> tuple[PerTrial, np.ndarray, Trials]:
    """Return features, betas and trials of 28 training and 8 test stimuli, shown 1 to 3 times, shuffled."""
    stimulus = np.repeat(np.arange(STIMULI), np.resize([1, 2, 3], STIMULI))
    stimulus = stimulus[rng.permutation(len(stimulus))]
    features = rng.standard_normal((STIMULI, width)).astype(np.float32)
    betas = features[stimulus] @ rng.standard_normal((width, VOXELS)) + rng.standard_normal(
        (len(stimulus), VOXELS)
    )
    trials = Trials(
        np.array([f"stimulus-{s:02d}" for s in stimulus]),
        np.array([f"run-{i // 10}" for i in range(len(stimulus))]),
        np.where(stimulus < TRAIN, "train", "test"),
        None,
    )
    return PerTrial(features, stimulus), betas.astype(np.float32), trials


def cross_validated(trials: Trials) -> tuple[Trials, PerTrial]:
    """Return the same number of trials, each with a stimulus and features of its own, and runs as folds."""
    n = len(trials.stimulus)
    rng = np.random.default_rng(3)
    order = rng.permutation(n)
    names = np.array([f"trial-{i:02d}" for i in order])
    features = PerTrial(rng.standard_normal((n, 4)).astype(np.float32), order)
    return Trials(names, trials.run, np.full(n, "train"), np.arange(n) // 10), features


def held(betas: np.ndarray) -> Responses:
    parts = np.array_split(np.arange(len(betas)), 5)
    return Responses(*betas.shape, lambda: ((part, betas[part]) for part in parts))


def encode(
    features: PerTrial,
    betas: np.ndarray,
    trials: Trials,
    settings: RidgeSettings = SETTINGS,
    at_once: int = 4,
) -> tuple[Encoded, list[Sums]]:
    """Return facts of the fits, and what the scorer was given, as sums of every fold."""
    scorer = Scorer(betas.shape[1], Scoring(100, 40, trials.fold is not None, 8))
    return encode_test_trials(features, held(betas), trials, settings, at_once, scorer), scorer.parts


def means_of(betas: np.ndarray, trials: Trials, split: str) -> np.ndarray:
    names = np.unique(trials.stimulus[trials.split == split])
    return np.array([betas[trials.stimulus == name].mean(axis=0) for name in names])


def test_scores_are_those_of_a_pipeline_on_single_trials(rng):
    features, betas, trials = study(rng)
    got, (part,) = encode(features, betas, trials)
    train = trials.split == "train"
    model = make_pipeline(StandardScaler(), Ridge(10.0)).fit(
        features.each()[train].astype(float), betas[train].astype(float)
    )
    expected = Sums.of(model.predict(features.matrix[TRAIN:].astype(float)), means_of(betas, trials, "test"))
    for name in ("predicted", "measured", "product", "error", "bias"):
        np.testing.assert_allclose(
            getattr(part, name), getattr(expected, name), rtol=1e-4, atol=1e-4, err_msg=name
        )
    assert got.stimuli == part.rows == STIMULI - TRAIN
    np.testing.assert_allclose(got.alpha, np.full(VOXELS, 10.0))


def test_training_repeats_are_averaged_on_request(rng):
    features, betas, trials = study(rng)
    averaged = replace(SETTINGS, average_repeats=["train", "test"])
    _, (got,) = encode(features, betas, trials, averaged)
    model = make_pipeline(StandardScaler(), Ridge(10.0))
    model.fit(features.matrix[:TRAIN].astype(float), means_of(betas, trials, "train").astype(float))
    expected = Sums.of(model.predict(features.matrix[TRAIN:].astype(float)), means_of(betas, trials, "test"))
    np.testing.assert_allclose(got.product, expected.product, rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(got.error, expected.error, rtol=1e-4, atol=1e-4)


@pytest.mark.filterwarnings("ignore:ridge alpha")
@pytest.mark.parametrize(("selection", "averaged", "folds"), CASES)
def test_blocks_and_streaming_change_no_score(rng, selection, averaged, folds):
    """The same fit with all targets in memory, which are trials of their own, is the oracle."""
    features, betas, trials = study(rng, width=50)
    if folds:
        trials, features = cross_validated(trials)
    asked = replace(
        SETTINGS, alphas=[1.0, 10.0, 100.0], selection=selection, average_repeats=averaged, latent=False
    )
    whole = predict_test_trials(features, PerTrial(betas, np.arange(len(betas))), trials, asked)
    expected = correlations(sums_by_fold(whole.predicted, whole.measured, whole.fold), folds)
    for at_once in (3, VOXELS):
        got, parts = encode(features, betas, trials, asked, at_once)
        found = correlations(parts, folds)
        np.testing.assert_allclose(found.r, expected.r, atol=2e-5)
        np.testing.assert_allclose(found.p, expected.p, atol=2e-5)
        np.testing.assert_allclose(got.alpha, whole.alpha)


def test_the_penalty_of_folds_is_their_geometric_mean(rng, monkeypatch):
    trials, features = cross_validated(study(rng)[2])
    betas = study(rng)[1]
    alphas = iter([1.0, 100.0] * 4)
    part = voxelwise._encode
    with_alpha = lambda *args: replace(part(*args), alpha=np.full(VOXELS, next(alphas)))  # noqa: E731
    monkeypatch.setattr(voxelwise, "_encode", with_alpha)
    folds = len(np.unique(trials.fold))
    expected = 10 ** np.mean(np.log10(np.resize([1.0, 100.0], folds)))
    np.testing.assert_allclose(encode(features, betas, trials)[0].alpha, expected)


@pytest.mark.filterwarnings("ignore:ridge alpha")
@pytest.mark.parametrize(
    ("selection", "averaged"),
    [(selection, both) for selection in SELECTIONS for both in (False, True) if both or selection != "gcv"],
)
def test_responses_to_test_stimuli_change_no_prediction(rng, selection, averaged, monkeypatch):
    features, betas, trials = study(rng)
    seen = []
    fit_blocks = voxelwise.fit_blocks

    def kept(*args: object):
        for fit in fit_blocks(*args):
            seen.append(fit)
            yield fit

    monkeypatch.setattr(voxelwise, "fit_blocks", kept)
    asked = replace(
        SETTINGS,
        alphas=[1.0, 10.0, 100.0],
        selection=selection,
        average_repeats=["train", "test"][not averaged :],
    )
    before, sums_before = encode(features, betas, trials, asked)
    betas[trials.split == "test"] += 100 * rng.standard_normal((int((trials.split == "test").sum()), VOXELS))
    features.matrix[-1] += 100
    after, sums_after = encode(features, betas, trials, asked)
    first, second = (np.hstack([fit.predicted for fit in half]) for half in (seen[:3], seen[3:]))
    np.testing.assert_array_equal(first[:-1], second[:-1])
    assert not np.allclose(first[-1], second[-1])
    np.testing.assert_array_equal(before.alpha, after.alpha)
    assert not np.allclose(sums_before[0].measured, sums_after[0].measured)


def test_a_test_stimulus_in_training_is_refused(rng):
    features, betas, trials = study(rng)
    trials.split[np.flatnonzero(trials.stimulus == "stimulus-34")[0]] = "train"
    with pytest.raises(DataError, match="stimulus stimulus-34 is in train and test"):
        encode(features, betas, trials)


def test_repeats_of_test_stimuli_must_be_averaged(rng):
    with pytest.raises(ConfigError, match="repeats of test stimuli"):
        encode(*study(rng), replace(SETTINGS, average_repeats=["train"]))


def test_the_scorer_gets_test_stimuli_in_order_of_their_names(rng):
    """Resamples of two models are paired only if both see the same order."""
    features, betas, trials = study(rng)
    given = []

    class Kept(Scorer):
        def add(self, fold: int, voxels: slice, predicted: np.ndarray, measured: np.ndarray) -> None:
            given.append((fold, voxels, measured.copy()))
            super().add(fold, voxels, predicted, measured)

    scorer = Kept(VOXELS, Scoring(100, 40, False, 8))
    encode_test_trials(features, held(betas), trials, SETTINGS, 4, scorer)
    assert [(fold, voxels) for fold, voxels, _ in given] == [
        (0, slice(0, 4)), (0, slice(4, 8)), (0, slice(8, 10))
    ]  # fmt: skip
    measured = np.hstack([block for _, _, block in given])
    np.testing.assert_allclose(measured, means_of(betas, trials, "test"), rtol=1e-5, atol=1e-6)


def predicted(features, pictures, betas, trials, at_once=4, settings=SETTINGS):
    parts = list(predict_pictures(features, pictures, held(betas), trials, settings, at_once))
    assert [block.start for block, _ in parts] == list(range(0, VOXELS, at_once))
    return np.concatenate([responses for _, responses in parts], axis=1)


@pytest.mark.filterwarnings("ignore:ridge alpha")
@pytest.mark.parametrize("selection", [selection for selection in SELECTIONS if selection != "gcv"])
def test_pictures_predict_what_the_model_of_single_trials_says(rng, selection):
    """Features of test stimuli given once more as pictures predict the same as those of the test stimuli."""
    features, betas, trials = study(rng)
    settings = replace(SETTINGS, alphas=[1.0, 10.0], selection=selection, latent=False)
    given = PerTrial(betas, np.arange(len(betas)))
    expected = predict_test_trials(features, given, trials, settings).predicted
    got = predicted(features, features.matrix[TRAIN:][::-1], betas, trials, settings=settings)
    np.testing.assert_allclose(got[: STIMULI - TRAIN], expected, atol=1e-4)
    np.testing.assert_allclose(got[STIMULI - TRAIN :], expected[::-1], atol=1e-4)


def test_neither_test_responses_nor_features_of_pictures_change_what_others_predict(rng):
    features, betas, trials = study(rng)
    pictures = rng.standard_normal((5, WIDTH)).astype(np.float32)
    before = predicted(features, pictures, betas, trials)
    betas[trials.split == "test"] = 1e6
    pictures[1:] *= 1e3
    after = predicted(features, pictures, betas, trials)
    np.testing.assert_allclose(after[:9], before[:9], rtol=1e-6)


@pytest.mark.filterwarnings("ignore:ridge alpha")
@pytest.mark.parametrize(
    ("selection", "averaged"), [(name, averaged) for name, averaged, folds in CASES if not folds]
)
@pytest.mark.parametrize("width", [WIDTH, 60])
def test_a_fit_that_is_kept_predicts_what_the_workflow_predicts_in_one_go(rng, selection, averaged, width):
    features, betas, trials = study(rng, width)
    pictures = rng.standard_normal((5, width)).astype(np.float32)
    settings = replace(
        SETTINGS, selection=selection, average_repeats=averaged, alphas=[1, 10, 100, 1000], latent=False
    )
    blocks = predict_pictures(features, pictures, held(betas), trials, settings, 4)
    expected = np.concatenate([block[-5:] for _, block in blocks], axis=1)
    kept = fit_encoder(features, held(betas), trials, settings)
    np.testing.assert_allclose(kept.predict(pictures), expected, rtol=2e-4, atol=2e-4)
    assert np.ptp(expected) > 0


def test_a_fit_that_is_kept_has_seen_no_test_trial(rng):
    features, betas, trials = study(rng)
    changed, pictures = betas.copy(), rng.standard_normal((5, WIDTH)).astype(np.float32)
    changed[trials.split == "test"] = 1e6
    first, second = (
        fit_encoder(features, held(each), trials, SETTINGS).predict(pictures) for each in (betas, changed)
    )
    np.testing.assert_array_equal(first, second)
