"""Reads the single-trial betas of one subject, writes them standardised, with a noise ceiling per voxel.

Reads trials.parquet, single_trial_betas.parquet and mask_voxels.parquet; of the betas never more than a row
group is in memory, so they are read several times. Mean and standard deviation come from training trials
only. Noise ceilings come from repeated stimuli, in most studies the test stimuli, or were released with the
betas: they describe the data and select nothing. Voxels that lack data in a session are left out, which the
metadata of voxels.parquet say (`left_out`, a JSON list). Writes betas.parquet and voxels.parquet.
"""

import argparse
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from cortex2image.errors import ConfigError, DataError, run_step
from cortex2image.fmri.noise_ceiling import Repeats, noise_ceiling, noise_ceiling_snr
from cortex2image.fmri.standardise import MODES, Moments, Standardiser, scaling_groups
from cortex2image.progress import say, track
from cortex2image.tables.columns import matrix, vectors
from cortex2image.tables.contracts import BETAS, MASK_VOXELS, SINGLE_TRIAL_BETAS, TRIALS, VOXELS

GRID_FACTS = ("affine", "shape")
RELEASED = "released"
NCSNR_FROM = ("all", "train", RELEASED)


def parse_args(argv: Sequence[str] | None) -> argparse.Namespace:
    """Parse the options of this step."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", required=True)
    parser.add_argument("--single-trial-betas", required=True)
    parser.add_argument("--mask-voxels", required=True)
    parser.add_argument("--by", choices=MODES, required=True, help="trials that share mean and scale")
    parser.add_argument(
        "--ncsnr-from", choices=NCSNR_FROM, default="all", help="what noise ceilings come from"
    )
    parser.add_argument("--average-repeats", default=[], nargs="*", choices=("train", "test"))
    parser.add_argument("--betas", required=True, help="betas.parquet to write")
    parser.add_argument("--voxels", required=True, help="voxels.parquet to write")
    return parser.parse_args(argv)


@dataclass(frozen=True)
class Rows:
    """The betas as they lie on disk, without the voxels that are left out.

    Attributes
    ----------
    path : str
        single_trial_betas.parquet.
    kept : (mask voxels,) bool array
    """

    path: str
    kept: np.ndarray

    def batches(self) -> Iterator[np.ndarray]:
        """Read all trials once, some at a time: (trials, kept voxels) float32 each.

        Raises
        ------
        DataError
            Betas of another number of voxels than mask_voxels.parquet lists.
        """
        for table in SINGLE_TRIAL_BETAS.read_batches(self.path):
            betas = matrix(table, "beta")
            if betas.shape[1] != len(self.kept):
                fix = "delete both tables and run the workflow again"
                expected = f"betas of {len(self.kept)} voxels"
                raise DataError(self.path, expected, f"{betas.shape[1]}", fix)
            yield betas if self.kept.all() else betas[:, self.kept]


@dataclass(frozen=True)
class Labels:
    """What is known of each trial: (trials,) arrays."""

    trial: np.ndarray
    stimulus: np.ndarray
    session: np.ndarray
    split: np.ndarray

    @classmethod
    def of(cls, trials: pa.Table) -> "Labels":
        """Take the labels out of trials.parquet."""
        names = ("trial_id", "stimulus_id", "session", "split")
        return cls(*(np.array(trials[name].to_pylist()) for name in names))


def main(argv: Sequence[str] | None = None) -> None:
    """Write the standardised betas of one subject and the noise ceilings of its voxels."""
    args = parse_args(argv)
    trials, voxels = TRIALS.read(args.trials), MASK_VOXELS.read(args.mask_voxels)
    check_trials(trials, SINGLE_TRIAL_BETAS.read_keys(args.single_trial_betas), args.single_trial_betas)
    check_folds(trials, args.by, args.trials)
    labels, rows = Labels.of(trials), Rows(args.single_trial_betas, valid_voxels(voxels, args.mask_voxels))
    used = labels.split == "train" if args.ncsnr_from == "train" else np.ones(len(labels.split), bool)
    training, of_used = gather_moments(rows, labels, args.by, used)
    write_betas(args.betas, rows, labels, training, args.by)
    if args.ncsnr_from == RELEASED:
        ncsnr = released_snr(voxels, args.mask_voxels)[rows.kept]
    else:
        ncsnr = noise_ceiling_snr(
            rows.batches,
            of_used,
            Repeats.among(used, labels.stimulus, labels.session),
            int(rows.kept.sum()),
            session_bytes(labels, rows),
        )
    ceiling = noise_ceiling(ncsnr, averaged_trials(labels, args.average_repeats))
    write_voxels(args.voxels, voxels, rows.kept, ncsnr, ceiling, args.ncsnr_from)


def valid_voxels(voxels: pa.Table, source: str) -> np.ndarray:
    """Return which voxels have data in every session, (mask voxels,) bool.

    Raises
    ------
    DataError
        No voxel has.
    """
    kept = voxels["invalid_sessions"].to_numpy() == 0
    if not kept.any():
        fix = "leave out the session that lacks them (dataset/sessions), or correct the regions"
        raise DataError(source, "voxels with data in every session", "none", fix)
    return kept


def released_snr(voxels: pa.Table, source: str) -> np.ndarray:
    """Return the noise ceilings that came with the betas, (mask voxels,) float64; NaN where unknown.

    Raises
    ------
    DataError
        The table has none.
    """
    column = voxels["released_ncsnr"]
    if column.null_count == len(column):
        fix = "delete the file and run the workflow again, or set standardise/ncsnr_from: all, or train"
        raise DataError(source, "released noise ceilings", "none", fix)
    return column.to_numpy()


def gather_moments(rows: Rows, labels: Labels, by: str, used: np.ndarray) -> tuple[Moments, Moments]:
    """Return the moments of the training trials by scaling group, and those of the used trials by session."""
    groups, is_train = scaling_groups(labels.session, by), labels.split == "train"
    training, of_used, first = Moments(), Moments(), 0
    for betas in track(rows.batches(), "mean and deviation of the betas, row groups"):
        here = np.arange(first, first + len(betas))
        for moments, chosen, names in ((training, is_train, groups), (of_used, used, labels.session)):
            moments.add(betas[chosen[here]], names[here][chosen[here]])
        first += len(betas)
    return training, of_used


def write_betas(path: str, rows: Rows, labels: Labels, training: Moments, by: str) -> None:
    """Write betas.parquet a row group at a time; with `by` none the betas stay as they are."""
    groups, standardiser = scaling_groups(labels.session, by), Standardiser.from_moments(training)

    def batches() -> Iterator[dict[str, object]]:
        first = 0
        for betas in track(rows.batches(), "standardise, row groups"):
            here = slice(first, first + len(betas))
            result = betas if by == "none" else standardiser.transform(betas, groups[here])
            yield {"trial_id": labels.trial[here], "beta": vectors(result)}
            first = here.stop

    BETAS.write_batches(batches(), path, standardised_by=by)


def session_bytes(labels: Labels, rows: Rows) -> int:
    """Return the size of the betas of the longest session: what a pass may keep besides them."""
    longest = max(Counter(labels.session.tolist()).values())
    return longest * int(rows.kept.sum()) * np.dtype(np.float32).itemsize


def averaged_trials(labels: Labels, average_repeats: Sequence[str]) -> list[int]:
    """Return of how many trials each test response is the mean; single ones where nothing is averaged."""
    repeats = Counter(labels.stimulus[labels.split == "test"].tolist())
    return (list(repeats.values()) if "test" in average_repeats else []) or [1]


def write_voxels(
    path: str,
    mask_voxels: pa.Table,
    kept: np.ndarray,
    ncsnr: np.ndarray,
    ceiling: np.ndarray,
    ncsnr_from: str,
) -> None:
    """Write voxels.parquet: the kept voxels, numbered anew, with the ceilings of what is predicted."""
    say(f"noise ceiling known in {np.isfinite(ceiling).sum()} of {len(ceiling)} voxels")
    voxels = mask_voxels.drop_columns(["invalid_sessions", "released_ncsnr"]).filter(pa.array(kept))
    columns = {name: voxels[name] for name in voxels.column_names}
    columns |= {"voxel_id": np.arange(len(ncsnr))}
    columns |= {"ncsnr": null_if_nan(ncsnr), "noise_ceiling": null_if_nan(ceiling)}
    facts = {name: mask_voxels.schema.metadata[name.encode()].decode() for name in GRID_FACTS}
    problems = [] if kept.all() else [f"{(~kept).sum()} of {len(kept)} voxels lack data in a session"]
    for problem in problems:
        say(f"warning: {problem}; left out")
    VOXELS.write(columns, path, ncsnr_from=ncsnr_from, left_out=json.dumps(problems), **facts)


def check_trials(trials: pa.Table, single: pa.Table, source: str) -> None:
    """Raise DataError unless the betas are those of the trials, in the same order."""
    if trials["trial_id"].to_pylist() != single["trial_id"].to_pylist():
        found = f"{single.num_rows} rows that are not the {trials.num_rows} trials of trials.parquet in order"
        raise DataError(source, "one row per trial", found, "delete the file and run the workflow again")


def check_folds(trials: pa.Table, by: str, source: str) -> None:
    """Raise ConfigError where one scaling would serve all folds: each fold's test trials would be in it."""
    if by != "none" and trials["fold"].null_count < trials.num_rows:
        expected = "standardise/by: none, since each fold scales with its own training trials"
        raise ConfigError(source, expected, f"folds, and standardise/by: {by}", "set standardise/by: none")


def null_if_nan(values: np.ndarray) -> pa.Array:
    """Return a float64 column whose unknown values are null."""
    return pa.array(values, from_pandas=True)


if __name__ == "__main__":
    run_step(main)
