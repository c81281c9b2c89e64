"""Find the model of a family that predicts each voxel best, with the margin over the second best.

Models of a family differ in one coordinate: layers at one step, steps of one layer,
noise levels. Reads their scores and their scores in resamples of the test stimuli, which all models share;
writes encoding/best-{family}.parquet. One model is always the best: a voxel is counted for it only if the
interval of the margin lies above 0.
"""

from collections.abc import Sequence

import numpy as np

from cortex2image.encoding.preference import decided, prefer
from cortex2image.errors import run_step
from cortex2image.prediction.encoding_tables import read_models
from cortex2image.progress import say
from cortex2image.study.command import Command
from cortex2image.study.settings import Study
from cortex2image.tables.recordings import VOXELS
from cortex2image.tables.results import ENCODING, PREFERRED

COMMAND = Command(
    __doc__,
    Study,
    labels=("subject", "family"),
    inputs=("voxels",),
    lists=("encoding", "resamples"),
    outputs=("preferred",),
)


def main(argv: Sequence[str] | None = None) -> None:
    args, _ = COMMAND.parse(argv)
    ids = VOXELS.read(args.voxels).column("voxel_id").to_numpy()
    names = np.array([ENCODING.read_schema(path).metadata[b"model"].decode() for path in args.encoding])
    models = read_models(args.encoding, args.resamples, "r", ids)
    found = vars(prefer([m.value for m in models], [m.resampled for m in models]))
    named = {side: names[found[side]] for side in ("best", "second")}
    PREFERRED.write(
        {"voxel_id": ids, **found, **named}, args.preferred, family=args.family, models=" ".join(names)
    )
    table = PREFERRED.read(args.preferred)
    say(f"{args.family} of {args.subject}: {counts(names, named['best'][decided(table)], len(ids))}")


def counts(names: np.ndarray, best: np.ndarray, voxels: int) -> str:
    """Return how many of the voxels may be counted for each model, in words."""
    each = ", ".join(f"{name} {int((best == name).sum())}" for name in names)
    return f"{len(best)} of {voxels} voxels have a best model whose margin lies above 0 ({each})"


if __name__ == "__main__":
    run_step(main)
