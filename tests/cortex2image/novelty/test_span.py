"""Projection on the span of training features, beside least squares of NumPy."""

import numpy as np
import pytest

from cortex2image.leakage import TrainingRows
from cortex2image.novelty import span as core
from cortex2image.novelty.span import Explained, Span


def features(rng, train, width, test=7):
    """Return training and test features around a mean that is far from 0."""
    matrix = rng.normal(20, 1, (train + test, width)).astype(np.float32)
    return TrainingRows(matrix, np.arange(train), np.arange(train, train + test)), matrix[train:]


def by_least_squares(train, rows):
    known, mean = train[:].astype(float), train[:].astype(float).mean(axis=0)
    weights, *_ = np.linalg.lstsq((known - mean).T, (rows - mean).T, rcond=None)
    return mean + weights.T @ (known - mean)


@pytest.mark.parametrize(("train", "width"), [(12, 40), (40, 12), (20, 20)])
def test_projections_are_those_of_least_squares(rng, train, width):
    known, rows = features(rng, train, width)
    span = Span.of(known)
    assert span.directions == min(train - 1, width)
    np.testing.assert_allclose(span.project(rows), by_least_squares(known, rows), atol=1e-4)


def test_blocks_of_columns_change_nothing(rng, monkeypatch):
    known, rows = features(rng, 12, 40)
    whole = Span.of(known).project(rows)
    monkeypatch.setattr(core, "BLOCK", 8 * 12 * 7)
    np.testing.assert_allclose(Span.of(known).project(rows), whole, atol=1e-4)


def test_features_in_the_span_are_kept(rng):
    known, _ = features(rng, 12, 40)
    weights = rng.dirichlet(np.ones(12), 5)
    mixed = (weights @ known[:]).astype(np.float32)
    np.testing.assert_allclose(Span.of(known).project(mixed), mixed, atol=1e-4)


def test_copies_of_stimuli_add_no_direction(rng):
    known, _ = features(rng, 12, 40)
    twice = TrainingRows(np.concatenate([known[:], known[:]]), np.arange(24), np.empty(0, int))
    assert Span.of(twice).directions == 11


def test_other_rows_are_not_read(rng):
    matrix = rng.normal(size=(20, 30)).astype(np.float32)
    spoilt = matrix.copy()
    spoilt[12:] = np.nan
    one, two = (Span.of(TrainingRows(each, np.arange(12), np.arange(12, 20))) for each in (matrix, spoilt))
    np.testing.assert_array_equal(one.weights, two.weights)


def test_explained_variance_is_that_of_the_projections(rng):
    known, rows = features(rng, 12, 40)
    span = Span.of(known)
    found = Explained.of(span, rows, span.project(rows))
    mean = known[:].astype(float).mean(axis=0)
    best = by_least_squares(known, rows)
    missed, total = ((rows - best) ** 2).sum(axis=0), ((rows - mean) ** 2).sum(axis=0)
    assert found.r2 == pytest.approx(1 - missed.sum() / total.sum(), abs=1e-5)
    assert 0 < found.r2 < 1
    np.testing.assert_allclose(found.of_units, 1 - missed / total, atol=1e-4)
    both = found + found
    assert both.r2 == pytest.approx(found.r2)


def test_no_linear_decoder_explains_more(rng):
    """Ridge decoders of random brains stay within the span; so does the best of them."""
    known, rows = features(rng, 12, 40)
    span = Span.of(known)
    best = Explained.of(span, rows, span.project(rows)).r2
    for _ in range(20):
        weights = rng.normal(size=(7, 12))
        mean = known[:].mean(axis=0)
        decoded = mean + weights @ (known[:] - mean)
        assert Explained.of(span, rows, decoded).r2 < best
    nearly = span.project(rows) + 0.01 * (known[:7] - known[:].mean(axis=0))
    assert Explained.of(span, rows, nearly).r2 < best
