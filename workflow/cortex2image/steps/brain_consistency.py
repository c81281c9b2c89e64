"""Compare the responses that pictures predict with those that were measured, for all methods of a subject.

Reads trials, betas and voxels of a subject, the trials of all subjects of the study, features of the stimuli
in the spaces of evaluate/brain, {subject}/reconstructions/{method}.parquet of all methods, their pictures,
and the networks that extract features. Extracts features of the pictures; fits an encoding model from each
space to the voxels of the regions, on training trials alone; correlates, across the voxels of a region, what
each picture predicts with the mean response to its stimulus, both around each voxel's training mean; does the
same for the picture that was seen, and estimates the ceiling of a perfect prediction. Writes
{subject}/evaluation/brain-{method}.parquet and brain-{method}-nulls.parquet of every method and of `seen`.
"""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from cortex2image.errors import ConfigError, DataError, run_step
from cortex2image.features.of_pictures import picture_features
from cortex2image.features.stimuli import AT_ONCE
from cortex2image.fmri.pattern_ceiling import pattern_ceilings
from cortex2image.metrics.brain import score_ceilings, score_pictures
from cortex2image.metrics.pictures import picture_grid
from cortex2image.metrics.scored import Scored, evaluation_columns, null_columns
from cortex2image.metrics.versions import version_facts
from cortex2image.networks.load import load_diffusion
from cortex2image.networks.registry import ModelSet, model_set
from cortex2image.prediction.alignment import StoredFeatures, find_features
from cortex2image.prediction.compared import Recorded, read_recorded
from cortex2image.prediction.encoding_tables import seed_of_folds
from cortex2image.prediction.fit_sizes import FitSizes
from cortex2image.prediction.memory import plan_memory
from cortex2image.prediction.partitions import partitions
from cortex2image.prediction.predictions import RidgeSettings
from cortex2image.prediction.voxelwise import predict_pictures
from cortex2image.progress import say
from cortex2image.ridge.memory import free_gb
from cortex2image.stats.patterns import PatternSums
from cortex2image.stats.permutation import sets_seen, stimulus_permutations
from cortex2image.study.command import Command
from cortex2image.study.methods import SEEN
from cortex2image.study.settings import Study
from cortex2image.study.space_names import parse_space
from cortex2image.tables.recordings import TRIALS
from cortex2image.tables.results import EVALUATION, NULLS, RECONSTRUCTIONS

READS = (
    "seed",
    "models/set",
    "models/folder",
    "models/batch_size",
    "features/latent",
    "ridge",
    "standardise/average_repeats",
    "evaluate/permutations",
    "evaluate/brain",
)
COMMAND = Command(
    __doc__,
    Study,
    READS,
    labels=("subject",),
    words=("methods",),
    inputs=("trials", "betas", "voxels"),
    lists=("everyone", "features", "reconstructions"),
    output_lists=("evaluation", "nulls"),
    counts=("threads",),
)
PRECISION = "float32"


@dataclass(frozen=True)
class Shown:
    """The pictures of all methods: method by method, sample by sample, each in the order of the stimuli.

    Attributes
    ----------
    paths : k paths
    stimuli : k ids
        The stimulus of each picture.
    samples : method -> numbers of its samples
    """

    paths: list[str]
    stimuli: list[str]
    samples: dict[str, list[int]]

    @property
    def counts(self) -> dict[str, int]:
        """Return the number of samples of the picture that was seen, and of each method."""
        return {SEEN.name: 1} | {method: len(numbers) for method, numbers in self.samples.items()}


def main(argv: Sequence[str] | None = None) -> None:
    args, study = COMMAND.parse(argv)
    spaces = study.evaluate.brain.spaces
    check_counts(args, spaces)
    recorded = read_recorded(vars(args), study.evaluate.brain)
    stimuli = recorded.measured.stimuli
    shown = read_shown(args.methods, args.reconstructions, stimuli)
    stored = [find_features(path, recorded.trials) for path in args.features]
    order = permutations(study, stimuli, args.everyone)
    models = model_set(study.models.set, study.models.folder)
    scored: dict[str, dict[str, Scored]] = {method: {} for method in shown.counts}
    for space, features, pictures in zip(spaces, stored, extracted(study, models, shown), strict=True):
        for roi, r in correlations(args, study, recorded, features, pictures).items():
            for method, found in score_pictures(r, shown.counts, space, roi, order).items():
                scored[method] |= found
    scored[SEEN.name] |= ceilings(recorded, order)
    voxels = {f"voxels_{roi}": int(inside.sum()) for roi, inside in recorded.members.items()}
    facts = {"subject": args.subject, "model_set": models.name, **voxels}
    samples = {**shown.samples, SEEN.name: [0]}
    for (method, numbers), evaluation, nulls in zip(
        samples.items(), args.evaluation, args.nulls, strict=True
    ):
        named = {"method": method, **facts, **version_facts(scored[method])}
        NULLS.write(null_columns(scored[method]), nulls, **named)
        columns = evaluation_columns(scored[method], stimuli, numbers)
        EVALUATION.write(columns, evaluation, **named)


def check_counts(args: argparse.Namespace, spaces: Sequence[str]) -> None:
    """Refuse lists of tables that do not belong to the spaces and methods.

    Raises
    ------
    ConfigError
        No space; or another number of tables of features than of spaces, of reconstructions than of methods,
        or of evaluations and nulls than of methods and the picture that was seen.
    """
    methods = len(args.methods)
    expected = len(spaces), methods, methods + 1, methods + 1
    found = tuple(len(vars(args)[name]) for name in ("features", "reconstructions", "evaluation", "nulls"))
    if not spaces or expected != found:
        raise ConfigError(
            "--features, --reconstructions, --evaluation and --nulls",
            "a space in evaluate/brain, and {}, {}, {} and {} tables".format(*expected),
            "{}, {}, {} and {}".format(*found),
            "name a table per space, per method, and twice one per method and for the picture that was seen",
        )


def read_shown(methods: Sequence[str], tables: Sequence[str], stimuli: list[str]) -> Shown:
    """Read the tables of reconstructions of all methods.

    Raises
    ------
    DataError
        A table has other stimuli than the test stimuli of the subject, or lacks a sample of one.
    """
    paths: list[str] = []
    samples: dict[str, list[int]] = {}
    for method, table in zip(methods, tables, strict=True):
        rows = RECONSTRUCTIONS.read(table).to_pydict()
        grid = picture_grid(rows["stimulus_id"], rows["sample"], rows["image_path"], table)
        if grid.stimuli != stimuli:
            both = len(set(grid.stimuli) & set(stimuli))
            expected = f"pictures of the {len(stimuli)} test stimuli of the subject"
            found = f"pictures of {len(grid.stimuli)} stimuli, {both} of them among these"
            raise DataError(table, expected, found, "delete the table and run the workflow again")
        paths += [row[column] for column in range(len(grid.samples)) for row in grid.paths]
        samples[method] = grid.samples
    return Shown(paths, stimuli * (len(paths) // len(stimuli)), samples)


def permutations(study: Study, stimuli: list[str], everyone: Sequence[str]) -> np.ndarray:
    """Return the permuted pairings, as evaluate_images draws them: within sets that the same subjects saw."""
    seen = [TRIALS.read(path).column("stimulus_id").to_pylist() for path in everyone]
    groups = sets_seen(stimuli, seen)
    draws, alone = study.evaluate.permutations, len(seen) == 1
    return stimulus_permutations(study.seed, stimuli, draws, groups, every=alone)


def extracted(study: Study, models: ModelSet, shown: Shown) -> list[np.ndarray]:
    """Return the features of the pictures in each space, (k, p)."""
    spaces = [parse_space(name) for name in study.evaluate.brain.spaces]
    for space in spaces:
        space.width(models)  # refuses a model set that lacks a part, before anything is loaded
    diffusion = load_diffusion(models, precision=PRECISION)
    at_once = models.at_once(study.models.batch_size, AT_ONCE)
    drawn = study.features.latent, study.seed, at_once
    return [picture_features(shown.paths, shown.stimuli, space, diffusion, *drawn) for space in spaces]


def correlations(
    args: argparse.Namespace,
    study: Study,
    recorded: Recorded,
    features: StoredFeatures,
    pictures: np.ndarray,
) -> dict[str, np.ndarray]:
    """Return for each region r of each measured with each predicted response, those of originals first."""
    measured, n = recorded.measured.means, len(recorded.measured.stimuli)
    settings, at_once = encoder_settings(args, study, recorded, features, n + len(pictures))
    sums = {roi: PatternSums(n, n + len(pictures)) for roi in recorded.members}
    fit = recorded.betas, recorded.trials, settings, at_once
    for block, predicted in predict_pictures(features.read(), pictures, *fit):
        predicted -= recorded.measured.training_mean[block].astype(predicted.dtype)
        for roi, inside in recorded.members.items():
            here = inside[block]
            sums[roi].add(measured[:, block][:, here], predicted[:, here])
    return {roi: of_roi.correlations() for roi, of_roi in sums.items()}


def encoder_settings(
    args: argparse.Namespace, study: Study, recorded: Recorded, features: StoredFeatures, pictures: int
) -> tuple[RidgeSettings, int]:
    """Return the settings of the encoding model, with the folds of encode_voxels, and voxels of a block."""
    trials, average = recorded.trials, study.standardise.average_repeats
    sizes = FitSizes.of("encode", trials, partitions(trials), features.width, recorded.betas.voxels)
    sizes = replace(sizes, test=pictures)
    memory = plan_memory(sizes, study.ridge, average, args.threads, **free_gb(study.ridge.device))
    say(memory.words)
    seed = seed_of_folds(study, args.subject)
    ridge = RidgeSettings.of(study.ridge, average, seed, latent=False, threads=args.threads, memory=memory)
    return ridge, memory.targets


def ceilings(recorded: Recorded, order: np.ndarray) -> dict[str, Scored]:
    """Return the ceiling of each region; none where no test stimulus is repeated."""
    measured, scored = recorded.measured, dict[str, Scored]()
    for roi, inside in recorded.members.items():
        found = pattern_ceilings(measured.trials[:, inside], measured.repeats.member)
        if found is not None:
            scored |= score_ceilings(found, roi, order)
    return scored


if __name__ == "__main__":
    run_step(main)
