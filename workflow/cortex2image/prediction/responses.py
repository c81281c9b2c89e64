"""Betas of a subject, read a row group at a time: the table of a whole brain need not fit into memory.

A fit from features to voxels takes the voxels in blocks, as many as its memory allows. Each block takes one
pass over the table, in which the trials of a picture are averaged as they come.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from cortex2image.errors import DataError
from cortex2image.leakage import HeldOut
from cortex2image.progress import track
from cortex2image.tables.columns import matrix
from cortex2image.tables.recordings import BETAS

ANEW = "delete the table and run the workflow again"


@dataclass(frozen=True)
class Responses:
    """Betas of n trials and v voxels.

    Attributes
    ----------
    trials, voxels : int
    batches : callable
        Returns an iterator over ((b,) positions among the trials, (b, v) float32 betas), which has each
        trial once; a new one on every call.
    """

    trials: int
    voxels: int
    batches: Callable[[], Iterable[tuple[np.ndarray, np.ndarray]]]


@dataclass(frozen=True)
class Rows:
    """The rows that trials become: (n,) row of each trial, -1 for a trial that enters none, and their number.

    Trials of one row are averaged.
    """

    row: np.ndarray
    count: int

    @classmethod
    def of(cls, chosen: np.ndarray, row: np.ndarray, trials: int) -> "Rows":
        """Return the rows of the chosen ones among all trials; `row` counts from 0 and leaves none out."""
        of_trial = np.full(trials, -1)
        of_trial[chosen] = row
        return cls(of_trial, int(row.max(initial=-1)) + 1)


class RunningMeans:
    """Means over the trials of each row, updated trial by trial (Welford 1962, Technometrics 4:419).

    Attributes
    ----------
    means : (r, w) float32 array
        The mean of identical trials is exactly that trial.
    within : (w,) float64 array
        Sum over all trials of the squared difference from the mean of their row.
    """

    def __init__(self, rows: Rows, means: np.ndarray):
        self.rows, self.means = rows, means
        self.within = np.zeros(means.shape[1])
        self._count = np.zeros(rows.count, int)

    def add(self, trials: np.ndarray, betas: np.ndarray) -> None:
        """Add (b, w) betas of the trials at (b,) positions."""
        for row, beta in zip(self.rows.row[trials], betas, strict=True):
            if row >= 0:
                self._add(row, beta)

    def _add(self, row: int, beta: np.ndarray) -> None:
        self._count[row] += 1
        mean = self.means[row]
        if self._count[row] == 1:
            mean[:] = beta
            return
        apart = beta - mean
        mean += apart / np.float32(self._count[row])
        self.within += np.multiply(apart, beta - mean, dtype=np.float64)


@dataclass(frozen=True)
class VoxelBlock:
    """Training rows of the voxels of a block, and test rows, which open with a fit of these voxels."""

    voxels: slice
    train: RunningMeans
    test: HeldOut[RunningMeans]


def voxel_blocks(responses: Responses, train: Rows, test: Rows, size: int) -> Iterator[VoxelBlock]:
    """Yield the voxels in blocks of `size`, the last one smaller, with one pass over the betas for each.

    A block is valid until the next one is asked for, so that only one lies in memory.
    """
    width = min(size, responses.voxels)
    memory = [np.empty(rows.count * width, np.float32) for rows in (train, test)]
    for first in range(0, responses.voxels, width):
        part = slice(first, min(first + width, responses.voxels))
        sides = [_means(rows, part.stop - first, m) for rows, m in zip((train, test), memory, strict=True)]
        for trials, betas in track(
            responses.batches(), f"betas of voxels {first} to {part.stop}, row groups"
        ):
            for side in sides:
                side.add(trials, betas[:, part])
        trained, tested = sides
        yield VoxelBlock(part, trained, HeldOut(tested, test.count, f"responses to {test.count} stimuli"))


def _means(rows: Rows, width: int, memory: np.ndarray) -> RunningMeans:
    return RunningMeans(rows, memory[: rows.count * width].reshape(rows.count, width))


def of_voxels(responses: Responses, chosen: np.ndarray) -> Responses:
    """Return the responses of the voxels at the (k,) chosen positions alone."""

    def batches() -> Iterator[tuple[np.ndarray, np.ndarray]]:
        return ((trials, betas[:, chosen]) for trials, betas in responses.batches())

    return Responses(responses.trials, len(chosen), batches)


def read_voxels(responses: Responses, chosen: np.ndarray) -> np.ndarray:
    """Return the (n, k) betas of all trials and the voxels at the (k,) chosen positions, in one pass."""
    out = np.empty((responses.trials, len(chosen)), np.float32)
    for trials, betas in track(responses.batches(), "betas, row groups"):
        out[trials] = betas[:, chosen]
    return out


def open_responses(path: str, trials: Sequence[str], voxels: int, where: str) -> Responses:
    """Open betas.parquet.

    Parameters
    ----------
    path : path of betas.parquet
    trials : identities of the n trials, in any order
    voxels : number of voxels in voxels.parquet
    where : path of voxels.parquet

    Raises
    ------
    DataError
        Betas of other trials or of another number of voxels. While the betas are read: a table that changed
        since it was opened.
    ContractError
        The table breaks its contract, or is cut short.
    """
    width = BETAS.read_schema(path).field("beta").type.list_size
    if width != voxels:
        fix = "delete both tables and run the workflow again"
        raise DataError(where, f"{width} voxels, the width of the betas", f"{voxels}", fix)
    known = BETAS.read_keys(path)["trial_id"].to_pylist()
    check_same_trials(known, trials, path)
    position = {name: number for number, name in enumerate(trials)}
    order = np.array([position[name] for name in known], dtype=int)
    return Responses(len(trials), voxels, lambda: _batches(path, known, order))


def check_same_trials(known: Sequence[str], trials: Sequence[str], path: str) -> None:
    """Raise :class:`DataError` unless the betas in `path` are those of the trials of trials.parquet."""
    missing, surplus = sorted(set(trials) - set(known)), sorted(set(known) - set(trials))
    found = [
        f"{len(names)} {what}, first {names[0]}"
        for what, names in (("missing", missing), ("of other trials", surplus))
        if names
    ]
    if found:
        raise DataError(path, "a row for every trial of trials.parquet", "; ".join(found), ANEW)


def _batches(path: str, known: Sequence[str], order: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield the row groups, checked against the trials that the table had when it was opened."""
    first = 0
    for table in BETAS.read_batches(path):
        here = slice(first, first + table.num_rows)
        if table["trial_id"].to_pylist() != known[here]:
            _changed(path, f"other trials from row {first}")
        yield order[here], matrix(table, "beta")
        first = here.stop
    if first != len(known):
        _changed(path, f"{first} rows")


def _changed(path: str, found: str) -> None:
    expected = "the trials that the table had when it was opened"
    raise DataError(path, expected, found, "let no other job write the table, and run the step again")
