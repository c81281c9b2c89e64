"""Fit an encoding model: predict every voxel from one feature space.

Reads trials, betas and voxels of a subject and the features of its stimuli; fits ridge regressions to
single training trials, with a penalty per voxel. Betas are read in blocks of voxels, as large as memory
allows. Writes encoding/{space}.parquet, how the predictions compare with the mean response to each test
stimulus. In a cross-validated study every trial is predicted by the fold that holds it out.
"""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from cortex2image.encoding.voxel_scores import score_voxels
from cortex2image.errors import run_step
from cortex2image.prediction.alignment import open_subject
from cortex2image.prediction.fit_sizes import FitSizes
from cortex2image.prediction.memory import plan_memory
from cortex2image.prediction.partitions import partitions
from cortex2image.prediction.predictions import RidgeSettings
from cortex2image.prediction.voxelwise import encode_test_trials
from cortex2image.progress import say
from cortex2image.ridge.memory import free_gb
from cortex2image.seeds import seed_for
from cortex2image.study.command import Command
from cortex2image.study.settings import Study
from cortex2image.tables.recordings import VOXELS
from cortex2image.tables.results import ENCODING

READS = ("seed", "ridge", "standardise/average_repeats")
COMMAND = Command(
    __doc__,
    Study,
    READS,
    labels=("subject", "space"),
    inputs=("trials", "betas", "features", "voxels"),
    outputs=("encoding",),
    counts=("threads",),
)


def main(argv: Sequence[str] | None = None) -> None:
    args, study = COMMAND.parse(argv)
    voxels = VOXELS.read(args.voxels)
    data = open_subject(voxels.num_rows, vars(args))
    say(f"encode {args.space} of {args.subject} to {voxels.num_rows} voxels")
    width, average = data.features.width, study.standardise.average_repeats
    sizes = FitSizes.of("encode", data.trials, partitions(data.trials), width, voxels.num_rows)
    memory = plan_memory(sizes, study.ridge, average, args.threads, **free_gb(study.ridge.device))
    say(memory.words)
    seed = seed_for(study.seed, "encode", args.subject, args.space)
    ridge = RidgeSettings.of(study.ridge, average, seed, latent=False, threads=args.threads, memory=memory)
    encoded = encode_test_trials(data.features.read(), data.betas, data.trials, ridge, memory.targets)
    noise_ceiling = voxels.column("noise_ceiling").to_numpy().astype(np.float64)
    scores = score_voxels(encoded.parts, noise_ceiling, within_folds=data.trials.fold is not None)
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
        test_stimuli=encoded.stimuli,
    )


if __name__ == "__main__":
    run_step(main)
