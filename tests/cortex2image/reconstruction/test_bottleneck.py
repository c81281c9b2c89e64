"""Projection on directions of training features, beside an exact PCA of scikit-learn."""

import numpy as np
import pytest
from sklearn.decomposition import PCA

from cortex2image.errors import ConfigError
from cortex2image.leakage import TrainingRows
from cortex2image.reconstruction import bottleneck
from cortex2image.reconstruction.bottleneck import narrowed

TRAIN = np.arange(1, 40, 2)


@pytest.fixture
def true(rng):
    """Return features of 40 stimuli, half of them for training, around a mean that is far from 0."""
    spread = np.linspace(3, 0.3, 40)
    return (20 + rng.standard_normal((40, 40)) * spread @ rng.standard_normal((40, 90))).astype(np.float32)


@pytest.fixture
def decoded(rng):
    return (20 + 3 * rng.standard_normal((6, 90))).astype(np.float32)


def training(true):
    return TrainingRows(true, TRAIN, np.setdiff1d(np.arange(len(true)), TRAIN))


def of_sklearn(decoded, true, rank):
    pca = PCA(rank, svd_solver="full").fit(true[TRAIN].astype(float))
    return pca.inverse_transform(pca.transform(decoded.astype(float)))


@pytest.mark.parametrize("rank", [1, 4, len(TRAIN) - 1])
def test_what_is_left_is_what_an_exact_pca_leaves(decoded, true, rank):
    left = narrowed(decoded, training(true), rank)
    assert left.dtype == np.float32
    np.testing.assert_allclose(left, of_sklearn(decoded, true, rank), atol=2e-4)


def test_blocks_of_columns_change_nothing(decoded, true, monkeypatch):
    whole = narrowed(decoded, training(true), 5)
    monkeypatch.setattr(bottleneck, "BLOCK", 8 * len(TRAIN) * 7)
    np.testing.assert_allclose(narrowed(decoded, training(true), 5), whole, atol=1e-5)


def test_other_stimuli_are_not_read(decoded, true):
    other = true.copy()
    other[0::2] = np.nan
    np.testing.assert_array_equal(narrowed(decoded, training(other), 5), narrowed(decoded, training(true), 5))


def test_all_directions_keep_the_training_features(true):
    np.testing.assert_allclose(narrowed(true[TRAIN], training(true), len(TRAIN) - 1), true[TRAIN], atol=2e-4)


def test_more_directions_leave_no_less(decoded, true):
    apart = [np.linalg.norm(narrowed(decoded, training(true), k) - decoded, axis=1) for k in (1, 3, 9, 19)]
    assert (np.diff(apart, axis=0) < 0).all()


@pytest.mark.parametrize("rank", [0, len(TRAIN), 1000])
def test_more_directions_than_stimuli_span_are_refused_before_products(decoded, true, rank, monkeypatch):
    monkeypatch.setattr(bottleneck, "component_weights", None)
    with pytest.raises(ConfigError, match=rf"reconstruct/bottleneck\n  expected: 1 to 19 (.|\n)*{rank}"):
        narrowed(decoded, training(true), rank)


def test_copies_of_stimuli_span_no_further_direction(decoded, true):
    few = true.copy()
    few[TRAIN] = true[TRAIN[:4]].repeat(5, axis=0)
    with pytest.raises(ConfigError, match="1 to 3 components"):
        narrowed(decoded, training(few), 4)
