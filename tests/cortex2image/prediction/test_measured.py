"""Patterns of test responses around the mean of training trials."""

import numpy as np

from cortex2image.prediction.measured import measured_patterns
from cortex2image.prediction.partitions import Trials, partitions
from cortex2image.prediction.responses import Responses


def study(rng: np.random.Generator) -> tuple[np.ndarray, Trials]:
    """Return betas of 7 voxels, and trials of 12 training and 6 test stimuli, shown 1 to 3 times."""
    stimulus = rng.permutation(np.repeat(np.arange(18), np.resize([1, 2, 3], 18)))
    names = np.array([f"stimulus-{number:02d}" for number in stimulus])
    split = np.where(stimulus < 12, "train", "test")
    betas = rng.normal(2, 1, (len(stimulus), 7)).astype(np.float32)
    return betas, Trials(names, np.full(len(stimulus), "run-1"), split, None)


def held(betas: np.ndarray) -> Responses:
    """Give the betas of trials in reverse order, some trials at a time."""
    parts = np.array_split(np.arange(len(betas))[::-1], 5)
    return Responses(*betas.shape, lambda: ((part, betas[part]) for part in parts))


def test_patterns_are_means_over_repeats_less_the_mean_of_training_trials(rng):
    betas, trials = study(rng)
    got = measured_patterns(held(betas), trials, partitions(trials)[0])
    mean = betas[trials.split == "train"].mean(axis=0)
    np.testing.assert_allclose(got.training_mean, mean, atol=1e-5)
    means = [betas[trials.stimulus == name].mean(axis=0) for name in got.stimuli]
    np.testing.assert_allclose(got.means, means - mean, atol=1e-5)
    assert got.stimuli == sorted(set(trials.stimulus[trials.split == "test"]))
    names = np.array(got.stimuli)[got.repeats.member]
    assert names.tolist() == trials.stimulus[trials.split == "test"].tolist()
    np.testing.assert_allclose(got.trials, betas[trials.split == "test"] - mean, atol=1e-5)


def test_test_trials_have_no_part_in_the_mean(rng):
    betas, trials = study(rng)
    (partition,) = partitions(trials)
    before = measured_patterns(held(betas), trials, partition)
    betas[partition.test] += 100
    after = measured_patterns(held(betas), trials, partition)
    np.testing.assert_array_equal(after.training_mean, before.training_mean)
    np.testing.assert_allclose(after.means - before.means, 100, atol=1e-3)
