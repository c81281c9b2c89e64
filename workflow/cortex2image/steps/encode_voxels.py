"""Fit an encoding model: predict every voxel from one feature space.

Reads trials, betas and voxels of a subject and the features of its stimuli, as vectors or as inner products;
fits ridge regressions to single training trials, with a penalty per voxel. Betas are read in blocks of
voxels, as large as memory allows. Writes encoding/{space}.parquet, how the predictions compare with the mean
response to each test stimulus, encoding/{space}-resamples.parquet, the same in bootstrap resamples of the
test stimuli, and encoding/{space}-predictions.parquet, the predictions themselves. In a cross-validated
study every trial is predicted by the fold that holds it out.
"""

from collections.abc import Sequence

from cortex2image.encoding.scoring import Scorer
from cortex2image.errors import run_step
from cortex2image.prediction.alignment import open_trials
from cortex2image.prediction.encoding_tables import (
    scoring_of,
    seed_of_folds,
    write_resamples,
    write_scores,
)
from cortex2image.prediction.kept import KeptPredictions, with_predictions
from cortex2image.prediction.memory import plan_memory
from cortex2image.prediction.predictions import RidgeSettings
from cortex2image.prediction.spaces import find_space, sizes_of
from cortex2image.prediction.voxelwise import encode_test_trials
from cortex2image.progress import say
from cortex2image.ridge.memory import free_gb
from cortex2image.study.command import Command
from cortex2image.study.settings import Study
from cortex2image.study.space_names import parse_space
from cortex2image.tables.predictions import ENCODING_PREDICTIONS
from cortex2image.tables.recordings import VOXELS

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
    labels=("subject", "space"),
    inputs=("trials", "betas", "features", "voxels"),
    outputs=("encoding", "resamples", "predictions"),
    counts=("threads",),
)


def main(argv: Sequence[str] | None = None) -> None:
    args, study = COMMAND.parse(argv)
    voxels = VOXELS.read(args.voxels)
    trials, betas = open_trials(voxels.num_rows, vars(args))
    space = find_space(args.features, parse_space(args.space, "--space").facts.storage, trials)
    say(f"encode {args.space} of {args.subject} to {voxels.num_rows} voxels")
    scoring = scoring_of(study, args.subject, trials.fold is not None)
    average, pca = study.standardise.average_repeats, study.encode.pca
    sizes = with_predictions(sizes_of(trials, [space], voxels.num_rows, scoring, pca))
    memory = plan_memory(sizes, study.ridge, average, args.threads, **free_gb(study.ridge.device))
    say(memory.words)
    seed = seed_of_folds(study, args.subject)
    ridge = RidgeSettings.of(study.ridge, average, seed, latent=False, threads=args.threads, memory=memory)
    scorer = Scorer(voxels.num_rows, scoring)
    kept = KeptPredictions(trials, voxels.num_rows, scorer)
    encoded = encode_test_trials(space.read(), betas, trials, ridge, memory.targets, kept, pca)
    facts = {"model": args.space, "test_stimuli": encoded.stimuli}
    ENCODING_PREDICTIONS.write(kept.table(), args.predictions, **facts)
    write_resamples(args.resamples, voxels, scorer, **facts)
    write_scores(args.encoding, voxels, scorer, encoded.alpha, **facts)


if __name__ == "__main__":
    run_step(main)
