"""Features of stimuli on disk, in every space that one pass of the sampler captured, a folder per shard.

A folder holds ``{space}.npy``, (stimuli, width) in C order, with the checksums of its rows beside it, and
``stimuli.json``: the stimuli in this order, and what the features depend on beside pictures and captions. It
appears whole or not at all.
"""

import itertools
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from cortex2image.errors import DataError
from cortex2image.files import whole_folder
from cortex2image.row_files import RowFile, require_whole_rows

SHARD = "stimuli.json"
BATCH_BYTES = 64 * 2**20
RERUN = "delete these folders and run the workflow again, which makes them anew"


@dataclass(frozen=True)
class Captured:
    """A space in the folder of a shard: values per stimulus, and their number format on disk."""

    width: int
    dtype: str


class Shard:
    """A folder in the making; rows are appended to its files, so that memory holds a batch of them."""

    def __init__(self, files: Mapping[str, RowFile], spaces: Mapping[str, Captured]):
        self._files, self._spaces = files, spaces

    def append(self, space: str, rows: np.ndarray) -> None:
        """Append the features of further stimuli in one space, float32 (b, width).

        Raises
        ------
        DataError
            A value is not finite, or beyond the range of the number format.
        """
        dtype = self._spaces[space].dtype
        with np.errstate(over="ignore"):
            stored = np.ascontiguousarray(rows, dtype)
        if not np.isfinite(stored).all():
            largest = np.abs(rows).max()
            if not np.isfinite(largest):
                fix = "look for extreme captions or pictures, or set models/precision to float32"
                raise DataError(f"activity of {space}", "finite numbers", "NaN or Inf", fix)
            expected = f"values that {dtype} holds, up to {np.finfo(dtype).max:g}"
            raise DataError(
                f"activity of {space}", expected, f"{largest:g}", "set features/activity: float32"
            )
        self._files[space].append(stored)


@contextmanager
def new_shard(
    folder: str | Path,
    ids: Sequence[str],
    spaces: Mapping[str, Captured],
    facts: Mapping[str, object],
    first: int = 0,
) -> Iterator[Shard]:
    """Yield the folder of a shard, to which all rows are appended in the order of `ids`.

    Parameters
    ----------
    folder : path
        Appears when the block ends without an error. What an earlier try left under a temporary name goes.
    ids : sequence of str
        The stimuli of the shard.
    spaces : mapping of names of feature spaces
    facts : mapping
        What the features depend on, the same for all shards that may be read together.
    first : int
        Position of the first stimulus among those of the study.
    """
    with whole_folder(Path(folder)) as temporary, ExitStack() as stack:
        files = {
            space: RowFile(temporary / f"{space}.npy", len(ids), captured.width, captured.dtype)
            for space, captured in spaces.items()
        }
        for file in files.values():
            stack.enter_context(file)
        yield Shard(files, spaces)
        words = {key: str(value) for key, value in facts.items()}
        shard = {"facts": words, "first": first, "stimuli": list(ids)}
        (temporary / SHARD).write_text(json.dumps(shard, indent=1))


@dataclass(frozen=True)
class Activity:
    """Features of stimuli in one space, memory-mapped.

    Attributes
    ----------
    ids : list of str
        The stimuli, in the order of the study.
    width : int
        Values per stimulus.
    facts : dict
        What the features depend on, as text.
    """

    ids: list[str]
    width: int
    facts: dict[str, str]
    _shards: tuple[np.ndarray, ...]

    def columns(self, start: int, stop: int) -> np.ndarray:
        """Return a block of columns, float32 (stimuli, stop - start)."""
        return np.concatenate([shard[:, start:stop] for shard in self._shards], dtype=np.float32)

    def rows(self) -> Iterator[tuple[list[str], np.ndarray]]:
        """Yield stimuli and their features, float32 (b, width), in batches of 64 MB or one stimulus."""
        size, first = max(1, BATCH_BYTES // (4 * self.width)), 0
        for shard in self._shards:
            for start in range(0, len(shard), size):
                part = np.array(shard[start : start + size], np.float32)
                yield self.ids[first + start : first + start + len(part)], part
            first += len(shard)


def open_activity(folders: Sequence[str | Path], space: str) -> Activity:
    """Return the features of stimuli in one space from the folders of all shards, in any order.

    Raises
    ------
    DataError
        A folder is missing, damaged or cut short, lacks the space, depends on other facts than the others, or
        does not begin where another ends.
    """
    if not folders:
        raise DataError(
            f"activity of {space}", "at least one folder", "none", "name the folders of its shards"
        )
    shards = sorted((_open_shard(Path(folder), space) for folder in folders), key=lambda shard: shard.first)
    for shard, following in itertools.pairwise(shards):
        _check_follows(shard, following)
    ids = [stimulus for shard in shards for stimulus in shard.ids]
    twice = [stimulus for stimulus, count in Counter(ids).items() if count > 1]
    if twice:
        where, found = ", ".join(map(str, folders)), f"{len(twice)} twice, first {twice[0]}"
        raise DataError(where, "shards without a stimulus in common", found, RERUN)
    features = tuple(shard.features for shard in shards)
    return Activity(ids, features[0].shape[1], shards[0].facts, features)


@dataclass(frozen=True)
class _Opened:
    """A shard on disk, with its features in one space."""

    folder: Path
    first: int
    ids: list[str]
    facts: dict[str, str]
    features: np.ndarray


def _open_shard(folder: Path, space: str) -> _Opened:
    try:
        shard = json.loads((folder / SHARD).read_text())
        first, ids, facts = shard["first"], shard["stimuli"], shard["facts"]
    except (OSError, ValueError, KeyError) as error:
        raise DataError(folder / SHARD, "the stimuli of a shard", str(error), RERUN) from None
    return _Opened(folder, first, ids, facts, _open_features(folder, space, len(ids)))


def _open_features(folder: Path, space: str, stimuli: int) -> np.ndarray:
    path = folder / f"{space}.npy"
    try:
        features: np.ndarray = np.load(path, mmap_mode="r")
    except (OSError, ValueError, EOFError) as error:
        held = ", ".join(sorted(file.stem for file in folder.glob("*.npy"))) or "no space"
        raise DataError(
            path, f"features of {stimuli} stimuli", f"{error}; the folder has {held}", RERUN
        ) from None
    if features.ndim != 2 or len(features) != stimuli:
        expected = f"features of {stimuli} stimuli, as {SHARD} lists"
        raise DataError(path, expected, f"an array of shape {features.shape}", RERUN)
    require_whole_rows(path, features, RERUN)
    return features


def _check_follows(shard: _Opened, following: _Opened) -> None:
    """Raise DataError unless two shards are of one run of the sampler, and neighbours."""
    here, there = ({"width": part.features.shape[1], **part.facts} for part in (shard, following))
    differ = sorted(key for key in {*here, *there} if here.get(key) != there.get(key))
    if differ:
        expected, found = (", ".join(f"{k} {facts.get(k)}" for k in differ) for facts in (here, there))
        raise DataError(following.folder, f"{expected}, as in {shard.folder}", found, RERUN)
    end = shard.first + len(shard.ids)
    if following.first != end:
        expected = f"stimuli from number {end}, since {shard.folder} ends there"
        raise DataError(following.folder, expected, f"from number {following.first}", RERUN)
