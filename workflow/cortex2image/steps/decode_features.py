"""Decode one feature space from the voxels of chosen regions.

Reads trials, betas and voxels of a subject and the features of its stimuli; fits ridge regressions to
single training trials, with a penalty per feature unit. Writes decoded/{space}.parquet, the features decoded
from the mean response to each test stimulus, and decoded/{space}-scores.parquet, how each unit correlates
with its true values, with p and q by permutation of the test stimuli. In a cross-validated study every trial
is decoded by the fold that holds it out.
"""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from cortex2image.errors import run_step
from cortex2image.fmri.rois import select_rois
from cortex2image.prediction.alignment import open_subject
from cortex2image.prediction.decoder import decoder_settings
from cortex2image.prediction.predictions import Predictions, predict_test_trials
from cortex2image.prediction.responses import read_voxels
from cortex2image.progress import say
from cortex2image.ridge.repeats import PerTrial
from cortex2image.stats.correlation import correlate, is_constant
from cortex2image.stats.false_discovery import false_discovery_control
from cortex2image.stats.permuted_products import PermutationNull
from cortex2image.study.command import Command
from cortex2image.study.settings import Study
from cortex2image.tables.columns import vectors
from cortex2image.tables.recordings import VOXELS
from cortex2image.tables.results import DECODED, DECODED_SCORES

READS = (
    "seed",
    "ridge",
    "standardise/average_repeats",
    "decode/rois/{space}",
    "encode/permutations",
)
COMMAND = Command(
    __doc__,
    Study,
    READS,
    labels=("subject", "space"),
    inputs=("trials", "betas", "features", "voxels"),
    outputs=("decoded", "scores"),
    counts=("threads",),
)


def main(argv: Sequence[str] | None = None) -> None:
    args, study = COMMAND.parse(argv)
    rois = study.decode.rois[args.space]
    regions = VOXELS.read(args.voxels).column("roi").to_pylist()
    chosen = select_rois(regions, rois)
    data = open_subject(len(regions), vars(args))
    say(f"decode {args.space} of {args.subject} from {len(chosen)} voxels in {', '.join(rois)}")
    ridge = decoder_settings(study, data, len(chosen), args.subject, args.space, args.threads)
    voxels = PerTrial(read_voxels(data.betas, chosen), np.arange(data.betas.trials))
    decoded = predict_test_trials(voxels, data.features.read(), data.trials, ridge)
    scores = unit_scores(decoded, study.encode.permutations, ridge.seed)
    DECODED.write(
        {"stimulus_id": decoded.stimuli.tolist(), "feature": vectors(decoded.predicted)},
        args.decoded,
        space=args.space,
        rois=" ".join(rois),
    )
    DECODED_SCORES.write(scores, args.scores, space=args.space)


def unit_scores(decoded: Predictions, draws: int, seed: int) -> dict[str, object]:
    """Return the columns of the score table; r, p and q are null for units whose true values never vary.

    Parameters
    ----------
    decoded : Predictions
    draws : int
        Permutations of the test stimuli, the same for all units; of a cross-validated study within folds.
    seed : int
    """
    r, fold = correlate(decoded.predicted, decoded.measured, decoded.fold).r, decoded.fold
    constant, units = is_constant(decoded.measured, fold), len(r)
    null = PermutationNull(units, draws, fold is not None, seed)
    for number in np.unique(fold) if fold is not None else [0]:
        rows = slice(None) if fold is None else fold == number
        null.add(int(number), slice(0, units), decoded.predicted[rows], decoded.measured[rows])
    p, q = null.p(), np.ones(units)
    if not constant.all():
        q[~constant] = false_discovery_control(p[~constant])
    columns = {"r": r, "p_permutation": p, "q_permutation": q}
    known = {name: pa.array(values, mask=constant) for name, values in columns.items()}
    return {"unit": range(units), **known, "alpha": decoded.alpha}


if __name__ == "__main__":
    run_step(main)
