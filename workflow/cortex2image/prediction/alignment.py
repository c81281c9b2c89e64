"""Betas and features of a subject, aligned by trial; means over repeats of a stimulus."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from cortex2image.errors import DataError
from cortex2image.prediction.partitions import Trials, ordered_stimuli
from cortex2image.prediction.responses import ANEW, Responses, open_responses
from cortex2image.progress import track
from cortex2image.ridge.repeats import PerTrial, Repeats
from cortex2image.tables.columns import matrix
from cortex2image.tables.recordings import TRIALS
from cortex2image.tables.results import FEATURES


def average(repeats: Repeats, source: PerTrial) -> np.ndarray:
    """Return the mean (s, width) over the trials of each stimulus, given the repeats of n stimuli."""
    first = source.row[repeats.first]
    if (source.row == first[repeats.member]).all():
        return taken(source.matrix, first)
    return repeats.average(source.each()).means


def of_trials(source: PerTrial, chosen: np.ndarray) -> PerTrial:
    """Return the rows of the chosen trials, and no row of any other trial; see :func:`taken`."""
    used, row = np.unique(source.row[chosen], return_inverse=True)
    return PerTrial(taken(source.matrix, used), row)


def taken(matrix: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Return some rows of a matrix; consecutive rows are not copied."""
    consecutive = (np.diff(rows) == 1).all()
    taken: np.ndarray = matrix[rows[0] : rows[-1] + 1] if consecutive else matrix[rows]
    return taken


@dataclass(frozen=True)
class StoredFeatures:
    """Features on disk of the stimuli that a subject saw.

    Attributes
    ----------
    path : str
    stimuli : list of str
        The stimuli to read, in this order.
    row : (n,) array of int
        Stimulus of each trial, as a position in `stimuli`.
    width : int
    """

    path: str
    stimuli: list[str]
    row: np.ndarray
    width: int

    def read(self) -> PerTrial:
        """Read the features, (stimuli, width); those of other stimuli are never held in memory.

        Raises
        ------
        ContractError
            The table breaks its contract.
        """
        features, read = np.empty((len(self.stimuli), self.width), np.float32), 0
        place = {name: number for number, name in enumerate(self.stimuli)}
        for table in track(FEATURES.read_batches(self.path), "features, row groups"):
            ids = table["stimulus_id"].to_pylist()
            wanted = [name in place for name in ids]
            features[[place[name] for name in ids if name in place]] = matrix(table, "feature")[wanted]
            read += sum(wanted)
        if read != len(self.stimuli):
            expected = f"the {len(self.stimuli)} stimuli that the table had when it was opened"
            fix = "let no other job write the table, and run the step again"
            raise DataError(self.path, expected, f"{read}", fix)
        return PerTrial(features, self.row)


@dataclass(frozen=True)
class Subject:
    """Trials of a subject, and its betas and features on disk."""

    trials: Trials
    betas: Responses
    features: StoredFeatures


def open_subject(voxels: int, where: Mapping[str, str]) -> Subject:
    """Read the trials of a subject, and find its betas and the features of its stimuli.

    Parameters
    ----------
    voxels : int
        Number of voxels in voxels.parquet.
    where : mapping from the names of the tables to their files
        Of trials, betas, voxels and features.

    Raises
    ------
    DataError
        A trial without betas or features; tables of voxels and betas with different numbers of voxels.
    ContractError
        A table breaks its contract.
    """
    trials, betas = open_trials(voxels, where)
    return Subject(trials, betas, find_features(where["features"], trials))


def open_trials(voxels: int, where: Mapping[str, str]) -> tuple[Trials, Responses]:
    """Read the trials of a subject, and find its betas; parameters and errors as of :func:`open_subject`."""
    columns = TRIALS.read(where["trials"]).to_pydict()
    trials = Trials.from_columns(columns, where["trials"])
    return trials, open_responses(where["betas"], columns["trial_id"], voxels, where["voxels"])


def find_features(path: str, trials: Trials) -> StoredFeatures:
    """Find the features of the stimuli of all trials; raise :class:`DataError` if a stimulus has none."""
    order = ordered_stimuli(trials)
    missing = sorted(set(order) - set(FEATURES.read_keys(path)["stimulus_id"].to_pylist()))
    if missing:
        found = f"{len(missing)} missing, first {missing[0]}"
        raise DataError(path, "a row for every stimulus of the subject", found, ANEW)
    width = FEATURES.read_schema(path).field("feature").type.list_size
    return StoredFeatures(path, order, positions(order, trials.stimulus.tolist()), width)


def positions(known: Sequence[str], wanted: Sequence[str]) -> np.ndarray:
    """Return the position in `known` of each name in `wanted`."""
    position = {name: number for number, name in enumerate(known)}
    return np.array([position[name] for name in wanted], dtype=int)
