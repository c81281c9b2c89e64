"""Activity of layers as the sampler leaves it, in memory or in the folders of shards."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np


@dataclass
class HeldActivity:
    """Activity of stimuli in memory; counts how often each column is read."""

    ids: list[str]
    values: np.ndarray

    def __post_init__(self) -> None:
        self.read = np.zeros(self.width, int)

    @property
    def width(self) -> int:
        return self.values.shape[1]

    def columns(self, start: int, stop: int) -> np.ndarray:
        self.read[start:stop] += 1
        return self.values[:, start:stop].astype(np.float32)


def names(n: int) -> list[str]:
    """Return the names of n stimuli."""
    return [f"stimulus-{number:02d}" for number in range(n)]


@dataclass
class StoredActivity:
    """Activity in folders of a format of its own: ids and values of a shard of the stimuli in each."""

    ids: list[str]
    shards: list[np.ndarray]
    facts: dict[str, str]

    @property
    def width(self) -> int:
        return self.shards[0].shape[1]

    def columns(self, start: int, stop: int) -> np.ndarray:
        return np.concatenate([shard[:, start:stop] for shard in self.shards], dtype=np.float32)


def write_shards(folder: Path, ids: Sequence[str], space: str, values: np.ndarray, shards: int) -> list[str]:
    """Write the folders of the shards of a pass, and return them; the stimuli are divided in their order."""
    written = []
    for number, rows in enumerate(np.array_split(np.arange(len(ids)), shards)):
        shard = folder / f"n0.8-0-{number}"
        shard.mkdir(parents=True)
        np.save(shard / f"{space}.npy", values[rows])
        (shard / "ids.json").write_text(json.dumps([ids[row] for row in rows]))
        written.append(str(shard))
    return written


def open_shards(folders: Sequence[str], space: str) -> StoredActivity:
    """Return the activity of the folders, memory-mapped."""
    ids = [name for folder in folders for name in json.loads((Path(folder) / "ids.json").read_text())]
    shards = [np.load(Path(folder) / f"{space}.npy", mmap_mode="r") for folder in folders]
    return StoredActivity(ids, shards, {"model_hash": "abc"})
