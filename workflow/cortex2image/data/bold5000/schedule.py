"""How BOLD5000's trials fall into sessions and runs: from the headers of the volumes, 37 pictures a run."""

from collections.abc import Sequence
from pathlib import Path

from cortex2image.data.prepared import ShownRun
from cortex2image.data.recording import Event
from cortex2image.data.volumes import read_bold_header
from cortex2image.errors import DataError

IMAGES_PER_RUN = 37
# The files do not say when in its run a picture was shown.
UNKNOWN = float("nan")


def session_lengths(volumes: Sequence[Path], names: Path, trials: int, first: int | None) -> list[int]:
    """Return the number of trials of each session.

    Parameters
    ----------
    volumes : files of betas, one per session, in order
    names : path of the list of pictures, named in errors
    trials : int
        Its length: trials over all sessions.
    first : int or None
        Take only the first so many sessions.

    Raises
    ------
    DataError
        A header is unreadable, a session is no whole number of runs, or the sessions hold more trials than
        the list (or fewer, where all are taken).
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
        fix = "take all files of one subject; for only the first sessions set dataset.sessions"
        raise DataError(names, "one name per trial of the betas", found, fix)
    return lengths


def session_runs(session: str, stimuli: Sequence[str]) -> list[ShownRun]:
    """Return the runs of one session that showed `stimuli` in this order."""
    starts = range(0, len(stimuli), IMAGES_PER_RUN)
    return [
        ShownRun(session, f"run-{number:02d}", _events(stimuli[start : start + IMAGES_PER_RUN]))
        for number, start in enumerate(starts, start=1)
    ]


def _events(stimuli: Sequence[str]) -> tuple[Event, ...]:
    return tuple(Event(UNKNOWN, UNKNOWN, stimulus) for stimulus in stimuli)
