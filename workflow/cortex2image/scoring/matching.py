"""Pictures made elsewhere beside the stimuli that they reconstruct, checked before any picture is read."""

import os
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from cortex2image.data.paths import files_digest
from cortex2image.errors import DataError
from cortex2image.scoring.listing import Pair, Stimulus, list_reconstructions, list_stimuli
from cortex2image.stats.crossed_intervals import FEWEST


@dataclass(frozen=True)
class Matched:
    """Reconstructions of n stimuli with as many samples each.

    Attributes
    ----------
    sources : (str, str)
        The folders or tables of the reconstructions and of the stimuli.
    stimuli : n ids, sorted
    samples : list of int, sorted
    reconstructions : list of lists of str
        ``reconstructions[i][j]`` is the file of sample ``samples[j]`` of stimulus i.
    originals : n files of what was seen
    categories, settings : n names, None where they are not known
    """

    sources: tuple[str, str]
    stimuli: list[str]
    samples: list[int]
    reconstructions: list[list[str]]
    originals: list[str]
    categories: list[str | None]
    settings: list[str | None]

    def files(self) -> Iterator[str]:
        """Yield every file that the scores depend on."""
        tables = (Path(source).expanduser() for source in self.sources)
        yield from (str(table) for table in tables if table.is_file())
        yield from self.originals
        for row in self.reconstructions:
            yield from row

    def state(self) -> str:
        """Return a text that changes with every file: with its name, size or time."""
        return files_digest((file, Path(file)) for file in self.files())


def match(pictures: str, stimuli: str) -> Matched:
    """Find the reconstructions of every stimulus.

    Parameters
    ----------
    pictures, stimuli : str
        Folders or tables, see :func:`cortex2image.scoring.listing.list_reconstructions` and
        :func:`~cortex2image.scoring.listing.list_stimuli`.

    Raises
    ------
    DataError
        A picture is missing on one side, stimuli differ in their samples, a table names files that are not
        there, there are fewer than three stimuli, or one of the sides cannot be listed.
    """
    known = list_stimuli(stimuli)
    drawn = list_reconstructions(pictures, known)
    names = sorted({name for name, _ in drawn})
    _require_all(names, known, pictures, stimuli)
    samples = _samples(drawn, pictures)
    originals = _originals(names, known, stimuli)
    matched = Matched(
        sources=(pictures, stimuli),
        stimuli=names,
        samples=samples,
        reconstructions=[[drawn[name, number] for number in samples] for name in names],
        originals=originals,
        categories=[known[name].category for name in names],
        settings=[known[name].setting for name in names],
    )
    _require_files(matched)
    if len(names) < FEWEST:
        fix = "score at least three: no interval can be made of fewer"
        raise DataError(pictures, f"reconstructions of {FEWEST} stimuli or more", f"{len(names)}", fix)
    return matched


def _require_all(names: list[str], known: Mapping[str, Stimulus], pictures: str, stimuli: str) -> None:
    wanted = [name for name, stimulus in known.items() if stimulus.wanted]
    missing = sorted(set(wanted) - set(names))
    if missing:
        found = f"{len(missing)} of {len(wanted)} without, first '{missing[0]}'"
        fix = "add the pictures; to score some stimuli only, name these in a table, and say so"
        raise DataError(pictures, f"a reconstruction of every stimulus of {stimuli}", found, fix)


def _samples(drawn: Mapping[Pair, str], pictures: str) -> list[int]:
    """Return the numbers of the samples, the same for every stimulus."""
    numbers = sorted({number for _, number in drawn})
    counts = Counter(name for name, _ in drawn)
    fewer = sorted(name for name, count in counts.items() if count < len(numbers))
    if fewer:
        lacking = next(number for number in numbers if (fewer[0], number) not in drawn)
        found = f"{len(fewer)} of {len(counts)} stimuli have fewer; '{fewer[0]}' lacks sample {lacking}"
        expected = f"the same samples of every stimulus: {', '.join(map(str, numbers))}"
        raise DataError(pictures, expected, found, "add the pictures, or take the samples that all have")
    return numbers


def _originals(names: list[str], known: Mapping[str, Stimulus], stimuli: str) -> list[str]:
    paths = {name: path for name in names if (path := known[name].path) is not None}
    without = [name for name in names if name not in paths]
    if without:
        found = f"{len(without)} without image_path, first '{without[0]}'"
        raise DataError(stimuli, "a picture of every reconstructed stimulus", found, "add the paths")
    return [paths[name] for name in names]


def _require_files(matched: Matched) -> None:
    """Refuse files of tables that are not there."""
    for source, files in (
        (matched.sources[0], [path for row in matched.reconstructions for path in row]),
        (matched.sources[1], matched.originals),
    ):
        absent = [path for path in files if not os.path.isfile(path)]
        if absent:
            found = f"{len(absent)} of {len(files)} are not there, first {absent[0]}"
            fix = "correct the paths: they start from the working directory, or else from the table's folder"
            raise DataError(source, "files that are there", found, fix)
