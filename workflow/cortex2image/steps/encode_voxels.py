"""Fit an encoding model: predict every voxel from one feature space.

Reads trials, betas and voxels of a subject and the features of its stimuli; fits ridge regressions to
single training trials, with a penalty per voxel. Betas are read in blocks of voxels, as large as memory
allows. Writes encoding/{space}.parquet, how the predictions compare with the mean response to each test
stimulus, and encoding/{space}-resamples.parquet, the same in bootstrap resamples of the test stimuli. In a
cross-validated study every trial is predicted by the fold that holds it out.
"""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from cortex2image.encoding.scoring import Scorer, Scoring
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
from cortex2image.tables.columns import vectors
from cortex2image.tables.recordings import VOXELS
from cortex2image.tables.results import ENCODING, ENCODING_RESAMPLES

CEILING = ("noise_ceiling", "noise_ceiling_sd")
READS = ("seed", "ridge", "standardise/average_repeats", "encode/permutations", "encode/resamples")
COMMAND = Command(
    __doc__,
    Study,
    READS,
    labels=("subject", "space"),
    inputs=("trials", "betas", "features", "voxels"),
    outputs=("encoding", "resamples"),
    counts=("threads",),
)


def main(argv: Sequence[str] | None = None) -> None:
    args, study = COMMAND.parse(argv)
    voxels = VOXELS.read(args.voxels)
    data = open_subject(voxels.num_rows, vars(args))
    say(f"encode {args.space} of {args.subject} to {voxels.num_rows} voxels")
    width, average = data.features.width, study.standardise.average_repeats
    scoring = scoring_of(study, args.subject, data.trials.fold is not None)
    split, per_voxel = partitions(data.trials), scoring.bytes_per_voxel
    sizes = FitSizes.of("encode", data.trials, split, width, voxels.num_rows, scores=per_voxel)
    memory = plan_memory(sizes, study.ridge, average, args.threads, **free_gb(study.ridge.device))
    say(memory.words)
    seed = seed_for(study.seed, "encode", args.subject, args.space)
    ridge = RidgeSettings.of(study.ridge, average, seed, latent=False, threads=args.threads, memory=memory)
    scorer = Scorer(voxels.num_rows, scoring)
    encoded = encode_test_trials(data.features.read(), data.betas, data.trials, ridge, memory.targets, scorer)
    facts = {"model": args.space, "test_stimuli": encoded.stimuli}
    write_resamples(args.resamples, voxels, scorer, **facts)
    write_scores(args.encoding, voxels, scorer, encoded.alpha, **facts)


def scoring_of(study: Study, subject: str, within_folds: bool) -> Scoring:
    """Return how voxels are scored; all models of a subject share the seed, and so the draws."""
    seed = seed_for(study.seed, "score voxels", subject)
    return Scoring(study.encode.permutations, study.encode.resamples, within_folds, seed)


def write_scores(path: str, voxels: pa.Table, scorer: Scorer, alpha: np.ndarray, **facts: object) -> None:
    """Write encoding/{space}.parquet; normalised scores are null where they are not defined."""
    ceiling, sd = (voxels.column(name).to_numpy().astype(np.float64) for name in CEILING)
    scores = vars(scorer.scores(ceiling, sd))
    columns = {name: pa.array(values, from_pandas=True) for name, values in scores.items()}
    ENCODING.write({"voxel_id": voxels.column("voxel_id"), **columns, "alpha": alpha}, path, **facts)


def write_resamples(path: str, voxels: pa.Table, scorer: Scorer, **facts: object) -> None:
    """Write encoding/{space}-resamples.parquet."""
    r, r2 = map(vectors, scorer.resamples())
    ENCODING_RESAMPLES.write({"voxel_id": voxels.column("voxel_id"), "r": r, "r2": r2}, path, **facts)


if __name__ == "__main__":
    run_step(main)
