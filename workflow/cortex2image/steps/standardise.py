"""Standardise the single-trial betas of one subject, and compute the noise ceiling of every voxel.

Reads stimuli.parquet, trials.parquet, single_trial_betas.parquet and mask_voxels.parquet. Only one row
group of betas is in memory at a time, so the betas are read several times. Mean and standard deviation come
from training trials only. Noise ceilings come from repeated stimuli, in most studies the test stimuli, or
were released with the betas; they describe the data and select nothing. In a cross-validated study, stimuli
whose pictures are unknown repeat where their captions do, and ceilings are those of differences within
folds. Trials that the study's split leaves out have single-trial betas, but are no rows of trials.parquet.
Voxels that lack data in a session are left out, as the metadata of voxels.parquet say (`left_out`, a JSON
list), after what those of mask_voxels.parquet say. Writes betas.parquet and voxels.parquet.
"""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from cortex2image.errors import ConfigError, DataError, run_step
from cortex2image.fmri.ceilings import Ceilings, SingleTrials, shown_alike
from cortex2image.fmri.fold_noise_ceiling import FoldRepeats
from cortex2image.fmri.noise_ceiling import Repeats
from cortex2image.fmri.standardise import Moments, Standardiser, TrainingMoments, scaling_groups
from cortex2image.leakage import TrainingRows
from cortex2image.progress import say, track
from cortex2image.study.command import Command
from cortex2image.study.settings import Study
from cortex2image.tables.columns import matrix, vectors
from cortex2image.tables.recordings import BETAS, MASK_VOXELS, SINGLE_TRIAL_BETAS, STIMULI, TRIALS, VOXELS
from cortex2image.tables.restamp import copy_under

GRID_FACTS = ("affine", "shape")
READS = ("standardise",)
COMMAND = Command(
    __doc__,
    Study,
    READS,
    inputs=("stimuli", "trials", "single_trial_betas", "mask_voxels"),
    outputs=("betas", "voxels"),
)


@dataclass(frozen=True)
class Rows:
    """The single-trial betas on disk, of the trials and voxels that are not left out.

    Attributes
    ----------
    path : str
        Path of single_trial_betas.parquet.
    kept : (mask voxels,) bool array
    used : (trials on disk,) bool array
        Which of them are trials of trials.parquet.
    """

    path: str
    kept: np.ndarray
    used: np.ndarray

    def batches(self) -> Iterator[np.ndarray]:
        """Yield the betas of the used trials, some trials at a time, (trials, kept voxels) float32.

        Raises
        ------
        DataError
            The betas have another number of voxels than mask_voxels.parquet lists.
        """
        first = 0
        for table in SINGLE_TRIAL_BETAS.read_batches(self.path):
            betas = matrix(table, "beta")
            used = self.used[first : first + len(betas)]
            first += len(betas)
            if betas.shape[1] != len(self.kept):
                fix = "delete both tables and run the workflow again"
                expected = f"betas of {len(self.kept)} voxels"
                raise DataError(self.path, expected, f"{betas.shape[1]}", fix)
            if used.any():
                some = betas if used.all() else betas[used]
                yield some if self.kept.all() else some[:, self.kept]


@dataclass(frozen=True)
class Labels:
    """The labels of each trial: (trials,) arrays; `fold` is None unless the study is cross-validated."""

    trial: np.ndarray
    stimulus: np.ndarray
    session: np.ndarray
    split: np.ndarray
    fold: np.ndarray | None

    @classmethod
    def of(cls, trials: pa.Table) -> "Labels":
        """Return the labels in trials.parquet."""
        trial, stimulus, session, split = (
            np.array(trials[name].to_pylist()) for name in ("trial_id", "stimulus_id", "session", "split")
        )
        fold = None if trials["fold"].null_count else trials["fold"].to_numpy()
        return cls(trial, stimulus, session, split, fold)


def main(argv: Sequence[str] | None = None) -> None:
    """Write the standardised betas of one subject, and the noise ceilings of its voxels."""
    args, study = COMMAND.parse(argv)
    by, ncsnr_from = study.standardise.by, study.standardise.ncsnr_from
    trials, voxels = TRIALS.read(args.trials), MASK_VOXELS.read(args.mask_voxels)
    kept, single = valid_voxels(voxels, args.mask_voxels), args.single_trial_betas
    rows = Rows(single, kept, rows_of_trials(trials, SINGLE_TRIAL_BETAS.read_keys(single), single))
    check_folds(trials, by, args.trials)
    labels = Labels.of(trials)
    used = used_trials(labels, ncsnr_from)
    training, of_used = gather_moments(rows, labels, by, used)
    write_betas(args.betas, rows, labels, training, by)
    averaged = averaged_trials(labels, study.standardise.average_repeats)
    if ncsnr_from == "released":
        ceilings = Ceilings.released(released_snr(voxels, args.mask_voxels)[rows.kept], averaged)
    else:
        ceilings = ceilings_of(rows, labels, STIMULI.read(args.stimuli), used, of_used, averaged)
    write_voxels(args.voxels, voxels, rows.kept, ceilings, ncsnr_from)


def used_trials(labels: Labels, ncsnr_from: str) -> np.ndarray:
    """Return which trials tell of noise, (trials,) bool; one that is alone in its session does not."""
    used = (labels.split == "train") | (ncsnr_from != "train")
    sessions, counts = np.unique(labels.session[used], return_counts=True)
    several: np.ndarray = used & np.isin(labels.session, sessions[counts > 1])
    return several


def ceilings_of(
    rows: Rows, labels: Labels, stimuli: pa.Table, used: np.ndarray, moments: Moments, averaged: Sequence[int]
) -> Ceilings:
    """Estimate noise ceilings from the used trials, given their moments by session; or within folds."""
    trials = SingleTrials(rows.batches, int(rows.kept.sum()), session_bytes(labels, rows))
    if labels.fold is None:
        return trials.ceilings(moments, Repeats.among(used, labels.stimulus, labels.session), averaged)
    names, captions, pictures = (
        stimuli[name].to_pylist() for name in ("stimulus_id", "captions", "image_path")
    )
    alike = shown_alike(*(dict(zip(names, facts, strict=True)) for facts in (captions, pictures)))
    shown = np.array([alike[name] for name in labels.stimulus.tolist()])
    return trials.fold_ceilings(FoldRepeats.of(labels.fold, shown), averaged)


def valid_voxels(voxels: pa.Table, source: str) -> np.ndarray:
    """Return which voxels have data in every session, (mask voxels,) bool.

    Raises
    ------
    DataError
        No voxel has data in every session.
    """
    kept: np.ndarray = voxels["invalid_sessions"].to_numpy() == 0
    if not kept.any():
        fix = (
            "leave out the session (dataset/sessions) or the run that lacks them, or correct mask or regions"
        )
        raise DataError(source, "voxels with data in every session", "none", fix)
    return kept


def released_snr(voxels: pa.Table, source: str) -> np.ndarray:
    """Return the noise ceilings that were released with the betas, (mask voxels,) float64; NaN where unknown.

    Raises
    ------
    DataError
        The table has no released noise ceilings.
    """
    column = voxels["released_ncsnr"]
    if column.null_count == len(column):
        fix = "delete the file and run the workflow again, or set standardise/ncsnr_from: all, or train"
        raise DataError(source, "released noise ceilings", "none", fix)
    ratios: np.ndarray = column.to_numpy()
    return ratios


def gather_moments(rows: Rows, labels: Labels, by: str, used: np.ndarray) -> tuple[TrainingMoments, Moments]:
    """Return moments of training trials by scaling group, and moments of the used trials by session."""
    groups, training, of_used, first = scaling_groups(labels.session, by), TrainingMoments(), Moments(), 0
    for betas in track(rows.batches(), "mean and deviation of the betas, row groups"):
        here = slice(first, first + len(betas))
        train, test = (np.flatnonzero(labels.split[here] == side) for side in ("train", "test"))
        training.add(TrainingRows(betas, train, test), groups[here][train])
        of_used.add(betas[used[here]], labels.session[here][used[here]])
        first += len(betas)
    return training, of_used


def write_betas(path: str, rows: Rows, labels: Labels, training: TrainingMoments, by: str) -> None:
    """Write betas.parquet a row group at a time; if nothing changes, copy the row groups unchanged."""
    if by == "none" and rows.kept.all() and rows.used.all():
        copy_under(BETAS, rows.path, path, standardised_by=by)
        return
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
    """Return the size of the betas of the longest session, which bounds the memory of the noise ceiling."""
    longest = max(Counter(labels.session.tolist()).values())
    return longest * int(rows.kept.sum()) * np.dtype(np.float32).itemsize


def averaged_trials(labels: Labels, average_repeats: Sequence[str]) -> list[int]:
    """Return the number of trials that each averaged test response is the mean of; [1] without averaging.

    In a cross-validated study every trial is a test trial once.
    """
    tested = labels.split == "test" if labels.fold is None else np.ones(len(labels.split), bool)
    repeats = Counter(labels.stimulus[tested].tolist())
    return (list(repeats.values()) if "test" in average_repeats else []) or [1]


def write_voxels(
    path: str,
    mask_voxels: pa.Table,
    kept: np.ndarray,
    ceilings: Ceilings,
    ncsnr_from: str,
) -> None:
    """Write voxels.parquet: the kept voxels with new numbers and the noise ceilings of test responses."""
    known = np.isfinite(ceilings.noise_ceiling)
    say(f"noise ceiling known in {known.sum()} of {len(known)} voxels")
    voxels = mask_voxels.drop_columns(["invalid_sessions", "released_ncsnr"]).filter(pa.array(kept))
    columns = {name: voxels[name] for name in voxels.column_names}
    columns |= {"voxel_id": np.arange(len(known))}
    columns |= {name: null_if_nan(values) for name, values in vars(ceilings).items()}
    facts = {name: mask_voxels.schema.metadata[name.encode()].decode() for name in GRID_FACTS}
    problems = json.loads(mask_voxels.schema.metadata.get(b"left_out", b"[]"))
    if not kept.all():
        problems.append(f"{(~kept).sum()} of {len(kept)} voxels lack data in a session")
        say(f"warning: {problems[-1]}; left out")
    VOXELS.write(columns, path, ncsnr_from=ncsnr_from, left_out=json.dumps(problems), **facts)


def rows_of_trials(trials: pa.Table, single: pa.Table, source: str) -> np.ndarray:
    """Return which rows of the betas belong to trials of trials.parquet, (rows,) bool.

    Raises
    ------
    DataError
        Trials lack betas or stand in another order, or more rows have no trial than the split leaves out.
    """
    names = np.array(single["trial_id"].to_pylist())
    used: np.ndarray = np.isin(names, trials["trial_id"].to_pylist())
    surplus = int(trials.schema.metadata.get(b"left_out_trials", b"0"))
    if names[used].tolist() != trials["trial_id"].to_pylist() or (~used).sum() != surplus:
        found = f"{single.num_rows} rows that are not the {trials.num_rows} trials of trials.parquet in order"
        found += f" and the {surplus} that the split leaves out" if surplus else ""
        raise DataError(source, "one row per trial", found, "delete the file and run the workflow again")
    return used


def check_folds(trials: pa.Table, by: str, source: str) -> None:
    """Raise ConfigError if all folds would share one scaling, fitted on held-out trials too."""
    if by != "none" and trials["fold"].null_count < trials.num_rows:
        expected = "standardise/by: none, since each fold scales with its own training trials"
        raise ConfigError(source, expected, f"folds, and standardise/by: {by}", "set standardise/by: none")


def null_if_nan(values: np.ndarray) -> pa.Array:
    """Return a float64 column that is null where `values` are NaN."""
    return pa.array(values, from_pandas=True)


if __name__ == "__main__":
    run_step(main)
