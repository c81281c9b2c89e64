"""Score the reconstructions of one subject and method against the pictures that were seen.

Reads stimuli.parquet, the trials of all subjects of the study, {subject}/reconstructions/{method}.parquet,
their pictures, the features of the stimuli in features/judged, and the judges and distances of the model set.
Computes every metric of each picture, and of each caption where captions were decoded, and the permutation
null of each metric's mean.
Writes {subject}/evaluation/{method}.parquet and {subject}/evaluation/{method}-nulls.parquet.
"""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from cortex2image.errors import DataError, run_step
from cortex2image.judges.judge import Distance, Judge
from cortex2image.metrics.captions import decoded_captions, score_captions
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
from cortex2image.tables.recordings import STIMULI, TRIALS
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


def stimulus_captions(stimuli: Sequence[str], table: str) -> list[list[str]]:
    """Return the captions of each stimulus; all are in the table."""
    rows = STIMULI.read(table).to_pydict()
    known = dict(zip(rows["stimulus_id"], rows["captions"], strict=True))
    return [known[stimulus] for stimulus in stimuli]


def held_out(trials: Mapping[str, Sequence[str]]) -> set[str]:
    """Return the test stimuli of a subject's trials; of a cross-validated study, all stimuli."""
    by_trial = zip(trials["stimulus_id"], trials["split"], strict=True)
    return {stimulus for stimulus, split in by_trial if split == "test"} or set(trials["stimulus_id"])


def permutations(
    study: Study, stimuli: Sequence[str], tables: Sequence[str]
) -> tuple[np.ndarray, np.ndarray]:
    """Return the permuted pairings, and those of metrics that take time for each pair of pictures."""
    trials = [TRIALS.read(path).to_pydict() for path in tables]
    groups = sets_seen(stimuli, [shown["stimulus_id"] for shown in trials])
    alike = all(held_out(shown) == set(stimuli) for shown in trials)
    draws, of_pairs = study.evaluate.permutations, pair_groups(study.seed, stimuli, groups)
    order, paired = (
        stimulus_permutations(study.seed, stimuli, draws, some, every=alike) for some in (groups, of_pairs)
    )
    return order, paired


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
    order, order_of_pairs = permutations(study, grid.stimuli, args.trials)
    panel, decoded = judges(models, "auto"), decoded_captions(rows, grid, args.reconstructions)
    scored = score_reconstructions(
        originals,
        (grid.sample(n) for n in track(grid.samples, f"evaluate {args.subject} {args.method}: samples")),
        panel,
        order,
        [RULES[study.evaluate.identification](order)],
        distances(models, "auto"),
        seen=seen,
        order_of_pairs=order_of_pairs,
    )
    if decoded:
        scored |= score_captions(panel, stimulus_captions(grid.stimuli, args.stimuli), decoded, order)
    facts = {"subject": args.subject, "method": args.method, "model_set": models.name}
    facts |= version_facts(scored, models, models.image_size)
    NULLS.write(null_columns(scored), args.nulls, **facts)
    EVALUATION.write(evaluation_columns(scored, grid.stimuli, grid.samples), args.evaluation, **facts)


if __name__ == "__main__":
    run_step(main)
