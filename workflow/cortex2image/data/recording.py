"""What a reader returns: stimuli, and runs with their events; for recordings also files and timing."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pandas as pd


@dataclass(frozen=True)
class Event:
    """One presentation of a stimulus.

    Attributes
    ----------
    onset, duration : float
        Seconds; the onset counts from the run's first volume.
    stimulus_id : str
    number : int or None
        Place among all presentations of the run, from 0, if the reader leaves presentations out; None if it
        leaves out none.
    """

    onset: float
    duration: float
    stimulus_id: str
    number: int | None = None


@dataclass(frozen=True)
class Sources:
    """Files of a run's events and confounds, and what says its repetition time; None where unknown."""

    events: Path | None = None
    confounds: Path | None = None
    tr: str | None = None


@dataclass(frozen=True)
class Run:
    """One functional run of one subject.

    Attributes
    ----------
    subject, session, run : str
        Labels such as ``sub-01``, ``ses-1``, ``run-2``; ``ses-1`` where the data set has no sessions.
    bold : Path
        4-D NIfTI file that holds the run.
    volumes : (int, int)
        Half-open range of the volumes of `bold` that belong to this run.
    tr : float
        Repetition time in seconds.
    slice_time_reference : float
        Seconds after a volume's onset that its samples stand for (0 without slice-time correction).
    mask : Path or None
        Brain mask on the grid of `bold`.
    events : tuple of Event, in order of onset
    confounds : DataFrame or None
        One row per volume of this run, columns named as fMRIPrep names them; of text where they hold text.
    sources : Sources
        Where events, confounds and repetition time come from, for errors.
    """

    subject: str
    session: str
    run: str
    bold: Path
    volumes: tuple[int, int]
    tr: float
    slice_time_reference: float
    mask: Path | None
    events: tuple[Event, ...]
    confounds: pd.DataFrame | None
    sources: Sources = Sources()

    @property
    def seconds(self) -> float:
        """Return how long the run took."""
        return (self.volumes[1] - self.volumes[0]) * self.tr


@dataclass(frozen=True)
class Stimulus:
    """One stimulus, a row of stimuli.parquet: see :data:`cortex2image.tables.recordings.STIMULI`."""

    stimulus_id: str
    split: str
    captions: tuple[str, ...]
    image_path: str | None
    category: str | None
    setting: str | None = None


class Shown(Protocol):
    """What was shown in one run, be it a recording or the origin of prepared betas."""

    @property
    def session(self) -> str:
        """Return the session label."""

    @property
    def run(self) -> str:
        """Return the run label within the session."""

    @property
    def events(self) -> tuple[Event, ...]:
        """Return what was shown, in order of onset."""

    @property
    def seconds(self) -> float | None:
        """Return how long the run took; None where the data set does not say."""


class StudyDataset(Protocol):
    """A data set of recordings or of betas. Opening it is cheap: files are listed, no volume is read."""

    def subjects(self) -> list[str]:
        """Return the subject labels the data set holds, sorted."""

    def subject_files(self, subject: str) -> list[Path]:
        """Return every file that the jobs of `subject` read; rules name them as inputs."""

    def runs(self, subject: str) -> Sequence[Shown]:
        """Return the runs of `subject` in order of session and run."""

    def problems(self, subject: str) -> list[str]:
        """Return one line for each thing that is missing or surplus in the data of `subject`.

        No volume is read. No line holds the folder of the data set, because the lines end up in tables and
        pages that users pass on.
        """

    def stimuli(self, subjects: Sequence[str]) -> list[Stimulus]:
        """Return the stimuli that at least one of `subjects` saw, sorted by id."""


class RecordedDataset(StudyDataset, Protocol):
    """A data set of recordings."""

    def runs(self, subject: str) -> list[Run]:
        """Return the runs of `subject` in order of session and run."""
