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

from cortex2image.contracts import ENCODING
from cortex2image.encoding.voxel_scores import score_voxels
from cortex2image.progress import say
from cortex2image.ridge.held_out import held_out_predictions
from cortex2image.steps.brain_and_features import add_options, read, settings


def parse_args(argv: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_options(parser)
    parser.add_argument("--model", required=True, help="name of the feature space")
    parser.add_argument("--encoding", required=True, help="where encoding/{model}.parquet is written")
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> None:
    args = parse_args(argv)
    data = read(args)
    say(f"encode {args.model} of {args.subject} to {data.voxels.num_rows} voxels")
    ridge = settings(args, "encode", args.model)
    encoded = held_out_predictions(data.features, data.betas, data.trials, ridge)
    noise_ceiling = data.voxels.column("noise_ceiling").to_numpy().astype(np.float64)
    scores = score_voxels(encoded.predicted, encoded.measured, noise_ceiling)
    ENCODING.write(
        {
            "voxel_id": data.voxels.column("voxel_id"),
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
    main()
