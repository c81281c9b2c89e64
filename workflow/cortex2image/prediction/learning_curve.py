"""Cuts of a subject's training trials to the first sessions or runs, each of which holds all earlier ones."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from cortex2image.errors import ConfigError
from cortex2image.prediction.partitions import Trials

SESSION, RUN = "session", "run"


@dataclass(frozen=True)
class Scanning:
    """When the trials of a subject were recorded.

    Attributes
    ----------
    unit : "session" or "run"
        What training trials are counted by; runs if they all lie in one session.
    place : (n,) int array
        Number of the session or run of each training trial, from 0 in the order of recording, without those
        that hold no training trial; -1 for test trials.
    run : (n,) array of str
        Run of each trial, unique across sessions.
    seconds : mapping of run to its length in s
        Without the runs whose length the data set does not tell.
    """

    unit: str
    place: np.ndarray
    run: np.ndarray
    seconds: Mapping[str, float]

    @classmethod
    def of(cls, table: pa.Table, trials: Trials) -> "Scanning":
        """Return the order of recording of trials.parquet, whose rows follow it, and of its trials."""
        training = trials.split == "train"
        sessions = np.array(table["session"].to_pylist())
        unit = SESSION if len(np.unique(sessions[training])) > 1 else RUN
        labels = sessions if unit == SESSION else trials.run
        numbers = {label: number for number, label in enumerate(dict.fromkeys(labels[training].tolist()))}
        place = np.where(training, [numbers.get(label, -1) for label in labels.tolist()], -1)
        seconds = json.loads(table.schema.metadata.get(b"run_seconds", b"{}"))
        return cls(unit, place, trials.run, seconds)

    @property
    def total(self) -> int:
        """Return how many sessions or runs hold training trials."""
        return int(self.place.max()) + 1

    def hours(self, count: int) -> float | None:
        """Return the length of the runs with training trials among the first sessions or runs, in hours."""
        runs = np.unique(self.run[(self.place >= 0) & (self.place < count)]).tolist()
        if not all(run in self.seconds for run in runs):
            return None
        return sum(self.seconds[run] for run in runs) / 3600


@dataclass(frozen=True)
class Cut:
    """The training trials of the first `count` sessions or runs, and all test trials.

    Attributes
    ----------
    count : int
    hours : float or None
    kept : (k,) int array
        Positions of these trials among all.
    trials : Trials
    """

    count: int
    hours: float | None
    kept: np.ndarray
    trials: Trials


def cut_counts(asked: Sequence[int], total: int) -> list[int]:
    """Return the numbers of sessions or runs to cut at: 1, 2, 4, ... and all if none are asked for.

    Raises
    ------
    ConfigError
        None that is asked for is at most the subject's `total`.
    """
    if not asked:
        return sorted({2**power for power in range(total.bit_length())} | {total})
    counts = sorted(count for count in asked if count <= total)
    if not counts:
        fix = "lower a number, or leave the key out for 1, 2, 4, ... up to all"
        raise ConfigError("evaluate/learning_curve", f"a number up to {total}", f"{min(asked)}", fix)
    return counts


def cuts(trials: Trials, scanning: Scanning, counts: Sequence[int]) -> Iterator[Cut]:
    """Yield the cut of a subject's trials at each number of sessions or runs."""
    for count in counts:
        kept = np.flatnonzero((trials.split == "test") | ((scanning.place >= 0) & (scanning.place < count)))
        some = Trials(trials.stimulus[kept], trials.run[kept], trials.split[kept], None)
        yield Cut(count, scanning.hours(count), kept, some)
