"""Encoding models of inner products against models of the features that they are products of."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn.linear_model import RidgeCV
from tests.support.stored_spaces import TRAIN, gram_of, held, planted_subject

from cortex2image.encoding.scoring import Scorer, Scoring
from cortex2image.errors import ConfigError
from cortex2image.prediction.partitions import Trials
from cortex2image.prediction.predictions import RidgeSettings
from cortex2image.prediction.spaces import Gram, Space
from cortex2image.prediction.voxelwise import Encoded, encode_test_trials
from cortex2image.ridge.repeats import PerTrial

pytestmark = pytest.mark.filterwarnings("ignore:ridge")

SETTINGS = RidgeSettings([1.0, 10, 100, 1000], folds=4, average_repeats=["test"], seed=3, device="cpu")


def encode(
    space: Space,
    betas: np.ndarray,
    trials: Trials,
    settings: RidgeSettings = SETTINGS,
    at_once: int = 5,
    components: int | None = None,
) -> tuple[Encoded, Scorer]:
    scorer = Scorer(betas.shape[1], Scoring(100, 100, trials.fold is not None, seed=9))
    return encode_test_trials(space, held(betas), trials, settings, at_once, scorer, components), scorer


def whitened(space: PerTrial, rows: np.ndarray) -> PerTrial:
    """Return features whose columns are standardised over some trials, so that one number can do it too."""
    each = space.each()[rows].astype(float)
    return PerTrial(((space.matrix - each.mean(axis=0)) / each.std(axis=0)).astype("f4"), space.row)


@pytest.mark.parametrize("selection", ["kfold", "loo"])
@pytest.mark.parametrize("averaged", [["test"], ["train", "test"]])
def test_inner_products_of_standardised_features_score_as_these_do(rng, selection, averaged):
    """One penalty, since folds of vectors are standardised by their own rows and may choose another one."""
    (space, _), betas, trials = planted_subject(rng, width=60)
    settings = replace(SETTINGS, alphas=[30.0], selection=selection, average_repeats=averaged)
    if "train" in averaged:
        matrix = space.matrix[:TRAIN].astype(float)
        space = PerTrial(((space.matrix - matrix.mean(axis=0)) / matrix.std(axis=0)).astype("f4"), space.row)
    else:
        space = whitened(space, trials.split == "train")
    _, of_vectors = encode(space, betas, trials, settings)
    _, of_products = encode(gram_of(space), betas, trials, settings)
    for one, two in zip(of_vectors.resamples(), of_products.resamples(), strict=True):
        np.testing.assert_allclose(two, one, atol=2e-5)


def test_any_scale_of_the_features_gives_the_same_model(rng):
    """The number that inner products are multiplied by undoes the scale; penalties mean the same."""
    (space, _), betas, trials = planted_subject(rng, width=60)
    one, first = encode(gram_of(space), betas, trials)
    other, second = encode(gram_of(PerTrial(64 * space.matrix, space.row)), betas, trials)
    np.testing.assert_array_equal(one.alpha, other.alpha)
    np.testing.assert_allclose(first.resamples()[0], second.resamples()[0], atol=1e-5)


def test_scores_are_those_of_ridge_on_the_features_as_they_are(rng):
    (space, _), betas, trials = planted_subject(rng, width=60)
    settings = replace(SETTINGS, average_repeats=["train", "test"], selection="loo")
    got, scorer = encode(gram_of(space), betas, trials, settings)
    names = np.unique(trials.stimulus[trials.split == "train"])
    Y = np.array([betas[trials.stimulus == name].mean(axis=0) for name in names]).astype(float)
    X = space.matrix.astype(float)
    X *= np.sqrt(60 / ((X[:TRAIN] - X[:TRAIN].mean(axis=0)) ** 2).sum(axis=1).mean())
    model = RidgeCV(SETTINGS.alphas, alpha_per_target=True).fit(X[:TRAIN], Y)
    np.testing.assert_array_equal(got.alpha, model.alpha_)
    tested = np.unique(trials.stimulus[trials.split == "test"])
    true = np.array([betas[trials.stimulus == name].mean(axis=0) for name in tested])
    predicted = model.predict(X[TRAIN:])
    expected = [np.corrcoef(predicted[:, v], true[:, v])[0, 1] for v in range(12)]
    np.testing.assert_allclose(scorer.scores(np.full(12, np.nan), None).r, expected, atol=1e-5)


@pytest.mark.parametrize("folds", [0, 5])
def test_blocks_of_voxels_change_nothing(rng, folds):
    (space, _), betas, trials = planted_subject(rng, folds=folds)
    one, first = encode(gram_of(space), betas, trials, at_once=12)
    other, second = encode(gram_of(space), betas, trials, at_once=1)
    np.testing.assert_array_equal(one.alpha, other.alpha)
    np.testing.assert_allclose(second.resamples()[0], first.resamples()[0], atol=2e-5)
    r = first.scores(np.full(12, np.nan), None).r
    assert r[:3].min() > 0.4


def test_as_many_components_as_the_features_have_change_nothing(rng):
    (space, _), betas, trials = planted_subject(rng, width=20)
    # All variance lies in 8 directions.
    space = PerTrial((space.matrix[:, :8] @ rng.standard_normal((8, 20))).astype("f4"), space.row)
    plain, first = encode(gram_of(space), betas, trials)
    few, second = encode(gram_of(space), betas, trials, components=8)
    np.testing.assert_array_equal(plain.alpha, few.alpha)
    np.testing.assert_allclose(second.resamples()[0], first.resamples()[0], atol=1e-4)
    _, third = encode(gram_of(space), betas, trials, components=2)
    assert not np.allclose(third.resamples()[0], first.resamples()[0], atol=1e-2)


def test_responses_to_test_stimuli_change_no_penalty(rng):
    (space, _), betas, trials = planted_subject(rng)
    before, _ = encode(gram_of(space), betas, trials)
    betas[trials.split == "test"] *= -20
    after, _ = encode(gram_of(space), betas, trials)
    np.testing.assert_array_equal(before.alpha, after.alpha)


def test_the_released_recipe_has_no_inner_products(rng):
    (space, _), betas, trials = planted_subject(rng)
    gram: Gram = gram_of(space)
    for averaged in (["test"], ["train", "test"]):
        settings = replace(SETTINGS, selection="as_released", average_repeats=averaged)
        with pytest.raises(ConfigError, match="fits to inner products"):
            encode(gram, betas, trials, settings)
