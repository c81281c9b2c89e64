"""Score the reconstructions of one subject and method against the pictures that were seen.

Reads stimuli.parquet, the trials of all subjects of the study, {subject}/reconstructions/{method}.parquet,
their pictures, the features of the stimuli in features/judged, and the judges and distances of the model set.
Computes every metric of each picture, and the permutation null of each metric's mean.
Writes {subject}/evaluation/{method}.parquet and {subject}/evaluation/{method}-nulls.parquet.
"""

from collections.abc import Callable, Sequence

from cortex2image.errors import DataError, run_step
from cortex2image.judges.judge import Distance, Judge
from cortex2image.metrics.identification import RULES
from cortex2image.metrics.judged import layers_read, open_distances, open_judges
from cortex2image.metrics.originals import original_paths
from cortex2image.metrics.pictures import Grid, picture_grid, read_originals, read_pictures
from cortex2image.metrics.reconstruction import score_reconstructions
from cortex2image.metrics.scored import evaluation_columns, null_columns
from cortex2image.metrics.stimulus_features import features_of, open_stimulus_features
from cortex2image.metrics.versions import judge_facts, version_facts
from cortex2image.networks.registry import ModelSet, model_set
from cortex2image.progress import track
from cortex2image.stats.permutation import sets_seen, stimulus_permutations
from cortex2image.stats.permutation_groups import pair_groups
from cortex2image.study.command import Command
from cortex2image.study.settings import Study
from cortex2image.tables.recordings import TRIALS
from cortex2image.tables.results import EVALUATION, NULLS, RECONSTRUCTIONS

READS = ("models/set", "models/folder", "evaluate/identification", "evaluate/permutations", "seed")
COMMAND = Command(
    __doc__,
    Study,
    READS,
    labels=("subject", "method"),
    inputs=("stimuli", "reconstructions", "judged"),
    lists=("trials",),
    outputs=("evaluation", "nulls"),
)


def check_size(grid: Grid, models: ModelSet) -> None:
    """Raise DataError unless one reconstruction of each sample has the size that the model set makes."""
    side = read_pictures(grid.paths[0]).shape[1]
    if side != models.image_size:
        expected = f"{models.image_size} x {models.image_size} px, as model set {models.name} makes them"
        fix = "delete the pictures of this method and run the workflow again"
        raise DataError(grid.paths[0][0], expected, f"{side} x {side} px", fix)


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
    check_size(grid, models)
    originals = read_originals(original_paths(grid.stimuli, args.stimuli), models.image_size)
    seen = features_of(
        open_stimulus_features(args.judged),
        grid.stimuli,
        originals,
        layers_read(models),
        lambda judge: judge_facts(models, judge),
    )
    shown = [TRIALS.read(path).column("stimulus_id").to_pylist() for path in args.trials]
    groups = sets_seen(grid.stimuli, shown)
    orders = [
        stimulus_permutations(study.seed, grid.stimuli, study.evaluate.permutations, some)
        for some in (groups, pair_groups(study.seed, grid.stimuli, groups))
    ]
    scored = score_reconstructions(
        originals,
        (grid.sample(n) for n in track(grid.samples, f"evaluate {args.subject} {args.method}: samples")),
        judges(models, "auto"),
        orders[0],
        [RULES[study.evaluate.identification](orders[0])],
        distances(models, "auto"),
        seen=seen,
        order_of_pairs=orders[1],
    )
    facts = {"subject": args.subject, "method": args.method, "model_set": models.name}
    facts |= version_facts(scored, models, models.image_size)
    NULLS.write(null_columns(scored), args.nulls, **facts)
    EVALUATION.write(evaluation_columns(scored, grid.stimuli, grid.samples), args.evaluation, **facts)


if __name__ == "__main__":
    run_step(main)
