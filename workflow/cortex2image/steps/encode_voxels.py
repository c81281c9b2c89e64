"""Fit an encoding model: predict every voxel from one feature space.

Reads trials, betas and voxels of a subject and the features of its stimuli; fits ridge regressions to
single training trials, with a penalty per voxel. Writes encoding/{model}.parquet, how the predictions compare
with the mean response to each test stimulus. In a cross-validated study every trial is predicted by the fold
that holds it out.
"""

import argparse
from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from cortex2image.encoding.voxel_scores import score_voxels
from cortex2image.errors import run_step
from cortex2image.prediction.alignment import align
from cortex2image.prediction.test_predictions import SELECTIONS, RidgeSettings, predict_test_trials
from cortex2image.progress import say
from cortex2image.ridge.memory import fit_gb
from cortex2image.seeds import seed_for
from cortex2image.tables.contracts import BETAS, ENCODING, FEATURES, TRIALS, VOXELS

INPUTS = (TRIALS, BETAS, FEATURES, VOXELS)


def parse_args(argv: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--subject", required=True)
    parser.add_argument("--trials", required=True, help="trials.parquet")
    parser.add_argument("--betas", required=True, help="betas.parquet")
    parser.add_argument("--voxels", required=True, help="voxels.parquet")
    parser.add_argument("--features", required=True, help="features of the stimuli")
    parser.add_argument("--model", required=True, help="name of the feature space")
    parser.add_argument("--alphas", required=True, type=float, nargs="+", help="ridge penalties to try")
    parser.add_argument("--folds", required=True, type=int, help="inner folds that choose among them")
    parser.add_argument("--selection", required=True, choices=SELECTIONS, help="how penalties are scored")
    parser.add_argument("--device", default="cpu", choices=["auto", "cpu", "cuda"])
    parser.add_argument("--max-memory-gb", type=float, help="of a fit; default: half of what is free")
    parser.add_argument("--average-repeats", default=[], nargs="*", choices=["train", "test"])
    parser.add_argument("--seed", required=True, type=int, help="seed of the study")
    parser.add_argument("--encoding", required=True, help="where encoding/{model}.parquet is written")
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> None:
    args = parse_args(argv)
    tables = {table.name: table.read(getattr(args, table.name)) for table in INPUTS}
    data = align(**tables, where=vars(args))
    voxels = tables["voxels"]
    say(f"encode {args.model} of {args.subject} to {voxels.num_rows} voxels")
    seed = seed_for(args.seed, "encode", args.subject, args.model)
    ridge = RidgeSettings(
        alphas=args.alphas,
        folds=args.folds,
        average_repeats=args.average_repeats,
        seed=seed,
        selection=args.selection,
        device=args.device,
        max_memory_gb=args.max_memory_gb or fit_gb(args.device),
        latent=False,
    )
    encoded = predict_test_trials(data.features, data.betas, data.trials, ridge)
    noise_ceiling = voxels.column("noise_ceiling").to_numpy().astype(np.float64)
    scores = score_voxels(encoded.predicted, encoded.measured, noise_ceiling, encoded.fold)
    ENCODING.write(
        {
            "voxel_id": voxels.column("voxel_id"),
            "r": scores.r,
            "r2": scores.r2,
            "p": scores.p,
            "q": scores.q,
            "alpha": encoded.alpha,
            "ceiling_normalised": pa.array(scores.ceiling_normalised, from_pandas=True),
        },
        args.encoding,
        model=args.model,
        test_stimuli=len(encoded.stimuli),
    )


if __name__ == "__main__":
    run_step(main)
