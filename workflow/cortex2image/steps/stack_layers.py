"""Stack the layers at one step of the diffusion process: each voxel chooses a weighted mean of their models.

Reads trials, betas and voxels of a subject and inner products of its stimuli in every layer; fits a ridge
regression of each layer to single training trials, and for each voxel the weights, not negative and of sum 1,
whose mean of the layers predicts held-out training stimuli best. Writes encoding/{model}.parquet and
encoding/{model}-resamples.parquet, as other encoding models do, and encoding/{model}-weights.parquet. The
penalty of a stack is the geometric mean of its layers', weighted as they are.
"""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from cortex2image.encoding.scoring import Scorer
from cortex2image.errors import DataError, run_step
from cortex2image.prediction.alignment import open_trials
from cortex2image.prediction.encoding_tables import (
    scoring_of,
    seed_of_folds,
    write_resamples,
    write_scores,
)
from cortex2image.prediction.memory import plan_stack
from cortex2image.prediction.predictions import RidgeSettings
from cortex2image.prediction.spaces import find_space, sizes_of
from cortex2image.prediction.stacked import stack_layers
from cortex2image.progress import say
from cortex2image.ridge.memory import free_gb
from cortex2image.study.command import Command
from cortex2image.study.settings import Study
from cortex2image.study.spaces import GRAM
from cortex2image.tables.recordings import VOXELS
from cortex2image.tables.results import GRAMS, STACK_WEIGHTS

READS = (
    "seed",
    "ridge",
    "standardise/average_repeats",
    "encode/pca",
    "encode/permutations",
    "encode/resamples",
)
COMMAND = Command(
    __doc__,
    Study,
    READS,
    labels=("subject", "model"),
    inputs=("trials", "betas", "voxels"),
    lists=("layers",),
    outputs=("encoding", "resamples", "weights"),
    counts=("threads",),
)


def main(argv: Sequence[str] | None = None) -> None:
    args, study = COMMAND.parse(argv)
    names = layers_of(args.model, args.layers)
    voxels = VOXELS.read(args.voxels)
    trials, betas = open_trials(voxels.num_rows, vars(args))
    spaces = [find_space(path, GRAM, trials) for path in args.layers]
    say(f"{args.model} of {len(spaces)} layers, {args.subject}, to {voxels.num_rows} voxels")
    scoring = scoring_of(study, args.subject, trials.fold is not None)
    average, pca = study.standardise.average_repeats, study.encode.pca
    sizes = sizes_of(trials, spaces, voxels.num_rows, scoring, pca)
    free = free_gb(study.ridge.device)
    memory = plan_stack(sizes, study.ridge, average, free.get("free_gb"))
    say(memory.words)
    seed = seed_of_folds(study, args.subject)
    ridge = RidgeSettings.of(study.ridge, average, seed, latent=False, threads=args.threads, memory=memory)
    scorer = Scorer(voxels.num_rows, scoring)
    stacked = stack_layers(spaces, betas, trials, ridge, memory.targets, scorer, pca)
    facts = {"model": args.model, "test_stimuli": stacked.stimuli}
    write_resamples(args.resamples, voxels, scorer, **facts)
    write_scores(args.encoding, voxels, scorer, stacked.alpha, **facts)
    ids = voxels.column("voxel_id").to_numpy()
    STACK_WEIGHTS.write(weight_rows(names, ids, stacked.weights), args.weights, **facts)


def layers_of(model: str, paths: Sequence[str]) -> list[str]:
    """Return the feature spaces of the layers' tables.

    Raises
    ------
    DataError
        A table of another noise level or step than that of the stack, or that does not say of which.
    """
    point = model.removeprefix("stack-")
    names = [(GRAMS.read_schema(path).metadata or {}).get(b"space", b"").decode() for path in paths]
    for name, path in zip(names, paths, strict=True):
        if not name.endswith(f"-{point}"):
            fix = "name the tables of the layers of this stack"
            raise DataError(path, f"inner products of a layer at {point}", name or "of no space", fix)
    return names


def weight_rows(names: Sequence[str], voxels: np.ndarray, weights: np.ndarray) -> pa.Table:
    """Return the rows of encoding/{model}-weights.parquet from (layers, v) weights."""
    return pa.table(
        {
            "voxel_id": np.tile(voxels, len(names)),
            "space": np.repeat(names, len(voxels)),
            "weight": weights.ravel(),
        }
    )


if __name__ == "__main__":
    run_step(main)
