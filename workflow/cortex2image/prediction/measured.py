"""Responses to test stimuli as patterns across voxels, around the mean response to training stimuli."""

from dataclasses import dataclass

import numpy as np

from cortex2image.prediction.partitions import Partition, Trials
from cortex2image.prediction.responses import Responses
from cortex2image.ridge.repeats import Repeats


@dataclass(frozen=True)
class MeasuredPatterns:
    """Responses of v voxels in n test trials, which show m stimuli.

    Voxels differ in their mean response, and every picture predicts the same differences: patterns would
    correlate whatever was seen. The mean over training trials is therefore taken off each voxel, from what is
    measured and from what is predicted.

    Attributes
    ----------
    trials : (n, v) float32 array
        Difference from `training_mean`.
    repeats : Repeats
        The m stimuli in order of their names, and the stimulus of each trial.
    training_mean : (v,) float64 array
        Mean over the training trials.
    """

    trials: np.ndarray
    repeats: Repeats
    training_mean: np.ndarray

    @property
    def stimuli(self) -> list[str]:
        """Return the names of the m stimuli."""
        names: list[str] = self.repeats.used.tolist()
        return names

    @property
    def means(self) -> np.ndarray:
        """Return the mean over the trials of each stimulus, (m, v)."""
        return self.repeats.average(self.trials).means


def measured_patterns(betas: Responses, trials: Trials, partition: Partition) -> MeasuredPatterns:
    """Read the responses in the test trials of a partition, in one pass over the betas."""
    row = np.full(betas.trials, -1)
    row[partition.test] = np.arange(len(partition.test))
    tested = np.empty((len(partition.test), betas.voxels), np.float32)
    total = np.zeros(betas.voxels)
    for positions, rows in betas.batches():
        held_out = row[positions] >= 0
        tested[row[positions][held_out]] = rows[held_out]
        total += rows[~held_out].sum(axis=0, dtype=np.float64)
    mean = total / len(partition.train)
    tested -= mean.astype(np.float32)
    return MeasuredPatterns(tested, Repeats.of(trials.stimulus[partition.test]), mean)
