"""Decode one feature space from the voxels of chosen regions.

Reads trials, betas and voxels of a subject and the features of its stimuli; fits ridge regressions to
single training trials, with a penalty per feature unit. Writes decoded/{space}.parquet, the features decoded
from the mean response to each test stimulus, and decoded/{space}-scores.parquet, how each unit correlates
with its true values. In a cross-validated study every trial is decoded by the fold that holds it out.
"""

import argparse
from collections.abc import Sequence

import pyarrow as pa

from cortex2image.errors import run_step
from cortex2image.fmri.rois import select_rois
from cortex2image.prediction.alignment import PerTrial, align
from cortex2image.prediction.test_predictions import (
    SELECTIONS,
    Predictions,
    RidgeSettings,
    predict_test_trials,
)
from cortex2image.progress import say
from cortex2image.ridge.memory import fit_gb
from cortex2image.seeds import seed_for
from cortex2image.stats.correlation import correlate, is_constant
from cortex2image.tables.contract import vectors
from cortex2image.tables.contracts import BETAS, DECODED, DECODED_SCORES, FEATURES, TRIALS, VOXELS

INPUTS = (TRIALS, BETAS, FEATURES, VOXELS)


def parse_args(argv: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--subject", required=True)
    parser.add_argument("--trials", required=True, help="trials.parquet")
    parser.add_argument("--betas", required=True, help="betas.parquet")
    parser.add_argument("--voxels", required=True, help="voxels.parquet")
    parser.add_argument("--features", required=True, help="features of the stimuli")
    parser.add_argument("--space", required=True, help="name of the feature space")
    parser.add_argument("--rois", required=True, nargs="+", help="regions to decode from; all: every voxel")
    parser.add_argument("--alphas", required=True, type=float, nargs="+", help="ridge penalties to try")
    parser.add_argument("--folds", required=True, type=int, help="inner folds that choose among them")
    parser.add_argument("--selection", required=True, choices=SELECTIONS, help="how penalties are scored")
    parser.add_argument("--device", default="cpu", choices=["auto", "cpu", "cuda"])
    parser.add_argument("--max-memory-gb", type=float, help="of a fit; default: half of what is free")
    parser.add_argument("--average-repeats", default=[], nargs="*", choices=["train", "test"])
    parser.add_argument("--seed", required=True, type=int, help="seed of the study")
    parser.add_argument("--decoded", required=True, help="where decoded/{space}.parquet is written")
    parser.add_argument("--scores", required=True, help="where decoded/{space}-scores.parquet is written")
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> None:
    args = parse_args(argv)
    tables = {table.name: table.read(getattr(args, table.name)) for table in INPUTS}
    data = align(**tables, where=vars(args))
    chosen = select_rois(tables["voxels"].column("roi").to_pylist(), args.rois)
    say(f"decode {args.space} of {args.subject} from {len(chosen)} voxels in {', '.join(args.rois)}")
    voxels = PerTrial(data.betas.matrix[:, chosen], data.betas.row)
    seed = seed_for(args.seed, "decode", args.subject, args.space)
    ridge = RidgeSettings(
        alphas=args.alphas,
        folds=args.folds,
        average_repeats=args.average_repeats,
        seed=seed,
        selection=args.selection,
        device=args.device,
        max_memory_gb=args.max_memory_gb or fit_gb(args.device),
        latent=True,
    )
    decoded = predict_test_trials(voxels, data.features, data.trials, ridge)
    scores = unit_scores(decoded)
    DECODED.write(
        {"stimulus_id": decoded.stimuli.tolist(), "feature": vectors(decoded.predicted)},
        args.decoded,
        space=args.space,
        rois=" ".join(args.rois),
    )
    DECODED_SCORES.write(scores, args.scores, space=args.space)


def unit_scores(decoded: Predictions) -> dict[str, object]:
    """Return the columns of the score table; r is null for units whose true values never vary (in a fold)."""
    r = correlate(decoded.predicted, decoded.measured, decoded.fold).r
    return {
        "unit": range(len(r)),
        "r": pa.array(r, mask=is_constant(decoded.measured, decoded.fold)),
        "alpha": decoded.alpha,
    }


if __name__ == "__main__":
    run_step(main)
