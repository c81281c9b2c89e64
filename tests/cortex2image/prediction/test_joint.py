"""Joint models against himalaya and pairs of fits, on voxels whose bands are known."""

from collections.abc import Sequence
from dataclasses import replace

import himalaya.kernel_ridge
import numpy as np
import pytest
from sklearn.linear_model import Ridge
from sklearn.preprocessing import StandardScaler
from tests.support.stored_spaces import SILENT, TRAIN, Held, gram_of, held, planted_subject

from cortex2image.encoding.scoring import Scorer, Scoring
from cortex2image.encoding.variance import unique_variance
from cortex2image.errors import ConfigError
from cortex2image.prediction.joint import JointlyEncoded, encode_jointly
from cortex2image.prediction.partitions import Trials
from cortex2image.prediction.predictions import RidgeSettings
from cortex2image.prediction.spaces import Space
from cortex2image.prediction.voxelwise import encode_test_trials
from cortex2image.ridge import engine

pytestmark = pytest.mark.filterwarnings("ignore:ridge alpha")

SETTINGS = RidgeSettings([0.1, 1, 10, 100, 1000], folds=4, average_repeats=["test"], seed=3, device="cpu")
FIRST, LAST, BOTH = slice(0, 3), slice(3, 6), slice(6, 9)


def scorer_of(betas: np.ndarray, trials: Trials) -> Scorer:
    return Scorer(betas.shape[1], Scoring(100, 200, trials.fold is not None, seed=9))


def jointly(
    spaces: Sequence[Space],
    betas: np.ndarray,
    trials: Trials,
    at_once: int = 12,
    settings: RidgeSettings = SETTINGS,
) -> tuple[JointlyEncoded, Scorer]:
    scorer = scorer_of(betas, trials)
    found = encode_jointly([Held(s) for s in spaces], held(betas), trials, settings, at_once, scorer)
    return found, scorer


def alone(space: Space, betas: np.ndarray, trials: Trials) -> Scorer:
    scorer = scorer_of(betas, trials)
    encode_test_trials(space, held(betas), trials, SETTINGS, 12, scorer)
    return scorer


def r2_of(scorer: Scorer) -> np.ndarray:
    return scorer.scores(np.full(12, np.nan), None).r2


def measured(betas: np.ndarray, trials: Trials) -> np.ndarray:
    names = np.unique(trials.stimulus[trials.split == "test"])
    return np.array([betas[trials.stimulus == name].mean(axis=0) for name in names])


@pytest.mark.parametrize("grams", [False, True], ids=["vectors", "inner products"])
@pytest.mark.parametrize("folds", [0, 5])
def test_unique_variance_lies_where_it_is_planted(rng, grams, folds):
    spaces, betas, trials = planted_subject(rng, folds=folds)
    used = [gram_of(space) for space in spaces] if grams else spaces
    found, joint = jointly(used, betas, trials)
    singles = [alone(space, betas, trials) for space in used]
    unique = [
        unique_variance(r2_of(joint), r2_of(other), joint.resamples()[1], other.resamples()[1], share)
        for other, share in zip(singles[::-1], found.share, strict=True)
    ]
    own, none = ((FIRST, LAST), (LAST, FIRST))
    for band in range(2):
        assert unique[band].unique_r2[own[band]].min() > 0.3
        assert unique[band].unique_r2_low[own[band]].min() > 0.1
        assert np.abs(unique[band].unique_r2[none[band]]).max() < 0.05
        assert unique[band].unique_r2[SILENT].max() < 0.08
        assert unique[band].unique_r2[BOTH].min() > 0.1
        assert found.share[band, own[band]].min() > 0.85
        assert found.product_r2[band, own[band]].min() > 0.3
    np.testing.assert_allclose(found.share.sum(axis=0), 1)
    assert found.stimuli == (130 if folds else 40)


def test_predictions_are_those_of_a_ridge_with_a_penalty_per_band(rng):
    """Single trials, columns standardised over training trials, R^2 from scikit-learn."""
    spaces, betas, trials = planted_subject(rng)
    found, joint = jointly(spaces, betas, trials)
    train = trials.split == "train"
    fitted, tested = [], []
    for space in spaces:
        scaler = StandardScaler().fit(space.each()[train].astype(float))
        fitted.append(scaler.transform(space.each()[train].astype(float)))
        tested.append(scaler.transform(space.matrix[TRAIN:].astype(float)))
    true = measured(betas, trials)
    for voxel in range(12):
        root = np.sqrt(found.share[:, voxel])
        X, new = (np.hstack([f * x for f, x in zip(root, side, strict=True)]) for side in (fitted, tested))
        predicted = Ridge(found.alpha[voxel]).fit(X, betas[train, voxel].astype(float)).predict(new)
        apart = true[:, voxel] - true[:, voxel].mean()
        expected = 1 - ((true[:, voxel] - predicted) ** 2).sum() / (apart**2).sum()
        np.testing.assert_allclose(r2_of(joint)[voxel], expected, atol=1e-4)


def test_the_choice_is_as_good_as_that_of_himalaya(rng):
    """Multiple-kernel ridge on the same kernels of averaged trials, with a random search of its own."""
    spaces, betas, trials = planted_subject(rng)
    averaged = replace(SETTINGS, average_repeats=["train", "test"])
    _, joint = jointly(spaces, betas, trials, settings=averaged)
    names = np.unique(trials.stimulus[trials.split == "train"])
    Y = np.array([betas[trials.stimulus == name].mean(axis=0) for name in names]).astype(float)
    kernels, crossed = [], []
    for space in spaces:
        features = space.matrix.astype(float)
        features = StandardScaler().fit(features[:TRAIN]).transform(features)
        kernels.append(features[:TRAIN] @ features[:TRAIN].T)
        crossed.append(features[TRAIN:] @ features[:TRAIN].T)
    theirs = himalaya.kernel_ridge.MultipleKernelRidgeCV(
        kernels="precomputed",
        solver="random_search",
        cv=4,
        random_state=0,
        solver_params={"n_iter": 40, "alphas": np.array(SETTINGS.alphas), "progress_bar": False},
    ).fit(np.array(kernels), Y - Y.mean(axis=0))
    predicted = np.asarray(theirs.predict(np.array(crossed))) + Y.mean(axis=0)
    true = measured(betas, trials)
    expected = 1 - ((true - predicted) ** 2).sum(axis=0) / ((true - true.mean(axis=0)) ** 2).sum(axis=0)
    assert (r2_of(joint) > expected - 0.02).all()


@pytest.mark.parametrize("folds", [0, 5])
@pytest.mark.parametrize("at_once", [1, 5])
def test_blocks_of_voxels_change_nothing(rng, folds, at_once):
    spaces, betas, trials = planted_subject(rng, folds=folds)
    one, scored = jointly(spaces, betas, trials)
    other, again = jointly(spaces, betas, trials, at_once)
    np.testing.assert_array_equal(other.alpha, one.alpha)
    np.testing.assert_array_equal(other.share, one.share)
    np.testing.assert_allclose(other.product_r2, one.product_r2, atol=1e-5)
    for first, second in zip(scored.resamples(), again.resamples(), strict=True):
        np.testing.assert_allclose(second, first, atol=2e-5)


def test_decompositions_do_not_grow_with_blocks(rng, monkeypatch):
    spaces, betas, trials = planted_subject(rng)
    seen, decompose = [], engine.decompose
    monkeypatch.setattr(engine, "decompose", lambda *given: seen.append(None) or decompose(*given))
    counts = []
    for at_once in (12, 2):
        seen.clear()
        jointly(spaces, betas, trials, at_once)
        counts.append(len(seen))
    assert counts[0] == counts[1] == 15


@pytest.mark.parametrize("folds", [0, 5])
def test_responses_to_test_stimuli_change_no_choice(rng, folds):
    spaces, betas, trials = planted_subject(rng, folds=folds)
    before, scored = jointly(spaces, betas, trials)
    test = trials.split == "test" if not folds else trials.fold == 0
    changed = betas.copy()
    changed[test] += 30 * rng.standard_normal((int(test.sum()), 12)).astype(np.float32)
    after, again = jointly(spaces, changed, trials)
    if not folds:
        np.testing.assert_array_equal(before.alpha, after.alpha)
        np.testing.assert_array_equal(before.share, after.share)
    assert not np.allclose(scored.resamples()[0], again.resamples()[0])


def test_the_released_recipe_has_no_joint_models(rng):
    spaces, betas, trials = planted_subject(rng)
    with pytest.raises(ConfigError, match="encode/grid/unique: false"):
        jointly(spaces, betas, trials, settings=replace(SETTINGS, selection="as_released"))
