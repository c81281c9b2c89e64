"""Sizes of fits, from trials and from settings."""

from dataclasses import replace

from tests.support.ridge_trials import uneven

from cortex2image.prediction import as_released, fit_sizes
from cortex2image.prediction.fit_sizes import FitParts, FitSizes
from cortex2image.prediction.partitions import partitions
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
