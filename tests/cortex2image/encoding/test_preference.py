"""The best model of a voxel: certain where it is planted, left undecided where there is nothing."""

import numpy as np
import pyarrow as pa
import pytest

from cortex2image.encoding.preference import Preference, decided, prefer
from cortex2image.encoding.scoring import Scorer, Scoring
from cortex2image.errors import ConfigError, DataError

MODELS, STIMULI = 5, 200


def preferred(predictions: list[np.ndarray], measured: np.ndarray) -> Preference:
    """Score models on the same test stimuli and resamples, and compare them."""
    r, resampled = [], []
    for predicted in predictions:
        scorer = Scorer(measured.shape[1], Scoring(100, 200, False, seed=4))
        scorer.add(0, slice(0, measured.shape[1]), predicted, measured)
        r.append(scorer.scores(np.full(measured.shape[1], np.nan), None).r)
        resampled.append(scorer.resamples()[0])
    return prefer(r, resampled)


def table(found: Preference) -> pa.Table:
    return pa.table(vars(found))


def test_a_planted_layer_is_found_with_certainty(rng):
    layers = [rng.standard_normal((STIMULI, 40)) for _ in range(MODELS)]
    planted = np.arange(40) % MODELS
    measured = np.stack([layers[p][:, v] for v, p in enumerate(planted)], axis=1)
    measured = measured + rng.standard_normal(measured.shape)
    got = preferred(layers, measured)
    np.testing.assert_array_equal(got.best, planted)
    assert got.stability.min() > 0.99
    assert decided(table(got)).all()
    assert (got.second != got.best).all()


def test_silent_voxels_are_left_undecided(rng):
    """One of five models is always the best; other stimuli would have led to another one."""
    voxels = 600
    layers = [rng.standard_normal((STIMULI, voxels)) for _ in range(MODELS)]
    got = preferred(layers, rng.standard_normal((STIMULI, voxels)))
    assert np.bincount(got.best, minlength=MODELS).min() > 80
    assert decided(table(got)).mean() < 0.05
    assert 1 / MODELS < got.stability.mean() < 0.75


def test_layers_that_predict_alike_are_left_undecided(rng):
    signal = rng.standard_normal((STIMULI, 300))
    layers = [signal + 0.7 * rng.standard_normal((STIMULI, 300)) for _ in range(2)]
    got = preferred(layers, signal + rng.standard_normal((STIMULI, 300)))
    assert got.r.min() > 0.3
    assert decided(table(got)).mean() < 0.09  # both ends of an interval of 95 %


def test_values_are_those_of_a_loop(rng):
    r, resampled = rng.standard_normal((3, 7)), rng.standard_normal((3, 7, 50)).astype(np.float32)
    got = prefer(list(r), list(resampled))
    for voxel in range(7):
        best, second = np.argsort(-r[:, voxel])[:2]
        apart = resampled[best, voxel].astype(float) - resampled[second, voxel]
        assert (got.best[voxel], got.second[voxel]) == (best, second)
        assert got.margin[voxel] == r[best, voxel] - r[second, voxel]
        np.testing.assert_allclose(got.margin_low[voxel], np.quantile(apart, 0.025))
        np.testing.assert_allclose(got.margin_high[voxel], np.quantile(apart, 0.975))
        wins = [resampled[:, voxel, draw].argmax() == best for draw in range(50)]
        assert got.stability[voxel] == np.mean(wins)


def test_models_that_all_predict_nothing_have_no_stable_best():
    got = prefer([np.zeros(2)] * 3, [np.zeros((2, 10), np.float32)] * 3)
    np.testing.assert_array_equal(got.stability, 0)
    assert not decided(table(got)).any()


def test_one_model_and_tables_of_different_sizes_are_refused():
    with pytest.raises(ConfigError, match="at least 2 models"):
        prefer([np.zeros(2)], [np.zeros((2, 10))])
    with pytest.raises(DataError, match="same voxels and resamples"):
        prefer([np.zeros(2)] * 2, [np.zeros((2, 10)), np.zeros((2, 11))])
