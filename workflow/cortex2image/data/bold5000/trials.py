"""The order in which BOLD5000 showed its pictures, and how the trials fall into sessions and runs.

``CSI1_imgnames.txt`` names the picture of every trial. The number of trials in a session comes from the
header of its volume of betas; every run has 37 trials.
"""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from cortex2image.data.picture_table import picture_name
from cortex2image.data.prepared import ShownRun
from cortex2image.data.recording import Event
from cortex2image.data.volumes import read_bold_header
from cortex2image.errors import DataError
from cortex2image.given_files import read_bytes

REPEATED = "rep_"
IMAGES_PER_RUN = 37
# Onset and duration of a trial: the files do not say when in its run a picture was shown.
UNKNOWN = float("nan")


def read_names(path: Path) -> list[str]:
    """Read the name of the picture of every trial, over all sessions; ``rep_`` marks repeated pictures.

    Raises
    ------
    DataError
        The file is unreadable, empty, or has an empty line between its names.
    """
    try:
        names = [line.strip() for line in read_bytes(path).decode().rstrip().splitlines()]
    except (OSError, ValueError) as error:
        fix = "put the file of the distribution there"
        raise DataError(path, "a picture's name per line", str(error), fix) from None
    if not all(names) or not names:
        found = f"line {names.index('') + 1} is empty" if names else "an empty file"
        raise DataError(path, "a picture's name per line", found, "copy or download the file again")
    return names


def stimulus_of(name: str) -> str:
    """Return the identity of a picture: its name without ``rep_`` and suffix, the same in every trial."""
    return picture_name(name.removeprefix(REPEATED))


def repeated_stimuli(names: Sequence[str]) -> set[str]:
    """Return the pictures that are marked as repeated in any trial, or shown in more than one trial."""
    counts = Counter(map(stimulus_of, names))
    marked = {stimulus_of(name) for name in names if name.startswith(REPEATED)}
    return marked | {stimulus for stimulus, count in counts.items() if count > 1}


def session_lengths(volumes: Sequence[Path], names: Path, trials: int, first: int | None) -> list[int]:
    """Return the number of trials of each session.

    Parameters
    ----------
    volumes : files of betas, one per session, in order
    names : path of the list of pictures, for errors
    trials : int
        Number of names in that list: trials over all sessions.
    first : int or None
        Number of sessions to take from the first on; None for all.

    Raises
    ------
    DataError
        A header is unreadable, a session is no whole number of runs, or the sessions hold more trials than
        the list has names (or fewer, if all sessions are taken).
    """
    taken = list(volumes)[:first]
    lengths = [read_bold_header(path).volumes for path in taken]
    for path, length in zip(taken, lengths, strict=True):
        if length % IMAGES_PER_RUN:
            fix = "copy or download the file again"
            raise DataError(path, f"whole runs of {IMAGES_PER_RUN} trials", f"{length} trials", fix)
    total, some_left = sum(lengths), len(taken) < len(volumes) or len(taken) == first
    if total > trials or (total < trials and not some_left):
        found = f"{trials} names, {total} trials in {len(taken)} sessions"
        fix = "take all files of one subject"
        if total < trials:
            fix += f"; if the betas of its last sessions are missing, set dataset/sessions: {len(taken)}"
        raise DataError(names, "one name per trial of the betas", found, fix)
    return lengths


def session_runs(session: str, stimuli: Sequence[str]) -> list[ShownRun]:
    """Return the runs of one session, in which `stimuli` were shown in this order."""
    starts = range(0, len(stimuli), IMAGES_PER_RUN)
    return [
        ShownRun(session, f"run-{number:02d}", _events(stimuli[start : start + IMAGES_PER_RUN]))
        for number, start in enumerate(starts, start=1)
    ]


def _events(stimuli: Sequence[str]) -> tuple[Event, ...]:
    return tuple(Event(UNKNOWN, UNKNOWN, stimulus) for stimulus in stimuli)
