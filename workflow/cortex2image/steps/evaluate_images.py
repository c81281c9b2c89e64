"""Score the reconstructions of one subject and method against the pictures that were seen.

Reads stimuli.parquet, the trials of all subjects of the study, {subject}/reconstructions/{method}.parquet,
their pictures, and the judges and distances of the model set.
Computes every metric of each picture, and of each caption where captions were decoded, and the permutation
null of each metric's mean.
Writes {subject}/evaluation/{method}.parquet and {subject}/evaluation/{method}-nulls.parquet.
"""

from collections.abc import Callable, Mapping, Sequence

from cortex2image.errors import DataError, run_step
from cortex2image.judges.judge import Distance, Judge
from cortex2image.metrics.captions import decoded_captions, score_captions
from cortex2image.metrics.identification import RULES
from cortex2image.metrics.judged import open_distances, open_judges
from cortex2image.metrics.pictures import picture_grid, read_originals
from cortex2image.metrics.reconstruction import score_reconstructions
from cortex2image.metrics.scored import evaluation_columns, null_columns
from cortex2image.networks.registry import ModelSet, model_set
from cortex2image.progress import track
from cortex2image.stats.permutation import sets_seen, stimulus_permutations
from cortex2image.study.command import Command
from cortex2image.study.settings import Study
from cortex2image.tables.recordings import STIMULI, TRIALS
from cortex2image.tables.results import EVALUATION, NULLS, RECONSTRUCTIONS

READS = ("models/set", "models/folder", "evaluate/identification", "evaluate/permutations", "seed")
COMMAND = Command(
    __doc__,
    Study,
    READS,
    labels=("subject", "method"),
    inputs=("stimuli", "reconstructions"),
    lists=("trials",),
    outputs=("evaluation", "nulls"),
)


def original_paths(stimuli: Sequence[str], table: str) -> list[str]:
    """Return the picture of each stimulus.

    Raises
    ------
    DataError
        A stimulus is not in the table, or has no picture there.
    """
    rows = STIMULI.read(table).to_pydict()
    known = dict(zip(rows["stimulus_id"], rows["image_path"], strict=True))
    without = [stimulus for stimulus in stimuli if known.get(stimulus) is None]
    if without:
        found = f"{len(without)} without, first {without[0]}"
        fix = (
            "score studies that know categories only with the steps identify_categories, categorise_pictures"
        )
        raise DataError(table, "a picture of every reconstructed stimulus", found, fix)
    return [known[stimulus] for stimulus in stimuli]


def stimulus_captions(stimuli: Sequence[str], table: str) -> list[list[str]]:
    """Return the captions of each stimulus; all are in the table."""
    rows = STIMULI.read(table).to_pydict()
    known = dict(zip(rows["stimulus_id"], rows["captions"], strict=True))
    return [known[stimulus] for stimulus in stimuli]


def held_out(trials: Mapping[str, Sequence[str]]) -> set[str]:
    """Return the test stimuli of a subject's trials; of a cross-validated study, all stimuli."""
    by_trial = zip(trials["stimulus_id"], trials["split"], strict=True)
    return {stimulus for stimulus, split in by_trial if split == "test"} or set(trials["stimulus_id"])


def main(
    argv: Sequence[str] | None = None,
    judges: Callable[[ModelSet, str], list[Judge]] = open_judges,
    distances: Callable[[ModelSet, str], list[Distance]] = open_distances,
) -> None:
    """Run the step; `judges` and `distances` open these networks of a model set on a device."""
    args, study = COMMAND.parse(argv)
    models = model_set(study.models.set, study.models.folder)
    rows = RECONSTRUCTIONS.read(args.reconstructions).to_pydict()
    grid = picture_grid(rows["stimulus_id"], rows["sample"], rows["image_path"], args.reconstructions)
    paths = original_paths(grid.stimuli, args.stimuli)
    size = grid.sample(grid.samples[0]).shape[1]
    trials = [TRIALS.read(path).to_pydict() for path in args.trials]
    groups = sets_seen(grid.stimuli, [shown["stimulus_id"] for shown in trials])
    alike = all(held_out(shown) == set(grid.stimuli) for shown in trials)
    draws = study.evaluate.permutations
    order = stimulus_permutations(study.seed, grid.stimuli, draws, groups, every=alike)
    panel, decoded = judges(models, "auto"), decoded_captions(rows, grid, args.reconstructions)
    scored = score_reconstructions(
        read_originals(paths, size),
        (grid.sample(n) for n in track(grid.samples, f"evaluate {args.subject} {args.method}: samples")),
        panel,
        order,
        [RULES[study.evaluate.identification](order)],
        distances(models, "auto"),
        "auto",
    )
    if decoded:
        scored |= score_captions(panel, stimulus_captions(grid.stimuli, args.stimuli), decoded, order)
    facts = {"subject": args.subject, "method": args.method, "model_set": models.name}
    NULLS.write(null_columns(scored), args.nulls, **facts)
    EVALUATION.write(evaluation_columns(scored, grid.stimuli, grid.samples), args.evaluation, **facts)


if __name__ == "__main__":
    run_step(main)
