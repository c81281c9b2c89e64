"""Strips of tiles: all pictures of a stimulus beside each other, in one small file that pages load.

The strip of a stimulus holds what was seen, the nearest training picture, and every sample of every method.
Tiles follow each other from left to right, and then from line to line. ``strips.json`` beside the strips says
which tile is what.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import pandas as pd

from cortex2image.errors import DataError
from cortex2image.novelty.measures import main_measure
from cortex2image.study.methods import SEEN

NEAREST = "nearest"
"""Column of the training picture that is nearest to the one that was seen."""
INDEX = "strips.json"
TILE = 128
"""Largest side of a tile in pixels."""
ACROSS = 64
"""Most tiles on a line: WebP files are at most 16,383 px wide."""
AGAIN = "delete the table of pictures and run the workflow again"


@dataclass(frozen=True)
class Strips:
    """The strips of one subject.

    Attributes
    ----------
    tile : int
        Side of a tile in pixels.
    columns : tuple of (str, int)
        What each tile shows: ``seen``, :data:`NEAREST` or a method, and the number of the sample, 0 for the
        first two.
    stimuli : tuple of str
        Stimulus of each strip, sorted; its place is the number in the name of the file.
    """

    tile: int
    columns: tuple[tuple[str, int], ...]
    stimuli: tuple[str, ...]

    @property
    def across(self) -> int:
        """Return the number of tiles on a line."""
        return min(ACROSS, len(self.columns))

    @property
    def lines(self) -> int:
        """Return the number of lines of a strip."""
        return -(-len(self.columns) // self.across)

    def tiles_of(self, what: str) -> list[int]:
        """Return the places of the tiles of a column, of a method those of its samples in order."""
        return [place for place, (name, _) in enumerate(self.columns) if name == what]

    def to_json(self) -> str:
        """Return the content of ``strips.json``."""
        return json.dumps(asdict(self))


def strip_name(number: int) -> str:
    """Return the file name of a strip; stimuli are numbered, since their names may be no file names."""
    return f"{number:05d}.webp"


def read_strips(folder: Path) -> Strips:
    """Return what the strips in a folder are.

    Raises
    ------
    DataError
        ``strips.json`` is missing or damaged.
    """
    path = folder / INDEX
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        columns = tuple((str(name), int(sample)) for name, sample in found["columns"])
        return Strips(int(found["tile"]), columns, tuple(found["stimuli"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        fix = "delete the folder and run the workflow again"
        raise DataError(path, "an index of strips", repr(error), fix) from None


def strip_columns(methods: Mapping[str, pd.DataFrame], identity: bool) -> tuple[tuple[str, int], ...]:
    """Return the columns of a subject's strips.

    Parameters
    ----------
    methods : method -> table `reconstructions`, in the order of the columns
    identity : bool
        Whether it is known which picture was seen, and so which training picture is nearest to it.
    """
    samples = [(name, int(k)) for name, table in methods.items() for k in sorted(set(table["sample"]))]
    return (*(((SEEN.name, 0), (NEAREST, 0)) if identity else ()), *samples)


def nearest_stimuli(novelty: pd.DataFrame, subject: str) -> dict[str, str]:
    """Return test stimulus -> nearest training stimulus of a subject, by the measure that pages show.

    Parameters
    ----------
    novelty : table `novelty`
    subject : str
    """
    measure = main_measure(list(dict.fromkeys(novelty["measure"])))
    rows = novelty[(novelty["subject"] == subject) & (novelty["measure"] == measure)]
    return dict(zip(rows["stimulus_id"], rows["nearest_train"], strict=True))


def picture_files(
    columns: Sequence[tuple[str, int]],
    stimuli: pd.DataFrame,
    methods: Mapping[str, pd.DataFrame],
    nearest: Mapping[str, str],
) -> dict[str, list[str]]:
    """Return stimulus -> path of the picture of each column, sorted by stimulus.

    Parameters
    ----------
    columns : columns of :func:`strip_columns`
    stimuli : table `stimuli`
    methods : method -> table `reconstructions`
    nearest : test stimulus -> its nearest training stimulus

    Raises
    ------
    DataError
        A method lacks a sample of a stimulus that others have, or a stimulus has no picture.
    """
    known = dict(zip(stimuli["stimulus_id"], stimuli["image_path"], strict=True))
    drawn = {
        (method, int(sample), name): path
        for method, table in methods.items()
        for name, sample, path in zip(table["stimulus_id"], table["sample"], table["image_path"], strict=True)
    }
    names = sorted({name for _, _, name in drawn})

    def path(what: str, sample: int, name: str) -> str:
        if what in (SEEN.name, NEAREST):
            wanted = name if what == SEEN.name else nearest.get(name)
            found = known.get(wanted) if wanted else None
        else:
            found = drawn.get((what, sample, name))
        if not isinstance(found, str):
            expected = f"a picture of {name}: {what}, sample {sample}"
            raise DataError("pictures of the report", expected, "none", AGAIN)
        return found

    return {name: [path(what, sample, name) for what, sample in columns] for name in names}
