"""Fit a joint encoding model: predict every voxel from two feature spaces, each with a penalty of its own.

Reads trials, betas and voxels of a subject, the features of its stimuli in both spaces, and the scores of the
models of each space alone, all in the order of the model's name; fits banded ridge regressions to single
training trials, with a mixture of the spaces and a penalty per voxel. Writes encoding/{model}.parquet and
encoding/{model}-resamples.parquet, as other encoding models do, and encoding/{model}-unique.parquet: what
each space explains beyond the other, R^2 of the joint model less R^2 of the model of the other space.
"""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from cortex2image.encoding.scoring import Scorer
from cortex2image.encoding.variance import unique_variance
from cortex2image.errors import ConfigError, run_step
from cortex2image.prediction.alignment import open_trials
from cortex2image.prediction.encoding_tables import (
    ModelScores,
    read_models,
    scoring_of,
    seed_of_folds,
    write_resamples,
    write_scores,
)
from cortex2image.prediction.joint import JointlyEncoded, encode_jointly
from cortex2image.prediction.memory import plan_memory
from cortex2image.prediction.predictions import RidgeSettings
from cortex2image.prediction.spaces import find_space, sizes_of
from cortex2image.progress import say
from cortex2image.ridge.memory import free_gb
from cortex2image.study.command import Command
from cortex2image.study.settings import Study
from cortex2image.study.space_names import parse_space
from cortex2image.tables.recordings import VOXELS
from cortex2image.tables.results import UNIQUE

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
    lists=("features", "alone", "alone_resamples"),
    outputs=("encoding", "resamples", "unique"),
    counts=("threads",),
)


def main(argv: Sequence[str] | None = None) -> None:
    args, study = COMMAND.parse(argv)
    bands = bands_of(args.model, args.features)
    voxels = VOXELS.read(args.voxels)
    ids = voxels.column("voxel_id").to_numpy()
    alone = read_models(args.alone, args.alone_resamples, "r2", ids)
    trials, betas = open_trials(voxels.num_rows, vars(args))
    kinds = [parse_space(band, "--model").facts.storage for band in bands]
    spaces = [find_space(*stored, trials) for stored in zip(args.features, kinds, strict=True)]
    say(f"encode {args.model} of {args.subject} to {voxels.num_rows} voxels")
    scoring = scoring_of(study, args.subject, trials.fold is not None)
    average, pca = study.standardise.average_repeats, study.encode.pca
    sizes = sizes_of(trials, spaces, voxels.num_rows, scoring, pca, kernels=True)
    memory = plan_memory(sizes, study.ridge, average, args.threads, **free_gb(study.ridge.device))
    say(memory.words)
    seed = seed_of_folds(study, args.subject)
    ridge = RidgeSettings.of(study.ridge, average, seed, latent=False, threads=args.threads, memory=memory)
    scorer = Scorer(voxels.num_rows, scoring)
    joint = encode_jointly(spaces, betas, trials, ridge, memory.targets, scorer, pca)
    facts = {"model": args.model, "test_stimuli": joint.stimuli}
    write_resamples(args.resamples, voxels, scorer, **facts)
    write_scores(args.encoding, voxels, scorer, joint.alpha, **facts)
    (together,) = read_models([args.encoding], [args.resamples], "r2", ids)
    UNIQUE.write(pa.concat_tables(unique_rows(bands, ids, together, alone, joint)), args.unique, **facts)


def bands_of(model: str, features: Sequence[str]) -> list[str]:
    """Return the two feature spaces of a joint model; raise :class:`ConfigError` if it has others."""
    bands = model.split("+")
    if len(bands) != 2 or len(features) != 2:
        expected = "two feature spaces, joined by +, and a table of each"
        raise ConfigError("--model", expected, f"{model} and {len(features)} tables", "correct the options")
    return bands


def unique_rows(
    bands: Sequence[str],
    voxels: np.ndarray,
    joint: ModelScores,
    alone: Sequence[ModelScores],
    facts: JointlyEncoded,
) -> list[pa.Table]:
    """Return the rows of encoding/{model}-unique.parquet, a table for each band."""
    tables = []
    for number, band in enumerate(bands):
        other = alone[1 - number]
        share = facts.share[number]
        unique = unique_variance(joint.value, other.value, joint.resampled, other.resampled, share)
        of_band = {"product_r2": facts.product_r2[number], "share": share}
        names = pa.array([band] * len(voxels))
        tables.append(pa.table({"voxel_id": voxels, "band": names, **vars(unique), **of_band}))
    return tables


if __name__ == "__main__":
    run_step(main)
