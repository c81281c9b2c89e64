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
from cortex2image.prediction.decoder import decoder_settings
from cortex2image.prediction.responses import read_voxels
from cortex2image.progress import say
from cortex2image.ridge.repeats import PerTrial
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
    ridge = decoder_settings(study, data, len(chosen), args.subject, args.space, args.threads)
    betas = PerTrial(read_voxels(data.betas, chosen), np.arange(data.betas.trials))
    average = study.standardise.average_repeats
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
