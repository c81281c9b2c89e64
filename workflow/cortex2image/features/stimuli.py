"""Batches of stimuli with their pictures, captions and seeds: what every feature is made of."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from cortex2image.errors import ConfigError, DataError
from cortex2image.networks.pixels import square
from cortex2image.pictures import read_picture
from cortex2image.progress import track
from cortex2image.seeds import seed_for
from cortex2image.tables.recordings import STIMULI

AT_ONCE = 64


@dataclass(frozen=True)
class Stimuli:
    """A batch of stimuli. Seeds of random draws derive from the seed of the study and the stimulus.

    `captions` has every caption of each stimulus; `image_paths` is None where the picture is not known.
    """

    ids: Sequence[str]
    captions: Sequence[Sequence[str]]
    image_paths: Sequence[str | None]
    study_seed: int

    def seeds(self, purpose: str) -> list[int]:
        """Return a seed for each stimulus; draws for another purpose have other seeds."""
        return [seed_for(self.study_seed, purpose, stimulus) for stimulus in self.ids]

    def pictures(self, size: int) -> np.ndarray:
        """Return the pictures, each cut and resized to (size, size), as uint8 (n, size, size, 3).

        Raises
        ------
        DataError
            A file is no picture that can be read for certain, see
            :func:`cortex2image.pictures.read_picture`.
        """
        return np.stack([square(read_picture(str(path)), size) for path in self.image_paths])


def read_stimuli(path: str | Path, pictured: str | None) -> list[dict[str, Any]]:
    """Return identity, picture and captions of every stimulus of a study, in the order of stimuli.parquet.

    Parameters
    ----------
    path : path of stimuli.parquet
    pictured : str or None
        The features that are made from pictures, for error messages; None if pictures are not needed.

    Raises
    ------
    DataError
        There are no stimuli, or a picture is needed and not on disk.
    """
    rows: list[dict[str, Any]] = (
        STIMULI.read(path).select(["stimulus_id", "image_path", "captions"]).to_pylist()
    )
    if not rows:
        raise DataError(path, "at least one stimulus", "none", "check which subjects the study names")
    if pictured:
        _check_pictures(rows, path, pictured)
    return rows


def _check_pictures(rows: Sequence[dict[str, Any]], source: str | Path, pictured: str) -> None:
    without = [row["stimulus_id"] for row in rows if row["image_path"] is None]
    if without:
        raise DataError(
            source,
            f"a picture for every stimulus, since {pictured} is made from it",
            f"{len(without)} of {len(rows)} without image_path, first {without[0]}",
            "use only c with a data set that has no image identity",
        )
    absent = [row["image_path"] for row in rows if not Path(row["image_path"]).is_file()]
    if absent:
        found = f"{len(absent)} missing, first {absent[0]}"
        raise DataError(source, "pictures that are there", found, "run from the study's working directory")


def range_of(shard: int, shards: int, stimuli: int, setting: str) -> range:
    """Return the rows of a shard, counted from 0, among those of a list of stimuli.

    Parameters
    ----------
    shard, shards : int
        Number of the shard, from 0, and number of shards.
    stimuli : int
        Length of the list.
    setting : str
        The key of the config that sets the number of shards, for error messages.

    Raises
    ------
    ConfigError
        There are more shards than stimuli, or no shard of this number.
    """
    if shards > stimuli or not 0 <= shard < shards:
        found = f"shard {shard} of {shards} for {stimuli} stimuli"
        fix = f"set {setting} to {stimuli} or less"
        raise ConfigError(setting, "at least one stimulus in every shard", found, fix)
    return range(shard * stimuli // shards, (shard + 1) * stimuli // shards)


def batches(rows: Sequence[dict[str, Any]], size: int, study_seed: int, label: str) -> Iterator[Stimuli]:
    """Yield stimuli in batches of `size`, and report progress in stimuli under the name `label`."""
    parts = [rows[first : first + size] for first in range(0, len(rows), size)]
    for part in track(parts, f"{label}, stimuli", len(rows), counts=len):
        ids, captions, paths = (
            [row[name] for row in part] for name in ("stimulus_id", "captions", "image_path")
        )
        yield Stimuli(ids, captions, paths, study_seed)
