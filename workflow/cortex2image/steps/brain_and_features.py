"""What the steps that fit ridge regressions between brain and features share: options and aligned tables."""

import argparse
from dataclasses import dataclass

import pyarrow as pa

from cortex2image.contract import matrix
from cortex2image.contracts import BETAS, FEATURES, TRIALS, VOXELS
from cortex2image.errors import DataError
from cortex2image.ridge.held_out import PerTrial, RidgeSettings, positions
from cortex2image.ridge.partitions import Trials
from cortex2image.seeds import seed_for


@dataclass(frozen=True)
class BrainAndFeatures:
    """Betas (trials, voxels) and features (stimuli, width) with the row of every trial; the voxel table."""

    betas: PerTrial
    features: PerTrial
    trials: Trials
    voxels: pa.Table


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options for :func:`read` and :func:`settings`."""
    parser.add_argument("--subject", required=True)
    parser.add_argument("--trials", required=True, help="trials.parquet")
    parser.add_argument("--betas", required=True, help="betas.parquet")
    parser.add_argument("--voxels", required=True, help="voxels.parquet")
    parser.add_argument("--features", required=True, help="features of the stimuli")
    parser.add_argument("--alphas", required=True, type=float, nargs="+", help="ridge penalties to try")
    parser.add_argument("--folds", required=True, type=int, help="inner folds that choose among them")
    parser.add_argument(
        "--average-repeats", default=[], nargs="*", choices=["train", "test"], help="splits to average"
    )
    parser.add_argument("--seed", required=True, type=int, help="seed of the study")


def read(args: argparse.Namespace) -> BrainAndFeatures:
    """Read the tables and align them by trial and stimulus identity.

    Raises
    ------
    DataError
        A trial without betas or features, or another number of voxels than betas.
    """
    betas, features, voxels = BETAS.read(args.betas), FEATURES.read(args.features), VOXELS.read(args.voxels)
    columns = TRIALS.read(args.trials).to_pydict()
    width = betas.schema.field("beta").type.list_size
    if width != voxels.num_rows:
        fix = "delete both tables and run the workflow again"
        raise DataError(args.voxels, f"{width} voxels, the width of the betas", f"{voxels.num_rows}", fix)
    beta_row = positions(betas.column("trial_id").to_pylist(), columns["trial_id"], args.betas)
    feature_row = positions(features.column("stimulus_id").to_pylist(), columns["stimulus_id"], args.features)
    return BrainAndFeatures(
        PerTrial(matrix(betas, "beta"), beta_row),
        PerTrial(matrix(features, "feature"), feature_row),
        Trials.from_columns(columns, args.trials),
        voxels,
    )


def settings(args: argparse.Namespace, *identity: str) -> RidgeSettings:
    """Return the options of the fit, its inner folds seeded by the identity of the fit."""
    seed = seed_for(args.seed, "ridge folds", args.subject, *identity)
    return RidgeSettings(args.alphas, args.folds, args.average_repeats, seed)
