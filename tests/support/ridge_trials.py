"""Trials with uneven repeats of their stimuli."""

import numpy as np

from cortex2image.prediction.partitions import Trials


def uneven(rng: np.random.Generator, folds: bool) -> Trials:
    """Return trials of 200 training and 20 test stimuli shown 1 to 3 times; with folds, each trial once."""
    stimulus = np.repeat(np.arange(220), np.resize([1, 2, 3], 220))
    stimulus = stimulus[rng.permutation(len(stimulus))]
    n = len(stimulus)
    names = np.array([f"stimulus-{s:03d}" for s in (np.arange(n) if folds else stimulus)])
    runs = np.array([f"run-{i // 40}" for i in range(n)])
    split = np.where((stimulus < 200) | folds, "train", "test")
    return Trials(names, runs, split, np.arange(n) // 40 if folds else None)
