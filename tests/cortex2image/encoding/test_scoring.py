"""The scorer: against scores of everything at once, its level on silent voxels, and false discoveries."""

from dataclasses import replace

import numpy as np
import pytest

from cortex2image.encoding.scoring import Scorer, Scoring
from cortex2image.errors import DataError
from cortex2image.stats.correlation import correlate
from cortex2image.stats.permuted_products import PermutationNull
from cortex2image.stats.resampled_scores import ResampledScores

SCORING = Scoring(permutations=100, resamples=40, within_folds=False, seed=9)


def scorer_of(
    predicted: np.ndarray, measured: np.ndarray, scoring: Scoring = SCORING, folds: int = 1
) -> Scorer:
    scorer = Scorer(predicted.shape[1], scoring)
    parts = zip(np.array_split(predicted, folds), np.array_split(measured, folds), strict=True)
    for fold, part in enumerate(parts):
        scorer.add(fold, slice(0, predicted.shape[1]), *part)
    return scorer


@pytest.mark.parametrize("folds", [1, 3])
def test_blocks_and_folds_in_any_order_give_the_scores_of_everything_at_once(rng, folds):
    predicted, noise = rng.standard_normal((2, 24, 10))
    measured, scoring = predicted + noise, replace(SCORING, within_folds=folds > 1)
    whole = scorer_of(predicted, measured, scoring, folds)
    pieces = Scorer(10, scoring)
    for block in (slice(4, 10), slice(0, 4)):
        for fold in range(folds)[::-1]:
            rows = np.array_split(np.arange(24), folds)[fold]
            pieces.add(fold, block, predicted[rows, block], measured[rows, block])
    ceiling = np.full(10, 0.5), np.full(10, 0.1)
    expected, got = (vars(scorer.scores(*ceiling)) for scorer in (whole, pieces))
    for name, values in expected.items():
        np.testing.assert_allclose(got[name], values, rtol=1e-5, atol=1e-6, err_msg=name)
    for a, b in zip(pieces.resamples(), whole.resamples(), strict=True):
        np.testing.assert_allclose(a, b, atol=1e-6)
        assert (a.shape, a.dtype) == ((10, 40), np.float32)


def test_r_and_p_are_those_of_correlate(rng):
    predicted, noise = rng.standard_normal((2, 24, 6))
    folds = np.repeat([0, 1, 2], 8)
    for labels, scoring in ((None, SCORING), (folds, replace(SCORING, within_folds=True))):
        expected = correlate(predicted, predicted + noise, labels)
        scorer = scorer_of(predicted, predicted + noise, scoring, 1 if labels is None else 3)
        got = scorer.scores(np.full(6, np.nan), None)
        np.testing.assert_allclose(got.r, expected.r)
        np.testing.assert_allclose(got.p, expected.p)


def test_null_and_resamples_have_the_seed_of_the_subject(rng):
    predicted, measured = rng.standard_normal((2, 20, 5))
    scorer = scorer_of(predicted, measured)
    null, resampled = PermutationNull(5, 100, False, 9), ResampledScores(5, 40, False, 9)
    for part in (null, resampled):
        part.add(0, slice(0, 5), predicted, measured)
    np.testing.assert_array_equal(scorer.scores(np.full(5, np.nan), None).p_permutation, null.p())
    np.testing.assert_array_equal(scorer.resamples()[0], resampled.scores()[0])


def test_resamples_of_two_models_are_paired(rng):
    """The difference of two models of the same accuracy varies less in common resamples than in others."""
    measured, noise = rng.standard_normal((2, 60, 200))
    common = measured + noise
    first, second = (common + 0.3 * rng.standard_normal(common.shape) for _ in range(2))
    seeds = (SCORING, SCORING, replace(SCORING, seed=10))
    one, paired, other = (
        scorer_of(model, measured, scoring).resamples()[0]
        for model, scoring in zip((first, second, second), seeds, strict=True)
    )
    assert (paired - one).std(axis=1).mean() < 0.7 * (other - one).std(axis=1).mean()


@pytest.mark.parametrize("folds", [1, 4])
def test_silent_voxels_are_significant_at_the_stated_rate(rng, folds):
    """Predictions of a cross-validated study are given here, and do not depend on other folds.

    Both nulls then allow for a dependence that is not there, and p < 0.05 has the rate of 1.64 / sqrt(2)
    fewer standard deviations: 1 % of voxels.
    """
    predicted, measured = rng.standard_normal((2, 48, 20_000))
    scoring = replace(SCORING, permutations=400, within_folds=folds > 1)
    got = scorer_of(predicted, measured, scoring, folds).scores(np.full(20_000, np.nan), None)
    low, high = (0.04, 0.06) if folds == 1 else (0.006, 0.016)
    for p in (got.p, got.p_permutation):
        assert low < np.mean(p < 0.05) < high


def false_discoveries(
    rng: np.random.Generator, voxels: int, signals: int, noise_mix: np.ndarray
) -> dict[str, tuple[float, float]]:
    """Return the false discovery proportion and the power of each q in one study."""
    predicted = rng.standard_normal((40, 1)) + 0.5 * rng.standard_normal((40, voxels))
    measured = rng.standard_normal((40, noise_mix.shape[0])) @ noise_mix
    measured[:, :signals] += 0.9 * predicted[:, :signals]
    got = scorer_of(predicted, measured, replace(SCORING, permutations=500)).scores(
        np.full(voxels, np.nan), None
    )
    found = {name: getattr(got, name) < 0.1 for name in ("q", "q_by", "q_permutation")}
    return {
        name: (hit[signals:].sum() / max(hit.sum(), 1), hit[:signals].mean()) for name, hit in found.items()
    }


def test_false_discoveries_keep_their_rate_under_dependence(rng):
    """Half of the variance of noise is common to blocks of 20 voxels, and predictions of voxels are alike."""
    voxels, signals = 300, 100
    mix = np.vstack([np.eye(voxels), np.repeat(np.eye(voxels // 20), 20, axis=1)]) / np.sqrt(2)
    studies = [false_discoveries(rng, voxels, signals, mix) for _ in range(60)]
    rate, power = (
        {name: np.mean([study[name][i] for study in studies]) for name in studies[0]} for i in (0, 1)
    )
    # The expected rate of Benjamini and Hochberg is 0.1 x 2/3; its mean over 60 studies varies by 0.015.
    assert 0.02 < rate["q"] < 0.11
    assert 0.02 < rate["q_permutation"] < 0.11
    assert rate["q_by"] < 0.03
    assert power["q_by"] > 0.5
    assert power["q"] > power["q_by"]


def test_bytes_of_a_voxel_cover_what_is_kept():
    for folds in (False, True):
        scoring = replace(SCORING, within_folds=folds)
        scorer = Scorer(1000, scoring)
        kept = scorer._resampled._kept.nbytes + (scorer._null._products.nbytes if folds else 0)
        assert kept <= 1000 * scoring.bytes_per_voxel
    assert replace(SCORING, permutations=10**6).bytes_per_voxel == SCORING.bytes_per_voxel


@pytest.mark.parametrize(
    ("calls", "message"),
    [
        ([(0, slice(0, 3))], "3 in fold 0"),
        ([], "0 in fold 0"),
        ([(0, slice(0, 3)), (0, slice(2, 4))], "voxels 2 to 4 of fold 0 again"),
        ([(0, slice(0, 4)), (1, slice(0, 4))], "folds 0 and 1"),
        ([(0, slice(2, 6))], "2 to 6"),
    ],
)
def test_blocks_that_are_missing_or_come_twice_are_refused(rng, calls, message):
    scorer = Scorer(4, SCORING)
    with pytest.raises(DataError, match=message):
        for fold, block in calls:
            scorer.add(fold, block, *rng.standard_normal((2, 8, block.stop - block.start)))
        scorer.scores(np.full(4, np.nan), None)


def test_a_fold_without_some_voxels_is_refused(rng):
    scorer = Scorer(4, replace(SCORING, within_folds=True))
    scorer.add(0, slice(0, 4), *rng.standard_normal((2, 8, 4)))
    scorer.add(1, slice(0, 3), *rng.standard_normal((2, 8, 3)))
    with pytest.raises(DataError, match="3 in fold 1"):
        scorer.resamples()


def test_shapes_and_values_that_make_no_sense_are_refused(rng):
    predicted, measured = rng.standard_normal((2, 8, 4))
    scorer = Scorer(4, SCORING)
    with pytest.raises(DataError, match=r"\(8, 4\) and \(7, 4\)"):
        scorer.add(0, slice(0, 4), predicted, measured[:7])
    measured[2, 1] = np.nan
    with pytest.raises(DataError, match="NaN or Inf"):
        scorer.add(0, slice(0, 4), predicted, measured)
