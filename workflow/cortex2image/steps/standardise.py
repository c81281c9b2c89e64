"""Reads the single-trial betas of one subject, writes them standardised, with a noise ceiling per voxel.

Reads trials.parquet, single_trial_betas.parquet and mask_voxels.parquet. Mean and standard deviation come
from training trials only. Noise ceilings come from repeated stimuli, in most studies the test stimuli: they
describe the data and select nothing. Writes betas.parquet and voxels.parquet.
"""

import argparse
from collections import Counter
from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from cortex2image.contract import matrix, vectors
from cortex2image.contracts import BETAS, MASK_VOXELS, SINGLE_TRIAL_BETAS, TRIALS, VOXELS
from cortex2image.errors import ConfigError, DataError, run_step
from cortex2image.fmri.noise_ceiling import noise_ceiling, noise_ceiling_snr
from cortex2image.fmri.standardise import MODES, standardise
from cortex2image.progress import say

GRID_FACTS = ("affine", "shape")


def parse_args(argv: Sequence[str] | None) -> argparse.Namespace:
    """Parse the options of this step."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", required=True)
    parser.add_argument("--single-trial-betas", required=True)
    parser.add_argument("--mask-voxels", required=True)
    parser.add_argument("--by", choices=MODES, required=True, help="trials that share mean and scale")
    parser.add_argument("--betas", required=True, help="betas.parquet to write")
    parser.add_argument("--voxels", required=True, help="voxels.parquet to write")
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> None:
    """Write the standardised betas of one subject and the noise ceilings of its voxels."""
    args = parse_args(argv)
    trials = TRIALS.read(args.trials)
    single = SINGLE_TRIAL_BETAS.read(args.single_trial_betas)
    check_trials(trials, single, args.single_trial_betas)
    check_folds(trials, args.by, args.trials)
    voxels = MASK_VOXELS.read(args.mask_voxels)
    metadata = voxels.schema.metadata
    facts = {name: metadata[name.encode()].decode() for name in GRID_FACTS}
    betas, sessions = matrix(single, "beta"), trials["session"].to_pylist()
    is_train = np.array(trials["split"].to_pylist()) == "train"
    standardised = standardise(betas, sessions, is_train, args.by)
    ncsnr, ceiling = ceilings(betas, trials)
    known = int(np.isfinite(ceiling).sum())
    say(f"noise ceiling known in {known} of {len(ceiling)} voxels")
    columns = {name: voxels[name] for name in voxels.column_names}
    columns |= {"ncsnr": null_if_nan(ncsnr), "noise_ceiling": null_if_nan(ceiling)}
    BETAS.write(
        {"trial_id": trials["trial_id"], "beta": vectors(standardised)}, args.betas, standardised_by=args.by
    )
    VOXELS.write(columns, args.voxels, **facts)


def check_trials(trials: pa.Table, single: pa.Table, source: str) -> None:
    """Raise DataError unless both tables hold the same trials in the same order."""
    if trials["trial_id"].to_pylist() != single["trial_id"].to_pylist():
        found = f"{single.num_rows} rows that are not the {trials.num_rows} trials of trials.parquet in order"
        raise DataError(source, "one row per trial", found, "delete the file and run the workflow again")


def check_folds(trials: pa.Table, by: str, source: str) -> None:
    """Raise ConfigError where one scaling would serve all folds: each fold's test trials would be in it."""
    if by != "none" and trials["fold"].null_count < trials.num_rows:
        expected = "standardise/by: none, since each fold scales with its own training trials"
        raise ConfigError(source, expected, f"folds, and standardise/by: {by}", "set standardise/by: none")


def ceilings(betas: np.ndarray, trials: pa.Table) -> tuple[np.ndarray, np.ndarray]:
    """Return ncsnr and noise ceiling of every voxel, the ceiling for test trials averaged per stimulus."""
    stimuli, splits = trials["stimulus_id"].to_pylist(), trials["split"].to_pylist()
    ncsnr = noise_ceiling_snr(betas, stimuli, trials["session"].to_pylist())
    repeats = Counter(s for s, split in zip(stimuli, splits, strict=True) if split == "test")
    return ncsnr, noise_ceiling(ncsnr, list(repeats.values()) or [1])


def null_if_nan(values: np.ndarray) -> pa.Array:
    """Return a float64 column whose unknown values are null."""
    return pa.array(values, from_pandas=True)


if __name__ == "__main__":
    run_step(main)
