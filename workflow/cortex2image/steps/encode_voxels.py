"""Fit an encoding model: predict every voxel from one feature space.

Reads trials, betas and voxels of a subject and the features of its stimuli; fits ridge regressions to
single training trials, with a penalty per voxel. Writes encoding/{space}.parquet, how the predictions compare
with the mean response to each test stimulus. In a cross-validated study every trial is predicted by the fold
that holds it out.
"""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from cortex2image.encoding.voxel_scores import score_voxels
from cortex2image.errors import run_step
from cortex2image.prediction.alignment import align
from cortex2image.prediction.predictions import RidgeSettings, predict_test_trials
from cortex2image.progress import say
from cortex2image.seeds import seed_for
from cortex2image.study.command import Command
from cortex2image.study.settings import Study
from cortex2image.tables.recordings import BETAS, TRIALS, VOXELS
from cortex2image.tables.results import ENCODING, FEATURES

READS = ("seed", "ridge", "standardise/average_repeats")
INPUTS = (TRIALS, BETAS, FEATURES, VOXELS)
COMMAND = Command(
    __doc__,
    Study,
    READS,
    labels=("subject", "space"),
    inputs=("trials", "betas", "features", "voxels"),
    outputs=("encoding",),
)


def main(argv: Sequence[str] | None = None) -> None:
    args, study = COMMAND.parse(argv)
    tables = {table.name: table.read(getattr(args, table.name)) for table in INPUTS}
    data = align(**tables, where=vars(args))
    voxels = tables["voxels"]
    say(f"encode {args.space} of {args.subject} to {voxels.num_rows} voxels")
    seed = seed_for(study.seed, "encode", args.subject, args.space)
    ridge = RidgeSettings.of(study.ridge, study.standardise.average_repeats, seed, latent=False)
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
        model=args.space,
        test_stimuli=len(encoded.stimuli),
    )


if __name__ == "__main__":
    run_step(main)
