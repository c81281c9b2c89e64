"""Partitions of a subject's trials into training and test trials."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from cortex2image.errors import DataError
from cortex2image.leakage import TrainingRows, require_apart

if TYPE_CHECKING:  # it imports torch
    from cortex2image.ridge.repeats import PerTrial


@dataclass(frozen=True)
class Trials:
    """Identities of a subject's n trials, each an (n,) array.

    Attributes
    ----------
    stimulus : str
    run : str, unique across sessions
    split : str, "train" or "test"
    fold : int, the fold in which the trial is a test trial; None unless the study is cross-validated
    """

    stimulus: np.ndarray
    run: np.ndarray
    split: np.ndarray
    fold: np.ndarray | None

    @classmethod
    def from_columns(cls, columns: Mapping[str, Sequence[Any]], where: str) -> "Trials":
        """Take identities from the columns of trials.parquet; `where` names the table in errors."""
        folds = columns["fold"]
        missing = sum(fold is None for fold in folds)
        if 0 < missing < len(folds):
            raise DataError(
                f"{where}, column fold",
                "a fold for every trial, or none at all",
                f"{missing} of {len(folds)} trials without a fold",
                "run step trials again; a study is either cross-validated or split once",
            )
        runs = [f"{s} {r}" for s, r in zip(columns["session"], columns["run"], strict=True)]
        return cls(
            np.array(columns["stimulus_id"], dtype=str),
            np.array(runs, dtype=str),
            np.array(columns["split"], dtype=str),
            None if missing else np.array(folds, dtype=int),
        )

    @property
    def groups(self) -> np.ndarray:
        """Group of each trial, (n,) array; inner folds never separate the trials of a group.

        A group is the repeats of a stimulus. In a cross-validated study it is a run, together with all runs
        that share a stimulus with it.
        """
        return self.stimulus if self.fold is None else _connected(self.run, self.stimulus)


def ordered_stimuli(trials: Trials) -> list[str]:
    """Return the stimuli of all trials, each once: those of training trials first, both sides sorted.

    Rows in this order need no copy where one side of the split is taken.
    """
    stimuli = np.unique(trials.stimulus)
    held_out = np.isin(stimuli, trials.stimulus[trials.split == "test"])
    ordered: list[str] = np.concatenate([stimuli[~held_out], stimuli[held_out]]).tolist()
    return ordered


@dataclass(frozen=True)
class Partition:
    """Positions of the training trials and of the test trials, no trial in both.

    Raises
    ------
    LeakError
        A trial is in both.
    """

    train: np.ndarray
    test: np.ndarray

    def __post_init__(self) -> None:
        require_apart(self.train, self.test)

    def training_rows(self, source: "PerTrial") -> TrainingRows:
        """Return the rows of the training trials in a matrix that holds those of all trials."""
        return TrainingRows(source.matrix, source.row[self.train], source.row[self.test])


def partitions(trials: Trials) -> list[Partition]:
    """Return the study's one partition, or one per fold if it is cross-validated.

    Raises
    ------
    DataError
        There are no training or no test trials, or a stimulus is in both.
    """
    if trials.fold is None:
        held_out = [trials.split == "test"]
    else:
        held_out = [trials.fold == fold for fold in np.unique(trials.fold)]
    return [_checked(trials, test) for test in held_out]


def _connected(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Return each trial's component, where trials with an equal label of either kind are connected.

    A component is named by the smallest of its `first` labels.
    """
    from scipy.sparse import coo_array  # imported late: few steps ask for groups
    from scipy.sparse.csgraph import connected_components

    names, a = np.unique(first, return_inverse=True)
    _, b = np.unique(second, return_inverse=True)
    nodes = len(names) + int(b.max(initial=-1)) + 1
    links = coo_array((np.ones(len(a)), (a, len(names) + b)), shape=(nodes, nodes))
    part = connected_components(links, directed=False)[1][: len(names)]
    _, smallest, member = np.unique(part, return_index=True, return_inverse=True)
    return names[smallest[member]][a]


def _checked(trials: Trials, test: np.ndarray) -> Partition:
    partition = Partition(np.flatnonzero(~test), np.flatnonzero(test))
    if not len(partition.train) or not len(partition.test):
        found = f"{len(partition.train)} trials to fit, {len(partition.test)} to test"
        raise DataError("trials", "trials on both sides of the split", found, "correct split or fold")
    both = np.intersect1d(trials.stimulus[partition.train], trials.stimulus[partition.test])
    if len(both):
        raise DataError(
            f"stimulus {both[0]}",
            "each stimulus on one side of the split",
            f"stimulus {both[0]} is in train and test, as are {len(both) - 1} others",
            "put all trials of a stimulus on one side: correct the stimulus table or the folds",
        )
    return partition
