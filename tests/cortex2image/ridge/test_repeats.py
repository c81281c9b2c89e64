"""Trials that share rows: averages, and fits to pictures against fits to every trial."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.model_selection import KFold

from cortex2image.errors import ConfigError, DataError
from cortex2image.ridge import RidgeCV
from cortex2image.ridge.repeats import Averaged, PerTrial, Repeats, Shared, Side, checked_row

pytestmark = pytest.mark.filterwarnings("ignore:ridge alpha")

ALPHAS = np.logspace(-1, 4, 6)
SHAPES = {"tall": (30, 8), "wide": (30, 60)}
ROW = np.array([4, 0, 2, 2, 0, 2, 5])


@dataclass(frozen=True)
class Problem:
    """Features of pictures, the picture of each trial (0 to 3 of each), and responses of trials."""

    features: np.ndarray
    row: np.ndarray
    responses: np.ndarray
    new: np.ndarray

    @classmethod
    def drawn(cls, shape: str, rng: np.random.Generator, dtype: str = "f8") -> "Problem":
        pictures, p = SHAPES[shape]
        features = rng.normal(1, np.linspace(0.2, 2, p), (pictures, p)).astype(dtype)
        row = rng.permutation(np.repeat(np.arange(pictures), np.resize([1, 2, 3, 0], pictures)))
        signal = 3 + features[row] @ rng.standard_normal((p, 6))
        noise = np.linspace(0.1, 20, 6) * rng.standard_normal((len(row), 6))
        return cls(features, row, (signal + noise).astype(dtype), rng.normal(1, 1, (4, p)).astype(dtype))


def same(got: RidgeCV, expected: RidgeCV, new: np.ndarray, complete: bool = True) -> None:
    """Compare two fits: scores, penalties, predictions."""
    np.testing.assert_allclose(got.best_score_, expected.best_score_, atol=1e-6)
    np.testing.assert_array_equal(got.alpha_, expected.alpha_)
    if complete:
        np.testing.assert_allclose(got.cv_scores_, expected.cv_scores_, rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(got.predict(new), expected.predict(new), rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("intercept", [False, True])
@pytest.mark.parametrize("standardize", [False, True])
@pytest.mark.parametrize("selection", ["kfold", "loo"])
@pytest.mark.parametrize("shape", SHAPES)
def test_pictures_with_weights_fit_as_their_trials_do(rng, shape, selection, standardize, intercept):
    """Encoding: predictors repeat, and repeats stay together in folds or are left out together."""
    problem = Problem.drawn(shape, rng)
    options = {"cv": 4, "selection": selection, "standardize": standardize, "fit_intercept": intercept}
    trials = RidgeCV(ALPHAS, **options).fit(
        problem.features[problem.row], problem.responses, groups=problem.row
    )
    pictures = RidgeCV(ALPHAS, **options)
    pictures.fit(PerTrial(problem.features, problem.row), problem.responses, groups=problem.row)
    same(pictures, trials, problem.new, complete=selection == "kfold")


@pytest.mark.parametrize("standardize", [False, True])
@pytest.mark.parametrize("selection", ["kfold", "loo", "gcv"])
@pytest.mark.parametrize("shape", SHAPES)
def test_folds_that_part_repeats_keep_trials_as_rows(rng, shape, selection, standardize):
    problem = Problem.drawn(shape, rng)
    options = {"cv": KFold(4), "selection": selection, "standardize": standardize}
    trials = RidgeCV(ALPHAS, **options).fit(problem.features[problem.row], problem.responses)
    pictures = RidgeCV(ALPHAS, **options)
    pictures.fit(PerTrial(problem.features, problem.row), problem.responses)
    same(pictures, trials, problem.new, complete=selection != "loo")


@pytest.mark.parametrize("standardize", [False, True])
@pytest.mark.parametrize("selection", ["kfold", "loo"])
@pytest.mark.parametrize("shape", SHAPES)
def test_targets_that_trials_share_fit_as_repeated_targets_do(rng, shape, selection, standardize):
    """Decoding: every trial has responses of its own, and the features of its picture as targets."""
    problem = Problem.drawn(shape, rng)
    X = problem.responses @ rng.standard_normal((6, SHAPES[shape][1])) + rng.standard_normal(
        (len(problem.row), SHAPES[shape][1])
    )
    options = {"cv": 4, "selection": selection, "standardize": standardize}
    targets = problem.features[:, :5]
    repeated = RidgeCV(ALPHAS, **options).fit(X, targets[problem.row], groups=problem.row)
    shared = RidgeCV(ALPHAS, **options).fit(X, PerTrial(targets, problem.row), groups=problem.row)
    same(shared, repeated, X[:4], complete=selection == "kfold")


@settings(max_examples=40, deadline=None)
@given(
    counts=st.lists(st.integers(0, 3), min_size=12, max_size=20).filter(lambda c: sum(n > 0 for n in c) >= 6),
    p=st.sampled_from([3, 40]),
    standardize=st.booleans(),
    seed=st.integers(0, 2**32 - 1),
)
def test_any_repeats_fit_as_their_trials_do(counts, p, standardize, seed):
    rng = np.random.default_rng(seed)
    features = rng.standard_normal((len(counts), p))
    row = rng.permutation(np.repeat(np.arange(len(counts)), counts))
    Y = features[row][:, :2] + rng.standard_normal((len(row), 2))
    options = {"cv": 3, "standardize": standardize}
    trials = RidgeCV([1.0, 100.0], **options).fit(features[row], Y, groups=row)
    pictures = RidgeCV([1.0, 100.0], **options).fit(PerTrial(features, row), Y, groups=row)
    np.testing.assert_allclose(pictures.cv_scores_, trials.cv_scores_, rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(pictures.predict(features), trials.predict(features), rtol=1e-6, atol=1e-6)


def test_single_precision_is_as_good(rng):
    problem = Problem.drawn("wide", rng, "f4")
    exact = RidgeCV(ALPHAS, cv=4, standardize=True).fit(
        problem.features[problem.row].astype("f8"), problem.responses.astype("f8"), groups=problem.row
    )
    pictures = RidgeCV(ALPHAS, cv=4, standardize=True)
    pictures.fit(PerTrial(problem.features, problem.row), problem.responses, groups=problem.row)
    np.testing.assert_allclose(pictures.cv_scores_, exact.cv_scores_, atol=2e-5)


def test_averages_that_come_averaged_and_weights_give_the_same_fit(rng):
    problem = Problem.drawn("wide", rng)
    X, repeats = PerTrial(problem.features, problem.row), Repeats.of(problem.row)
    averaged = repeats.average(problem.responses)
    options = {"cv": 4, "standardize": True}
    expected = RidgeCV(ALPHAS, **options).fit(X, problem.responses, groups=problem.row)
    same(RidgeCV(ALPHAS, **options).fit(X, averaged, groups=problem.row), expected, problem.new)
    (block,) = RidgeCV(ALPHAS, **options).predict_blocks(X, [averaged], problem.new, groups=problem.row)
    np.testing.assert_allclose(block.predicted, expected.predict(problem.new), atol=1e-9)
    rows = problem.features[repeats.used]
    folds = list(KFold(4).split(rows))
    weighted = RidgeCV(ALPHAS, cv=folds).fit(rows, averaged.means, weights=repeats.counts)
    trial_folds = [tuple(np.flatnonzero(np.isin(repeats.member, side)) for side in fold) for fold in folds]
    trials = RidgeCV(ALPHAS, cv=trial_folds).fit(problem.features[problem.row], problem.responses)
    np.testing.assert_allclose(weighted.predict(problem.new)[:, 0], trials.predict(problem.new)[:, 0])


def test_averages_are_those_of_pandas(rng):
    values = rng.normal(5, 1, (len(ROW), 3))
    got, frame = Repeats.of(ROW).average(values), pd.DataFrame(values).groupby(ROW)
    np.testing.assert_allclose(got.means, frame.mean())
    np.testing.assert_allclose(got.within, ((values - frame.transform("mean")) ** 2).sum())


def test_the_mean_of_equal_trials_is_exact_and_nothing_is_within():
    got = Repeats.of(ROW).average(np.full((len(ROW), 2), 0.1, np.float32))
    assert (got.means == np.float32(0.1)).all()
    assert not got.within.any()


def test_repeats_know_their_order():
    assert Repeats.of(np.array([3, 5, 9])).in_order
    assert not Repeats.of(np.array([5, 3, 9])).in_order
    assert Repeats.of(ROW).counts.tolist() == [2, 3, 1, 1]
    assert Repeats.of(ROW).first.tolist() == [1, 2, 0, 6]


def test_labels_that_part_trials_are_seen():
    repeats = Repeats.of(ROW)
    assert not repeats.splits(ROW * 10)
    assert repeats.splits(np.arange(len(ROW)))


@pytest.mark.parametrize("row", [[0, 3], [-1, 0]])
def test_rows_that_do_not_exist_are_refused(row):
    with pytest.raises(DataError, match=r"numbers from 0 to 2"):
        checked_row(np.array(row), 3)
    with pytest.raises(DataError, match=r"rows of trials"):
        RidgeCV().fit(PerTrial(np.eye(3), np.array(row)), np.ones((2, 1)))


@pytest.mark.parametrize("weight", [0.0, -1.0, np.nan, np.inf])
def test_weights_that_are_none_are_refused(rng, weight):
    X, weights = rng.standard_normal((12, 3)), np.ones(12)
    weights[7] = weight
    with pytest.raises(DataError, match=r"1 others, the first .* at row 7"):
        RidgeCV().fit(X, X, weights=weights)
    with pytest.raises(DataError, match="12 weights"):
        RidgeCV().fit(X, X, weights=np.ones(11))
    with pytest.raises(ConfigError, match="none beside PerTrial"):
        RidgeCV().fit(PerTrial(X, np.arange(12)), X, weights=np.ones(12))


def test_averages_of_rows_that_are_trials_are_refused(rng):
    X = rng.standard_normal((12, 3))
    averaged = Averaged(X, np.zeros(3))
    with pytest.raises(DataError, match="rows that are single trials"):
        RidgeCV().fit(X, averaged)
    with pytest.raises(DataError, match="as many rows of Y as of X, 4"):
        RidgeCV(cv=2).fit(PerTrial(X[:4], np.arange(12) // 3), averaged, groups=np.arange(12) // 3)
    for within in ([0.0, np.nan, 0.0], [0.0, -1.0, 0.0], [0.0], 0.0):
        broken = Averaged(X[:4], np.array(within))
        with pytest.raises(DataError, match="sums of squares within rows"):
            RidgeCV(cv=2).fit(PerTrial(X[:4], np.arange(12) // 3), broken, groups=np.arange(12) // 3)


def test_sums_over_rows_that_share_a_target(rng):
    chosen, matrix = np.array([True, True, False, True, True, True, False]), rng.standard_normal((5, 2))
    side = Side.of(chosen, Shared.of(ROW, 6), torch.device("cpu"))
    assert side.targets.tolist() == [0, 2, 4]
    expected = pd.DataFrame(matrix).groupby(ROW[chosen]).sum()
    np.testing.assert_allclose(side.summed(torch.from_numpy(matrix)), expected)
    condensed = torch.from_numpy(rng.standard_normal((6, 3)))
    np.testing.assert_array_equal(side.of_rows(condensed), condensed[torch.from_numpy(ROW[chosen])])
    alone = Side.of(chosen, None, torch.device("cpu"))
    assert alone.summed(torch.from_numpy(matrix)).data_ptr() == torch.from_numpy(matrix).data_ptr()


@pytest.mark.parametrize("intercept", [False, True])
def test_a_column_that_is_constant_in_a_fold_stays_constant_with_weights(rng, intercept):
    problem = Problem.drawn("tall", rng)
    problem.features[:, 3] = 0.3
    problem.features[1, 3] = 1.7
    options = {"cv": 5, "standardize": True, "fit_intercept": intercept}
    trials = RidgeCV(ALPHAS, **options).fit(
        problem.features[problem.row], problem.responses, groups=problem.row
    )
    pictures = RidgeCV(ALPHAS, **options)
    pictures.fit(PerTrial(problem.features, problem.row), problem.responses, groups=problem.row)
    same(pictures, trials, problem.new)


def test_trials_of_rows_that_folds_hold_out_twice_or_never_count_as_often(rng):
    problem = Problem.drawn("tall", rng)
    used = np.unique(problem.row)
    sides = [(used[6:], used[:6]), (used[:10], used[10:15]), (used[4:], used[:4])]
    folds = [tuple(np.flatnonzero(np.isin(problem.row, side)) for side in fold) for fold in sides]
    trials = RidgeCV(ALPHAS, cv=folds).fit(problem.features[problem.row], problem.responses)
    pictures = RidgeCV(ALPHAS, cv=folds).fit(PerTrial(problem.features, problem.row), problem.responses)
    same(pictures, trials, problem.new)
    averaged = Repeats.of(problem.row).average(problem.responses)
    with pytest.raises(DataError, match="hold out each row once"):
        RidgeCV(ALPHAS, cv=folds).fit(PerTrial(problem.features, problem.row), averaged)


def test_sums_within_rows_do_not_underflow(rng):
    values = (1e-30 * rng.standard_normal((len(ROW), 2))).astype(np.float32)
    expected = Repeats.of(ROW).average(values.astype(np.float64)).within
    np.testing.assert_allclose(Repeats.of(ROW).average(values).within, expected, rtol=1e-5)
    assert expected.min() > 0


@pytest.mark.parametrize("row", [[0.0, 1.0], [[0, 1]]])
def test_rows_of_trials_are_whole_numbers(row):
    with pytest.raises(DataError, match="whole numbers in one dimension"):
        checked_row(np.array(row), 3)


def test_one_row_that_trials_share_is_not_enough():
    with pytest.raises(DataError, match="at least 2 samples"):
        RidgeCV(cv=2).fit(PerTrial(np.eye(3), np.zeros(6, int)), np.ones((6, 1)))
