"""Reader of BIDS data sets whose events name kinds of pictures (``trial_type``), but no single picture."""

import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np

from cortex2image.data.bids.reader import BidsDataset, check_grids, check_spelling
from cortex2image.data.bids.runs import RunFiles
from cortex2image.data.bids.tables import read_trials
from cortex2image.data.bids.tsv import MISSING, read_tsv
from cortex2image.data.paths import root_folder, subject_atlas
from cortex2image.data.recording import Event, Stimulus
from cortex2image.data.subjects import check_subjects
from cortex2image.errors import ConfigError
from cortex2image.scenes.captions import category_captions
from cortex2image.study.data_settings import Dataset
from cortex2image.study.settings import Study

COLUMN = "trial_type"
# Trials that begin sooner after the last one of their category look like pictures of one block.
BLOCK_LIKE_GAP_S = 2.0


class BidsCategories(BidsDataset):
    """A BIDS data set of categories, see :class:`cortex2image.data.recording.RecordedDataset`.

    Which picture was shown is not known. What a category showed in one run is one stimulus of its own, so
    that no two runs share a stimulus and whole runs can be held out.

    Parameters
    ----------
    root, derivatives, task, space, entities
        As :class:`cortex2image.data.bids.reader.BidsDataset` has them.
    categories : mapping of ``trial_type`` to the noun of its category
        Rows with other values, such as rest or answers, are no trials. Two values may share a category.
    block_gap_s : float
        Rows of one category that follow each other with at most this gap, in seconds from the end of one to
        the onset of the next, are one trial; 0 joins no rows.
    """

    SHOWN = "category of the study"

    def __init__(
        self,
        root: str | Path,
        derivatives: str | Path | None = None,
        task: str | None = None,
        space: str | None = None,
        categories: Mapping[str, str] | None = None,
        block_gap_s: float = 0.0,
        entities: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(root, derivatives, task, space, entities=entities)
        self.categories = {_plain(name): noun for name, noun in (categories or {}).items()}
        self.block_gap_s = block_gap_s

    def events_of(self, subject: str, files: RunFiles) -> tuple[Event, ...]:
        """Return the trials (blocks) of one run in order of onset.

        Raises
        ------
        DataError
            See :func:`cortex2image.data.bids.tables.read_trials`.
        """
        trials = joined(self._rows(files), self.block_gap_s)
        return tuple(
            replace(trial, stimulus_id=_stimulus_id(subject, files, trial.stimulus_id)) for trial in trials
        )

    def problems(self, subject: str) -> list[str]:
        """Return the lines of a BIDS data set, and what its events show that is no trial."""
        runs, _ = self._find(subject)
        others = {name: n for name, n in self.trial_types(subject).items() if name not in self.categories}
        return [*super().problems(subject), *_listed(others), *self._unjoined(runs)]

    def trial_types(self, subject: str) -> Counter[str]:
        """Return how many rows of the events of `subject` have each ``trial_type`` except ``n/a``."""
        cells = (
            _plain(cell) for run in self._find(subject)[0] for cell in read_tsv(run.events, (COLUMN,))[COLUMN]
        )
        return Counter(cell for cell in cells if cell not in MISSING)

    def stimuli(self, subjects: Sequence[str]) -> list[Stimulus]:
        """Return a stimulus per run and category, sorted by id; all belong to the training set.

        Raises
        ------
        DataError
            The events of a run are no BIDS table.
        """
        check_subjects(subjects)
        shown = {
            _stimulus_id(subject, run, event.stimulus_id): event.stimulus_id
            for subject in subjects
            for run in self._find(subject)[0]
            for event in self._rows(run)
        }
        return [
            Stimulus(identity, "train", tuple(category_captions(category)), None, category)
            for identity, category in sorted(shown.items())
        ]

    def _rows(self, files: RunFiles) -> tuple[Event, ...]:
        """Return each row that shows a category, named by the category."""
        return read_trials(files.events, COLUMN, lambda cell, _: self.categories.get(_plain(cell)))

    def _unjoined(self, runs: Sequence[RunFiles]) -> list[str]:
        gaps = [
            later.onset - before.onset - before.duration
            for run in runs
            for before, later in pairwise(self._rows(run))
            if before.stimulus_id == later.stimulus_id
        ]
        if self.block_gap_s or not gaps or np.median(gaps) > BLOCK_LIKE_GAP_S:
            return []
        found = f"{len(gaps)} rows follow one of their category, most within {np.median(gaps):.3g} s"
        return [f"{found}: if these are blocks, set dataset/block_gap_s so that each block is one trial"]


def _listed(others: Mapping[str, int]) -> list[str]:
    rows = ", ".join(f"{name} ({count} rows)" for name, count in sorted(others.items()))
    return [f"{COLUMN}s that are no category of the study, not modelled: {rows}"] if others else []


def joined(events: Sequence[Event], gap: float) -> list[Event]:
    """Join events of one name that follow each other with at most `gap` seconds in between; 0 joins none.

    Parameters
    ----------
    events : sequence of Event, in order of onset
    gap : float, seconds from the end of one event to the onset of the next
    """
    blocks: list[Event] = []
    for event in events:
        last = blocks[-1] if blocks else None
        end = last.onset + last.duration if last else 0.0
        if gap and last and last.stimulus_id == event.stimulus_id and event.onset - end <= gap + 1e-6:
            seconds = max(end, event.onset + event.duration) - last.onset
            blocks[-1] = replace(last, duration=seconds)
        else:
            blocks.append(event)
    return blocks


def _stimulus_id(subject: str, files: RunFiles, category: str) -> str:
    return f"{subject}_{files.session}_{files.run}_{category}"


def _plain(cell: str) -> str:
    """Return the text of a cell without blanks around it, and in one form of Unicode."""
    return unicodedata.normalize("NFC", cell.strip())


def open_data(dataset: Dataset) -> BidsCategories:
    """Open the BIDS data set of a study."""
    chosen = dataset.derivatives, dataset.task, dataset.space
    blocks = dataset.categories, dataset.block_gap_s
    return BidsCategories(root_folder(dataset), *chosen, *blocks, entities=dataset.entities)


def check_study(study: Study, subject: str) -> None:
    """Test the label of a subject, its grids, and that the events of the study show each category.

    Raises
    ------
    ConfigError, DataError
        The label is spelt otherwise, a recording, mask or atlas is missing or lies on another grid than the
        others, or no row has one of the trial types.
    """
    dataset = open_data(study.dataset)
    check_spelling(dataset, subject)
    check_grids(dataset, subject, subject_atlas(study.dataset.rois, subject))
    absent = sorted(set(dataset.categories) - set(dataset.trial_types(subject)))
    if not absent:
        return
    # Another subject may have done other runs, or have events that name the same category otherwise.
    found = sum((dataset.trial_types(other) for other in study.subjects), Counter[str]())
    absent = [name for name in absent if name not in found]
    if absent:
        there = ", ".join(f"{name} ({count} rows)" for name, count in sorted(found.items())) or "none"
        expected = f"values of {COLUMN} in the events of a subject, which are {there}"
        fix = "write them as the events do, without what is no picture, such as rest"
        raise ConfigError("dataset/categories", expected, ", ".join(absent), fix)
