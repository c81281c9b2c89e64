"""Predicted responses to test stimuli, kept beside the scores that are made of them."""

from dataclasses import replace
from typing import Any, Protocol

import numpy as np

from cortex2image.errors import DataError
from cortex2image.prediction.fit_sizes import ITEM, FitSizes
from cortex2image.prediction.partitions import Trials, partitions
from cortex2image.tables.columns import vectors


class Receiver(Protocol):
    """What takes the predictions of a block of voxels, such as a scorer."""

    def add(self, fold: int, voxels: slice, predicted: np.ndarray, measured: np.ndarray) -> None:
        """Take the test stimuli of one fold and the voxels of one block."""


class KeptPredictions:
    """Predictions of every test stimulus and voxel, passed on to a scorer as they come.

    Parameters
    ----------
    trials : Trials
        Say which stimuli each fold holds out.
    voxels : int
    scorer : Receiver
        Gets every block in turn.
    """

    def __init__(self, trials: Trials, voxels: int, scorer: Receiver):
        tests = [np.unique(trials.stimulus[part.test]) for part in partitions(trials)]
        self.stimuli = np.concatenate(tests)
        self.fold = None if trials.fold is None else np.repeat(np.unique(trials.fold), list(map(len, tests)))
        self._first = np.cumsum([0, *map(len, tests)])
        self._predicted = np.full((len(self.stimuli), voxels), np.nan, np.float32)
        self._scorer = scorer

    def add(self, fold: int, voxels: slice, predicted: np.ndarray, measured: np.ndarray) -> None:
        """Keep the predictions of a block, and pass the block on.

        Parameters
        ----------
        fold : int
            Number of the fold in ascending order, from 0.
        voxels : slice
            Place of the block among all voxels.
        predicted, measured : (m, w) arrays
            Of the m test stimuli of the fold in order of their names, and w voxels.
        """
        self._scorer.add(fold, voxels, predicted, measured)
        self._predicted[self._first[fold] : self._first[fold + 1], voxels] = predicted

    def table(self) -> dict[str, Any]:
        """Return the columns of :data:`~cortex2image.tables.predictions.ENCODING_PREDICTIONS`.

        Raises
        ------
        DataError
            A block of voxels is missing in a fold.
        """
        if missing := int(np.isnan(self._predicted).any(axis=0).sum()):
            found = f"none, or NaN, for {missing} voxels"
            raise DataError("encoding models", "a prediction of each test stimulus", found, "run it again")
        fold = [None] * len(self.stimuli) if self.fold is None else self.fold
        return {"stimulus_id": self.stimuli, "fold": fold, "predicted": vectors(self._predicted)}


def with_predictions(sizes: FitSizes) -> FitSizes:
    """Return the sizes of a fit whose predictions are kept; when they are written, its blocks are gone."""
    stimuli = sizes.trials if sizes.cross_validated else sizes.test
    return replace(sizes, scores=sizes.scores + ITEM * stimuli)
