"""Betas and features of a subject as matrices, aligned by trial; means over repeats of a stimulus."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from cortex2image.errors import DataError
from cortex2image.prediction.partitions import Trials
from cortex2image.ridge.repeats import PerTrial
from cortex2image.tables.columns import matrix


@dataclass(frozen=True)
class Rows:
    """Predictors (m, p) and targets (m, t) of the same m rows, with their stimuli and groups, (m,) each."""

    predictors: np.ndarray
    targets: np.ndarray
    stimuli: np.ndarray
    groups: np.ndarray


def select(
    predictors: PerTrial, targets: PerTrial, trials: Trials, chosen: np.ndarray, average: bool
) -> Rows:
    """Return the rows of the chosen trials, or their means over repeats, one row per stimulus, sorted."""
    rows = Rows(
        predictors.matrix[predictors.row[chosen]],
        targets.matrix[targets.row[chosen]],
        trials.stimulus[chosen],
        trials.groups[chosen],
    )
    return average_repeats(rows) if average else rows


def average_repeats(rows: Rows) -> Rows:
    """Average the rows of each stimulus; the result has one row per stimulus, sorted by name."""
    stimuli, first, member = np.unique(rows.stimuli, return_index=True, return_inverse=True)
    if len(stimuli) == len(rows.stimuli):
        means = rows.predictors[first], rows.targets[first]
    else:
        means = _means(rows.predictors, first, member), _means(rows.targets, first, member)
    return Rows(*means, stimuli, rows.groups[first])


def _means(values: np.ndarray, first: np.ndarray, member: np.ndarray) -> np.ndarray:
    """Average `values` by stimulus, given each stimulus' first row and the stimulus of each row."""
    # Averaged as differences from the stimulus' first row, so that the mean of identical rows is exactly that
    # row, and constant feature units stay constant.
    sums = np.zeros((len(first), values.shape[1]), dtype=np.float64)
    np.add.at(sums, member, values - values[first][member])
    means: np.ndarray = values[first] + (sums / np.bincount(member)[:, None]).astype(values.dtype)
    return means


@dataclass(frozen=True)
class BrainAndFeatures:
    """Betas (rows, voxels) and features (stimuli, width) of a subject's trials."""

    betas: PerTrial
    features: PerTrial
    trials: Trials


def align(
    trials: pa.Table, betas: pa.Table, features: pa.Table, voxels: pa.Table, where: Mapping[str, str]
) -> BrainAndFeatures:
    """Find the betas and features of every trial.

    Parameters
    ----------
    trials, betas, features, voxels : tables under the contracts of these names
    where : mapping from these names to the files of the tables, for errors

    Raises
    ------
    DataError
        A trial without betas or features; tables of voxels and betas with different numbers of voxels.
    """
    width = betas.schema.field("beta").type.list_size
    if width != voxels.num_rows:
        fix = "delete both tables and run the workflow again"
        raise DataError(where["voxels"], f"{width} voxels, the width of the betas", f"{voxels.num_rows}", fix)
    columns = trials.to_pydict()
    beta_row = positions(betas.column("trial_id").to_pylist(), columns["trial_id"], where["betas"])
    seen, known = columns["stimulus_id"], features.column("stimulus_id").to_pylist()
    return BrainAndFeatures(
        PerTrial(matrix(betas, "beta"), beta_row),
        PerTrial(matrix(features, "feature"), positions(known, seen, where["features"])),
        Trials.from_columns(columns, where["trials"]),
    )


def positions(known: Sequence[str], wanted: Sequence[str], where: str) -> np.ndarray:
    """Return the position in `known` of each name in `wanted`; `where` names the table in the error."""
    position = {name: number for number, name in enumerate(known)}
    missing = sorted(set(wanted) - position.keys())
    if missing:
        found = f"{len(missing)} missing, first {missing[0]}"
        raise DataError(where, "a row for every trial", found, "delete the table and run the workflow again")
    return np.array([position[name] for name in wanted], dtype=int)
