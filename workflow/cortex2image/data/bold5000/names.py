"""The order in which BOLD5000 showed its pictures: ``CSI1_imgnames.txt``."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from cortex2image.data.picture_table import picture_name
from cortex2image.errors import DataError

REPEATED = "rep_"


def read_names(path: Path) -> list[str]:
    """Read one line per trial, over all sessions; ``rep_`` in front marks a picture shown repeatedly.

    Raises
    ------
    DataError
        The file is unreadable, empty, or has an empty line between its names.
    """
    try:
        names = [line.strip() for line in path.read_text(encoding="utf-8").rstrip().splitlines()]
    except (OSError, ValueError) as error:
        fix = "put the file of the distribution there"
        raise DataError(path, "a picture's name per line", str(error), fix) from None
    if not all(names) or not names:
        found = f"line {names.index('') + 1} is empty" if names else "an empty file"
        raise DataError(path, "a picture's name per line", found, "copy or download the file again")
    return names


def stimulus_of(name: str) -> str:
    """Return the identity of a picture: its name without mark and suffix, the same in every repetition."""
    return picture_name(name.removeprefix(REPEATED))


def repeated_stimuli(names: Sequence[str]) -> set[str]:
    """Return the pictures that are marked as repeated in any trial, or that occur more than once."""
    counts = Counter(map(stimulus_of, names))
    marked = {stimulus_of(name) for name in names if name.startswith(REPEATED)}
    return marked | {stimulus for stimulus, count in counts.items() if count > 1}
