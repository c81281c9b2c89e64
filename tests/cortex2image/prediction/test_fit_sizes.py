"""Sizes of fits, from trials and from settings."""

from dataclasses import replace

from tests.support.ridge_trials import uneven

from cortex2image.prediction import as_released, fit_sizes
from cortex2image.prediction.fit_sizes import FitParts, FitSizes
from cortex2image.prediction.partitions import partitions
from cortex2image.ridge.kernels import Kernel
from cortex2image.ridge.posing import Split, pose_repeats
from cortex2image.ridge.solver import Given, Options, _need
from cortex2image.study.settings import Ridge


def test_sizes_are_those_of_the_largest_partition(rng):
    trials = uneven(rng, folds=False)
    got = FitSizes.of("encode", trials, partitions(trials), 7, 11)
    train = trials.stimulus[trials.split == "train"]
    assert got == FitSizes("encode", len(trials.stimulus), len(train), 200, 20, 7, 11, 3, False)
    folded = uneven(rng, folds=True)
    n = len(folded.stimulus)
    assert FitSizes.of("encode", folded, partitions(folded), 7, 11) == FitSizes(
        "encode", n, n - n % 40, n - n % 40, 40, 7, 11, 40, True
    )


def test_penalties_and_folds_as_released_are_counted():
    counts = {"decode": len(as_released.LATENT_ALPHAS), "encode": len(as_released.OTHER_ALPHAS)}
    assert counts == fit_sizes.RELEASED_ALPHAS
    assert as_released.FOLDS == fit_sizes.RELEASED_FOLDS


def test_scores_of_a_target_are_part_of_the_results():
    sizes = FitSizes("encode", 100, 90, 90, 10, 7, 1000)
    ridge = Ridge(alphas=(1.0,), folds=5, selection="kfold", device="cpu", max_memory_gb=None)
    results = [FitParts(replace(sizes, scores=n), ridge, False).parts["results"] for n in (0, 500)]
    assert results[1] - results[0] == 500 * 1000


def test_a_kernel_takes_the_place_of_its_predictors():
    """The table of 1,100 stimuli, and its rows of both sides of the split; nothing to standardise."""
    ridge = Ridge(alphas=(1.0, 10.0), folds=5)
    sizes = FitSizes("encode", 3300, 3000, 1000, 100, 1100, 500, kernel=True)
    fit = FitParts(sizes, ridge, averaged=False)
    assert fit.parts["features"] == 4 * (1100**2 + 1100 * 1000)
    assert fit.need.dual
    assert not fit.need.own
    assert fit.need.side == 1000


def test_a_fit_to_a_kernel_keeps_the_memory_of_its_plan(rng):
    """What the solver finds it needs is what was planned for it."""
    X, Y = rng.standard_normal((90, 300)), rng.standard_normal((90, 8))
    ridge = Ridge(alphas=(1.0, 10.0), folds=3)
    planned = FitParts(FitSizes("encode", 90, 90, 90, 0, 90, 8, kernel=True), ridge, averaged=False).need
    posed = pose_repeats(Kernel(X @ X.T), Split("kfold", 3, 0), None)
    options = Options(True, False, "kfold", "cpu", None, None)
    assert _need(posed, Given.of(Y, posed), 2, options) == planned
