"""Score the reconstructions of one subject and method against the pictures that were seen.

Reads stimuli.parquet, the trials of all subjects of the study, {subject}/reconstructions/{method}.parquet,
their pictures, and those judges and distances of the model set that the chosen metrics take.
Computes the metrics of `evaluate/metrics` of each picture, and the permutation null of each metric's mean.
Writes {subject}/evaluation/{method}.parquet and {subject}/evaluation/{method}-nulls.parquet.
"""

from collections.abc import Callable, Sequence

from cortex2image.errors import DataError, run_step
from cortex2image.judges.judge import Distance, Judge
from cortex2image.metrics.choice import chosen_metrics, serving
from cortex2image.metrics.chosen_rules import StimulusSet, open_rules, stated_groups
from cortex2image.metrics.judged import open_distances, open_judges
from cortex2image.metrics.pictures import picture_grid, read_originals
from cortex2image.metrics.reconstruction import score_reconstructions
from cortex2image.metrics.registry import METRICS
from cortex2image.metrics.scored import evaluation_columns, null_columns
from cortex2image.networks.registry import ModelSet, model_set
from cortex2image.progress import track
from cortex2image.stats.permutation import sets_seen
from cortex2image.study.command import Command
from cortex2image.study.settings import Study
from cortex2image.tables.recordings import STIMULI, TRIALS
from cortex2image.tables.results import EVALUATION, NULLS, RECONSTRUCTIONS

READS = ("models/set", "models/folder", "evaluate/metrics", "evaluate/permutations", "seed")
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
    chosen = chosen_metrics(study.evaluate.metrics, models)
    networks = serving(models, chosen)
    paths = original_paths(grid.stimuli, args.stimuli)
    size = grid.sample(grid.samples[0]).shape[1]
    seen = [TRIALS.read(path).column("stimulus_id").to_pylist() for path in args.trials]
    stimuli = StimulusSet(
        grid.stimuli,
        sets_seen(grid.stimuli, seen),
        stated_groups(STIMULI.read(args.stimuli).to_pydict(), grid.stimuli),
        study.seed,
        study.evaluate.permutations,
    )
    scored = score_reconstructions(
        read_originals(paths, size),
        (grid.sample(n) for n in track(grid.samples, f"evaluate {args.subject} {args.method}: samples")),
        judges(networks, "auto"),
        stimuli.order(),
        open_rules(chosen, stimuli),
        distances(networks, "auto"),
        "auto",
        [name for name in chosen if METRICS[name].kind == "pixels"],
    )
    if not scored:
        fix = "choose others in evaluate/metrics; the lines above say what these need"
        raise DataError(args.stimuli, f"stimuli that allow one of {', '.join(chosen)}", "none", fix)
    facts = {"subject": args.subject, "method": args.method, "model_set": models.name}
    NULLS.write(null_columns(scored), args.nulls, **facts)
    EVALUATION.write(evaluation_columns(scored, grid.stimuli, grid.samples), args.evaluation, **facts)


if __name__ == "__main__":
    run_step(main)
