"""Decode one feature space from the voxels of chosen regions.

Reads trials, betas and voxels of a subject and the features of its stimuli; fits ridge regressions to
single training trials, with a penalty per feature unit. Writes decoded/{space}.parquet, the features decoded
from the mean response to each test stimulus, and decoded/{space}-scores.parquet, how each unit correlates
with its true values. In a cross-validated study every trial is decoded by the fold that holds it out.
"""

import argparse
from collections.abc import Sequence

import pyarrow as pa

from cortex2image.contract import vectors
from cortex2image.contracts import DECODED, DECODED_SCORES
from cortex2image.fmri.rois import select_rois
from cortex2image.progress import say
from cortex2image.ridge.held_out import HeldOut, PerTrial, held_out_predictions
from cortex2image.stats.correlation import correlate, is_constant
from cortex2image.steps.brain_and_features import add_options, read, settings


def parse_args(argv: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_options(parser)
    parser.add_argument("--space", required=True, help="name of the feature space")
    parser.add_argument("--rois", required=True, nargs="+", help="regions to decode from; all: every voxel")
    parser.add_argument("--decoded", required=True, help="where decoded/{space}.parquet is written")
    parser.add_argument("--scores", required=True, help="where decoded/{space}-scores.parquet is written")
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> None:
    args = parse_args(argv)
    data = read(args)
    chosen = select_rois(data.voxels.column("roi").to_pylist(), args.rois)
    say(f"decode {args.space} of {args.subject} from {len(chosen)} voxels in {', '.join(args.rois)}")
    voxels = PerTrial(data.betas.matrix[:, chosen], data.betas.row)
    decoded = held_out_predictions(voxels, data.features, data.trials, settings(args, "decode", args.space))
    scores = unit_scores(decoded)
    DECODED.write(
        {"stimulus_id": decoded.stimuli.tolist(), "feature": vectors(decoded.predicted)},
        args.decoded,
        space=args.space,
        rois=" ".join(args.rois),
    )
    DECODED_SCORES.write(scores, args.scores, space=args.space)


def unit_scores(decoded: HeldOut) -> dict[str, object]:
    """Return the columns of the score table; r is null for units whose true values do not vary."""
    r = correlate(decoded.predicted, decoded.measured).r
    return {
        "unit": range(len(r)),
        "r": pa.array(r, mask=is_constant(decoded.measured)),
        "alpha": decoded.alpha,
    }


if __name__ == "__main__":
    main()
