"""Decode one feature space with and without the voxels of each region.

Reads what decode_features reads, and fits the same decoder to the same training trials. Test responses are
decoded as they are, with the voxels of each region at their training mean, and with as many random voxels of
all regions that a decoder reads. Writes attribution/decoded/{space}.parquet.
"""

from collections.abc import Sequence

import numpy as np

from cortex2image.errors import run_step
from cortex2image.fmri.rois import select_rois
from cortex2image.prediction.alignment import open_subject
from cortex2image.prediction.decoder import decoder_settings
from cortex2image.prediction.responses import read_voxels
from cortex2image.progress import say
from cortex2image.regions.lesions import decode_lesioned, first_test_stimuli, plan_lesions
from cortex2image.study.command import Command
from cortex2image.study.settings import Study
from cortex2image.tables.columns import vectors
from cortex2image.tables.recordings import VOXELS
from cortex2image.tables.regions import LESIONED

READS = (
    "seed",
    "ridge",
    "standardise/average_repeats",
    "decode/rois",
    "attribute/regions",
    "attribute/stimuli",
)
COMMAND = Command(
    __doc__,
    Study,
    READS,
    labels=("subject", "space"),
    inputs=("trials", "betas", "features", "voxels"),
    outputs=("lesioned",),
    counts=("threads",),
)


def main(argv: Sequence[str] | None = None) -> None:
    args, study = COMMAND.parse(argv)
    labels = VOXELS.read(args.voxels).column("roi").to_pylist()
    read = [name for names in study.decode.rois.values() for name in names]
    lesions = plan_lesions(labels, study.attribute.regions, read, study.seed, args.subject)
    chosen = select_rois(labels, study.decode.rois[args.space])
    data = open_subject(len(labels), vars(args))
    say(f"decode {args.space} of {args.subject} from {len(chosen)} voxels, {len(lesions) - 1} lesions")
    ridge = decoder_settings(study, data, len(chosen), args.subject, args.space, args.threads)
    betas, features = read_voxels(data.betas, chosen), data.features.read()
    stimuli = first_test_stimuli(data.trials, study.attribute.stimuli)
    decoded = decode_lesioned(betas, chosen, features, data.trials, lesions, stimuli, ridge)
    LESIONED.write(
        {
            "region": [part.lesion.region for part in decoded for _ in part.stimuli],
            "removed": [part.lesion.removed for part in decoded for _ in part.stimuli],
            "stimulus_id": [name for part in decoded for name in part.stimuli.tolist()],
            "feature": vectors(np.concatenate([part.features for part in decoded])),
        },
        args.lesioned,
        space=args.space,
        rois=" ".join(study.decode.rois[args.space]),
    )


if __name__ == "__main__":
    run_step(main)
