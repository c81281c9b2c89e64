"""Decode one feature space by the decoder of a control.

Reads what decode_features reads. The decoder of shuffled_fit is fitted to training responses that are said to
belong to other training stimuli; that of random_brain is fitted as usual, and decodes noise with the mean and
covariance of the training responses. Writes decoded/{control}/{space}.parquet.
"""

from collections.abc import Sequence

import numpy as np

from cortex2image.errors import run_step
from cortex2image.fmri.rois import select_rois
from cortex2image.prediction.alignment import open_subject
from cortex2image.prediction.controls import Decoding, decode_control
from cortex2image.prediction.fit_sizes import FitSizes
from cortex2image.prediction.memory import plan_memory
from cortex2image.prediction.partitions import partitions
from cortex2image.prediction.predictions import RidgeSettings
from cortex2image.prediction.responses import read_voxels
from cortex2image.progress import say
from cortex2image.ridge.memory import free_gb
from cortex2image.ridge.repeats import PerTrial
from cortex2image.seeds import seed_for
from cortex2image.study.command import Command
from cortex2image.study.settings import Study
from cortex2image.tables.columns import vectors
from cortex2image.tables.recordings import VOXELS
from cortex2image.tables.results import DECODED

READS = ("seed", "ridge", "standardise/average_repeats", "decode/rois/{space}")
COMMAND = Command(
    __doc__,
    Study,
    READS,
    labels=("subject", "control", "space"),
    inputs=("trials", "betas", "features", "voxels"),
    outputs=("control_decoded",),
    counts=("threads",),
)


def main(argv: Sequence[str] | None = None) -> None:
    args, study = COMMAND.parse(argv)
    rois = study.decode.rois[args.space]
    regions = VOXELS.read(args.voxels).column("roi").to_pylist()
    chosen = select_rois(regions, rois)
    data = open_subject(len(regions), vars(args))
    say(f"decode {args.space} of {args.subject} from {len(chosen)} voxels for {args.control}")
    width, average = data.features.width, study.standardise.average_repeats
    sizes = FitSizes.of("decode", data.trials, partitions(data.trials), len(chosen), width)
    memory = plan_memory(sizes, study.ridge, average, args.threads, **free_gb(study.ridge.device))
    say(memory.words)
    # The seed of decode_features: penalties of random_brain, whose fit is the same, are the same.
    seed = seed_for(study.seed, "decode", args.subject, args.space)
    ridge = RidgeSettings.of(study.ridge, average, seed, latent=True, threads=args.threads, memory=memory)
    betas = PerTrial(read_voxels(data.betas, chosen), np.arange(data.betas.trials))
    decoding = Decoding(betas, data.features.read(), data.trials, average, study.seed, args.subject)
    decoded = decode_control(args.control, decoding, ridge)
    DECODED.write(
        {"stimulus_id": decoded.stimuli.tolist(), "feature": vectors(decoded.predicted)},
        args.control_decoded,
        space=args.space,
        rois=" ".join(rois),
        control=args.control,
    )


if __name__ == "__main__":
    run_step(main)
