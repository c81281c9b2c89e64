"""The experimental design of NSD: which picture each trial showed, when, and which pictures test.

The order of presentation comes from ``nsd_expdesign.mat``. Every id of that file counts from 1; every id that
leaves this module counts from 0. Allen et al., Nature Neuroscience 25:116 (2022), and the NSD Data Manual.
"""

import math
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from cortex2image.data.nsd.facts import PICTURES, RUNS_PER_SESSION, SUBJECTS, TRIALS_PER_SESSION
from cortex2image.data.nsd.matlab import stored_arrays
from cortex2image.errors import DataError, require_known
from cortex2image.given_files import read_bytes

SESSIONS, SLOTS_PER_RUN, POOL, SHARED_PICTURES = 40, 75, 10_000, 1000
SLOT_SECONDS, PICTURE_SECONDS = 4.0, 3.0
SHAPES = {
    "masterordering": (1, SESSIONS * TRIALS_PER_SESSION),
    "subjectim": (len(SUBJECTS), POOL),
    "sharedix": (1, SHARED_PICTURES),
    "stimpattern": (SESSIONS, RUNS_PER_SESSION, SLOTS_PER_RUN),
}
# Every subject took part in at least 30 sessions; 515 of the shared pictures have all of their three
# presentations in these.
SESSIONS_OF_ALL, REPEATS = 30, 3
LARGEST_FILE = 2**26  # 64 MB, many times the released file
MOST_BYTES = max(map(math.prod, SHAPES.values())) * 8 + 4096  # of an array, with its name
FIX = "download nsd_expdesign.mat again"
SHARED, SPECIAL = "shared", "special515"
TEST_IMAGES = (SHARED, SPECIAL)


@dataclass(frozen=True)
class Design:
    """The experiment as planned for all subjects.

    Attributes
    ----------
    ordering : (30000,) int64
        Per trial, the number of its picture among the 10,000 of a subject; the same for all subjects.
    pictures : (8, 10000) int64
        Per subject, the nsdId (from 0) of each of these 10,000; the first 1000 are shared.
    slots : (40, 12, 75) bool
        Per session and run, which slots of 4 s hold a trial.
    """

    ordering: np.ndarray
    pictures: np.ndarray
    slots: np.ndarray

    def shown(self, number: int, sessions: int) -> np.ndarray:
        """Return the nsdId of every trial of subject `number` (from 1), (sessions, 750) int64."""
        trials = self.ordering[: sessions * TRIALS_PER_SESSION]
        shown: np.ndarray = self.pictures[number - 1, trials]
        return shown.reshape(sessions, TRIALS_PER_SESSION)

    def times(self, session: int) -> tuple[np.ndarray, np.ndarray]:
        """Return run (from 1) and onset in seconds of each of the 750 trials of a session (from 1)."""
        runs, slots = np.nonzero(self.slots[session - 1])
        return runs + 1, slots * SLOT_SECONDS

    def shared(self) -> np.ndarray:
        """Return the nsdIds of the 1000 pictures that were chosen for all subjects, ascending."""
        return self.pictures[0, :SHARED_PICTURES]

    def special(self) -> np.ndarray:
        """Return the nsdIds of the shared pictures that every subject saw three times (515), ascending."""
        seen = self.ordering[: SESSIONS_OF_ALL * TRIALS_PER_SESSION]
        repeats = np.bincount(seen, minlength=POOL)[:SHARED_PICTURES]
        special: np.ndarray = self.shared()[repeats == REPEATS]
        return special


def load_design(path: str | Path) -> Design:
    """Read ``nsd_expdesign.mat``.

    Raises
    ------
    DataError
        The file is missing or damaged, a field is missing or has another size, an id is out of range, the
        shared pictures differ between subjects, or a session does not have 750 trials.
    """
    fields = _read(path)
    ordering = _ids(path, fields, "masterordering", POOL)[0]
    pictures = _ids(path, fields, "subjectim", PICTURES)
    shared = _ids(path, fields, "sharedix", PICTURES)[0]
    if (pictures[:, :SHARED_PICTURES] != shared).any():
        found = "subjectim whose first 1000 columns are not sharedix for every subject"
        raise DataError(path, "the same shared pictures for all subjects", found, FIX)
    slots = fields["stimpattern"] != 0
    trials = slots.sum(axis=(1, 2))
    if (trials != TRIALS_PER_SESSION).any():
        session = int(np.flatnonzero(trials != TRIALS_PER_SESSION)[0])
        found = f"{trials[session]} in session {session + 1}"
        raise DataError(path, f"{TRIALS_PER_SESSION} trials in stimpattern in each session", found, FIX)
    return Design(ordering, pictures, slots)


def _read(path: str | Path) -> dict[str, np.ndarray]:
    try:
        stored = stored_arrays(read_bytes(path, LARGEST_FILE), MOST_BYTES)
        arrays = {array.name: array for array in stored}
        _check_shapes(path, {name: f"shape {array.shape}" for name, array in arrays.items()})
        return {name: arrays[name].values() for name in SHAPES}
    except DataError:
        raise
    except (OSError, ValueError, zlib.error) as error:
        raise DataError(path, "the experimental design of NSD (MATLAB v5)", str(error), FIX) from None


def _check_shapes(path: str | Path, found: Mapping[str, str]) -> None:
    for name, shape in SHAPES.items():
        if found.get(name) != f"shape {shape}":
            expected = f"{name} of shape {shape}, as the experimental design of NSD has it"
            raise DataError(path, expected, found.get(name, "no such field"), FIX)


def _ids(path: str | Path, fields: dict[str, np.ndarray], name: str, largest: int) -> np.ndarray:
    """Return ids from 0, as int64: the types in the file are too narrow for arithmetic."""
    with np.errstate(invalid="ignore"):  # what is no number becomes another one, and is refused
        ids = fields[name].astype(np.int64)
    if (ids != fields[name]).any() or ids.min() < 1 or ids.max() > largest:
        found = f"{fields[name].min()} to {fields[name].max()}"
        raise DataError(path, f"whole numbers from 1 to {largest} in {name}", found, FIX)
    return ids - 1


@dataclass(frozen=True)
class Split:
    """The nsdIds (from 0) of test pictures and of pictures left out; all other pictures train."""

    test: np.ndarray
    left_out: np.ndarray

    def kept(self, nsd_ids: np.ndarray) -> np.ndarray:
        """Return whether each picture takes part in the study, bool of the same shape."""
        return ~np.isin(nsd_ids, self.left_out)


def split_pictures(design: Design, test_images: str) -> Split:
    """Return which shared pictures test, and which are left out.

    Parameters
    ----------
    design : Design
    test_images : str
        ``shared``: all shared pictures that a subject saw (982 in 37 sessions, 1000 in 40). ``special515``:
        the shared pictures that every subject saw three times; the other shared pictures are left out, so
        that the training set is the same.

    Raises
    ------
    ConfigError
        `test_images` is neither.
    """
    require_known("dataset/test_images", test_images, TEST_IMAGES)
    test = design.shared() if test_images == SHARED else design.special()
    return Split(test, np.setdiff1d(design.shared(), test))
