"""Rank the pictures that a subject saw by the response of a region that an encoding model predicts.

Reads trials, betas and voxels of a subject and the features of its stimuli; fits a ridge regression to the
mean response of the region's voxels. Writes preference/{region}-{space}.parquet, in which no stimulus is
predicted by a model that was fitted to it, with r over test stimuli in its metadata, and the weights.
"""

from collections.abc import Sequence

import pyarrow as pa

from cortex2image.errors import run_step
from cortex2image.fmri.rois import select_rois
from cortex2image.prediction.alignment import open_subject
from cortex2image.prediction.fit_sizes import FitSizes
from cortex2image.prediction.memory import plan_memory
from cortex2image.prediction.partitions import partitions
from cortex2image.prediction.predictions import RidgeSettings
from cortex2image.progress import say
from cortex2image.regions.encoder import mean_response, ranks, ranks_within, region_preferences
from cortex2image.ridge.memory import free_gb
from cortex2image.seeds import rng_for, seed_for
from cortex2image.study.command import Command
from cortex2image.study.settings import Study
from cortex2image.tables.recordings import VOXELS
from cortex2image.tables.regions import PREFERENCE, REGION_ENCODER

READS = ("seed", "ridge", "standardise/average_repeats")
COMMAND = Command(
    __doc__,
    Study,
    READS,
    labels=("subject", "region", "space"),
    inputs=("trials", "betas", "features", "voxels"),
    outputs=("preference", "encoder"),
    counts=("threads",),
)


def main(argv: Sequence[str] | None = None) -> None:
    args, study = COMMAND.parse(argv)
    labels = VOXELS.read(args.voxels).column("roi").to_pylist()
    chosen = select_rois(labels, [args.region])
    data = open_subject(len(labels), vars(args))
    say(f"encode {args.space} of {args.subject} to the mean of {len(chosen)} voxels of {args.region}")
    average = study.standardise.average_repeats
    sizes = FitSizes.of("encode", data.trials, partitions(data.trials), data.features.width, 1)
    memory = plan_memory(sizes, study.ridge, average, args.threads, **free_gb(study.ridge.device))
    say(memory.words)
    identity = ("prefer", args.subject, args.region, args.space)
    seed, rng = seed_for(study.seed, *identity), rng_for(study.seed, *identity, "folds")
    ridge = RidgeSettings.of(study.ridge, average, seed, latent=False, threads=args.threads, memory=memory)
    response = mean_response(data.betas, chosen)
    found = region_preferences(data.features.read(), response, data.trials, ridge, rng)
    facts = {"region": args.region, "space": args.space, "voxels": len(chosen), "alpha": found.encoder.alpha}
    PREFERENCE.write(
        {
            "stimulus_id": found.stimuli.tolist(),
            "split": found.split.tolist(),
            "predicted": found.predicted,
            "measured": pa.array(found.measured, from_pandas=True),
            "rank": ranks(found.predicted),
            "rank_in_split": ranks_within(found.predicted, found.split),
        },
        args.preference,
        r=float(found.score.r[0]),
        p=float(found.score.p[0]),
        **facts,
    )
    weights = found.encoder.weights
    REGION_ENCODER.write(
        {"unit": range(len(weights)), "weight": weights},
        args.encoder,
        intercept=found.encoder.intercept,
        **facts,
    )


if __name__ == "__main__":
    run_step(main)
