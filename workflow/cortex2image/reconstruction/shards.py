"""Folders of pictures of a part of the stimuli, each with its table, and their join to all pictures.

A shard holds the PNG files of a contiguous range of the test stimuli and ``rows.parquet``, a table of
reconstructions whose metadata say where the range begins and what the pictures depend on.
"""

import hashlib
import itertools
import os
import shutil
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from PIL import Image

from cortex2image.errors import DataError
from cortex2image.reconstruction.inputs import Tables
from cortex2image.tables.results import RECONSTRUCTIONS

ROWS = "rows.parquet"
PNG_END = b"IEND\xaeB`\x82"
# Metadata of a shard that differ between the shards of one join, and what else Parquet and the contract add.
FIRST, TOTAL = "first", "stimuli"
STAMPS = ("contract", "contract_version", "ARROW:schema", "pandas")


@dataclass(frozen=True)
class Shard:
    """A shard on disk.

    Attributes
    ----------
    folder : Path
    first, total : int
        Position of its first stimulus among the test stimuli, and the number of these.
    facts : dict
        What the pictures depend on, as text; the same for all shards that belong together.
    table : table of reconstructions
    """

    folder: Path
    first: int
    total: int
    facts: dict[str, str]
    table: pa.Table

    @property
    def stimuli(self) -> list[str]:
        """Return its stimuli in their order, each once."""
        return list(dict.fromkeys(self.table["stimulus_id"].to_pylist()))

    @property
    def end(self) -> int:
        """Return the position after its last stimulus."""
        return self.first + len(self.stimuli)

    @property
    def files(self) -> list[str]:
        """Return the names of its pictures, in the order of the table."""
        return [os.path.basename(path) for path in self.table["image_path"].to_pylist()]


def digest(stimuli: Sequence[str], tables: Tables) -> str:
    """Return a hash of what the features of all test stimuli are made from, which shards of a join share.

    Not of the features themselves: the last digits of projections depend on the number of threads, and shards
    may be drawn with different ones.
    """
    hashed = hashlib.blake2b("\0".join(stimuli).encode(), digest_size=8)
    hashed.update(repr(sorted(tables.split.items())).encode())
    for kind, by_space in (("decoded", tables.decoded), ("true", tables.true)):
        for space in sorted(by_space):
            table = by_space[space]
            hashed.update(repr((kind, space, list(table.stimuli))).encode())
            hashed.update(np.ascontiguousarray(table.features, np.float32).data)
    return hashed.hexdigest()


def open_shards(folders: Sequence[str | Path]) -> list[Shard]:
    """Return all shards of a subject and method by the order of their stimuli; `folders` have any order.

    Raises
    ------
    DataError
        A shard lacks its table or depends on other facts than the others, or together they do not hold every
        test stimulus once, with the same samples.
    """
    shards = sorted((_open(Path(folder)) for folder in folders), key=lambda shard: shard.first)
    for shard in shards[1:]:
        _require_same_facts(shards[0], shard)
    for shard, following in itertools.pairwise(shards):
        _require_end(shard, following.first, f"where {following.folder} begins")
    _require_end(shards[-1], shards[-1].total, "the number of test stimuli")
    if shards[0].first:
        found = f"number {shards[0].first}"
        raise DataError(shards[0].folder, "a shard from stimulus number 0", found, _again(shards[0].folder))
    _require_all_samples(shards)
    return shards


def check_pictures(shard: Shard, side: int) -> None:
    """Read every picture of a shard to its end and check its size.

    Parameters
    ----------
    shard : Shard
    side : int
        Width and height in pixels.

    Raises
    ------
    DataError
        A picture is missing, cut short or altered, is no RGB PNG, or has another size.
    """
    for file in shard.files:
        path = shard.folder / file
        try:
            with Image.open(path) as image:
                found = f"{image.format} {image.mode} {image.width} x {image.height}"
                image.verify()  # the checksums of all parts of the file but the last
            if not path.read_bytes().endswith(PNG_END):
                raise ValueError("the file ends too early")
        except (OSError, SyntaxError, ValueError) as error:
            raise DataError(path, "a whole PNG file", str(error), _again(shard.folder)) from None
        expected = f"PNG RGB {side} x {side}"
        if found != expected:
            raise DataError(path, expected, found, _again(shard.folder))


def join(shards: Sequence[Shard], folder: Path, final: str) -> dict[str, list[Any]]:
    """Place the pictures of all shards in one folder, and return the columns of their table.

    Parameters
    ----------
    shards : sequence of Shard
        In the order of their stimuli.
    folder : path that exists
        Pictures appear there as further names of the same files; as copies where the file system has no such
        names, or has the shards elsewhere.
    final : str
        The path that `folder` will have, for the column `image_path`.
    """
    for shard in shards:
        for file in shard.files:
            _place(shard.folder / file, folder / file)
    columns: dict[str, list[Any]] = pa.concat_tables([shard.table for shard in shards]).to_pydict()
    columns["image_path"] = [os.path.join(final, file) for shard in shards for file in shard.files]
    return columns


def _place(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


def _open(folder: Path) -> Shard:
    table = RECONSTRUCTIONS.read(folder / ROWS)
    facts = {key.decode(): value.decode() for key, value in (table.schema.metadata or {}).items()}
    if not table.num_rows or not {FIRST, TOTAL} <= set(facts):
        expected, found = f"pictures, and metadata {FIRST} and {TOTAL}", f"{table.num_rows} pictures"
        raise DataError(folder / ROWS, expected, found, _again(folder))
    common = {key: value for key, value in facts.items() if key not in (FIRST, *STAMPS)}
    return Shard(folder, int(facts[FIRST]), int(facts[TOTAL]), common, table)


def _require_same_facts(first: Shard, other: Shard) -> None:
    keys = sorted({*first.facts, *other.facts})
    differ = [key for key in keys if first.facts.get(key) != other.facts.get(key)]
    if differ:
        expected, found = (
            ", ".join(f"{key} {shard.facts.get(key, 'missing')}" for key in differ)
            for shard in (first, other)
        )
        where = f"{expected}, as in {first.folder}"
        raise DataError(other.folder, where, found, _all_again(first.folder))


def _require_end(shard: Shard, end: int, reason: str) -> None:
    if shard.end != end:
        expected, found = f"stimuli up to number {end}, {reason}", f"up to number {shard.end}"
        raise DataError(shard.folder, expected, found, _all_again(shard.folder))


def _require_all_samples(shards: Sequence[Shard]) -> None:
    """Raise DataError unless every stimulus is in one shard and has the samples that the first one has."""
    where, fix = shards[0].folder.parent, _all_again(shards[0].folder)
    twice = [name for name, n in Counter(name for shard in shards for name in shard.stimuli).items() if n > 1]
    if twice:
        raise DataError(where, "each stimulus in one shard", f"{len(twice)} in two, first {twice[0]}", fix)
    samples: dict[str, list[int]] = {}
    for shard in shards:
        for row in shard.table.select(["stimulus_id", "sample"]).to_pylist():
            samples.setdefault(row["stimulus_id"], []).append(row["sample"])
    wanted = next(iter(samples.values()))
    others = [name for name, drawn in samples.items() if drawn != wanted]
    if others:
        found = f"others for {len(others)} stimuli, first {others[0]}: {samples[others[0]]}"
        raise DataError(where, f"samples {wanted} of every stimulus", found, fix)


def _again(folder: Path) -> str:
    return f"delete the folder {folder} and run the workflow again, which draws this shard alone"


def _all_again(folder: Path) -> str:
    return f"delete the folder {folder.parent} and run the workflow again, which draws all shards anew"
