"""Stacks on planted layers, against scipy's optimiser and fits by scikit-learn."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import nnls
from sklearn.linear_model import Ridge
from tests.support.stored_spaces import SILENT, TRAIN, Held, gram_of, held, planted_subject

from cortex2image.encoding.scoring import Scorer, Scoring
from cortex2image.prediction import stacked
from cortex2image.prediction.partitions import Trials
from cortex2image.prediction.predictions import RidgeSettings
from cortex2image.prediction.spaces import Gram
from cortex2image.prediction.stacked import Stacked, stack_layers
from cortex2image.ridge import engine
from cortex2image.ridge.folds import make_folds
from cortex2image.ridge.repeats import PerTrial

LAYERS = 4
SETTINGS = RidgeSettings([0.1, 1, 10, 100, 1000], folds=4, average_repeats=["test"], seed=3, device="cpu")

pytestmark = pytest.mark.filterwarnings("ignore:ridge. inner products")


def stack(
    layers: Sequence[Gram | PerTrial],
    betas: np.ndarray,
    trials: Trials,
    at_once: int = 12,
    settings: RidgeSettings = SETTINGS,
) -> tuple[Stacked, Scorer]:
    scorer = Scorer(betas.shape[1], Scoring(100, 100, trials.fold is not None, seed=9))
    spaces = [Held(layer) for layer in layers]
    found = stack_layers(spaces, held(betas), trials, settings, at_once, scorer)
    return found, scorer


@pytest.mark.parametrize("folds", [0, 5])
def test_weights_find_the_planted_layer(rng, folds):
    spaces, betas, trials = planted_subject(rng, LAYERS, folds=folds)
    found, scorer = stack([gram_of(space) for space in spaces], betas, trials)
    assert found.weights.shape == (LAYERS, 12)
    assert (found.weights >= 0).all()
    np.testing.assert_allclose(found.weights.sum(axis=0), 1)
    assert found.weights[0, :3].min() > 0.8
    assert found.weights[-1, 3:6].min() > 0.8
    assert found.weights[[0, -1], 6:9].sum(axis=0).min() > 0.8
    r = scorer.scores(np.full(12, np.nan), None).r
    assert r[:9].min() > 0.4
    assert np.abs(r[SILENT]).max() < 0.35
    assert found.stimuli == (130 if folds else 40)


def test_the_stack_is_the_best_mean_of_layers_that_are_fitted_by_hand(rng):
    """Folds, fits to single trials, weights and predictions, all with other libraries."""
    spaces, betas, trials = planted_subject(rng, 3)
    settings = replace(SETTINGS, alphas=[10.0])
    found, scorer = stack([gram_of(space) for space in spaces], betas, trials, settings=settings)
    train = np.flatnonzero(trials.split == "train")
    names, row = np.unique(trials.stimulus[train], return_inverse=True)
    folds, counts = make_folds(4, len(names), names, 3), np.bincount(row)
    means = np.array([betas[train][row == r].mean(axis=0) for r in range(len(names))], dtype=float)
    held_out, predicted = np.empty((3, len(names), 12)), []
    for number, space in enumerate(spaces):
        features = space.matrix[:TRAIN].astype(float)
        around = features - np.average(features, axis=0, weights=counts)
        scale = np.sqrt(6 / np.average((around**2).sum(axis=1), weights=counts))
        X, new = features * scale, space.matrix[TRAIN:] * scale
        for fold in folds:
            some = fold.train[row]
            fit = Ridge(10.0).fit(X[row][some], betas[train][some].astype(float))
            held_out[number, fold.validation] = fit.predict(X[fold.validation])
        predicted.append(Ridge(10.0).fit(X[row], betas[train].astype(float)).predict(new))
    weights = np.empty((3, 12))
    for voxel in range(12):
        errors = (held_out[:, :, voxel] - means[:, voxel]).T * np.sqrt(counts)[:, None]
        rows = np.vstack([errors, 1e6 * np.ones(3)])
        weights[:, voxel] = nnls(rows, np.append(np.zeros(len(names)), 1e6))[0]
    np.testing.assert_allclose(found.weights, weights, atol=2e-3)
    tested = np.unique(trials.stimulus[trials.split == "test"])
    true = np.array([betas[trials.stimulus == name].mean(axis=0) for name in tested])
    together = np.einsum("lv,lmv->mv", weights, predicted)
    expected = [np.corrcoef(together[:, v], true[:, v])[0, 1] for v in range(12)]
    np.testing.assert_allclose(scorer.scores(np.full(12, np.nan), None).r, expected, atol=2e-3)
    np.testing.assert_allclose(found.alpha, 10.0)


def test_a_layer_is_read_and_decomposed_once_whatever_the_blocks(rng, monkeypatch):
    spaces, betas, trials = planted_subject(rng, 3)
    seen, decompose = [], engine.decompose
    monkeypatch.setattr(engine, "decompose", lambda *given: seen.append(None) or decompose(*given))
    whole, scored = stack(spaces, betas, trials)
    assert len(seen) == 3 * (4 + 1)
    seen.clear()
    monkeypatch.setattr(stacked, "TOGETHER", 2)
    parts, again = stack(spaces, betas, trials, at_once=5)
    assert len(seen) == 3 * (4 + 1)
    np.testing.assert_allclose(parts.alpha, whole.alpha, rtol=1e-4)
    np.testing.assert_allclose(parts.weights, whole.weights, atol=1e-4)
    np.testing.assert_allclose(again.resamples()[0], scored.resamples()[0], atol=1e-4)


def test_responses_to_test_stimuli_change_no_weight(rng):
    spaces, betas, trials = planted_subject(rng, 3)
    before, scored = stack(spaces, betas, trials)
    changed = betas.copy()
    test = trials.split == "test"
    changed[test] += 30 * rng.standard_normal((int(test.sum()), 12)).astype(np.float32)
    after, again = stack(spaces, changed, trials)
    np.testing.assert_array_equal(before.weights, after.weights)
    np.testing.assert_array_equal(before.alpha, after.alpha)
    assert not np.allclose(scored.resamples()[0], again.resamples()[0])
