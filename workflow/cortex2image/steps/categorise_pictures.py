"""Identify the category of each reconstruction, in a study that knows categories but no pictures.

Reads stimuli.parquet, {subject}/trials.parquet, {subject}/reconstructions/{method}.parquet, their pictures,
and the model set's judges.
Computes whether each judge finds the picture's own category, and the null of labels permuted within runs.
Writes {subject}/evaluation/categories-{method}.parquet and its -nulls.parquet.
"""

from collections.abc import Callable, Sequence

from cortex2image.errors import run_step
from cortex2image.judges.judge import Judge
from cortex2image.metrics.categories import judged_similarities, score_categories
from cortex2image.metrics.judged import open_judges
from cortex2image.metrics.pictures import picture_grid
from cortex2image.metrics.scored import evaluation_columns, join_samples, null_columns
from cortex2image.metrics.stimulus_categories import stimulus_runs, study_categories
from cortex2image.metrics.versions import version_facts
from cortex2image.networks.registry import ModelSet, model_set
from cortex2image.progress import track
from cortex2image.stats.permutation import stimulus_permutations
from cortex2image.study.command import Command
from cortex2image.study.settings import Study
from cortex2image.tables.recordings import STIMULI, TRIALS
from cortex2image.tables.results import EVALUATION, NULLS, RECONSTRUCTIONS

READS = ("models/set", "models/folder", "evaluate/permutations", "seed")
COMMAND = Command(
    __doc__,
    Study,
    READS,
    labels=("subject", "method"),
    inputs=("stimuli", "trials", "reconstructions"),
    outputs=("evaluation", "nulls"),
)


def main(
    argv: Sequence[str] | None = None, judges: Callable[[ModelSet, str], list[Judge]] = open_judges
) -> None:
    """Run the step; `judges` opens the judges of a model set on a device."""
    args, study = COMMAND.parse(argv)
    models = model_set(study.models.set, study.models.folder)
    rows = RECONSTRUCTIONS.read(args.reconstructions).to_pydict()
    grid = picture_grid(rows["stimulus_id"], rows["sample"], rows["image_path"], args.reconstructions)
    categories = study_categories(STIMULI.read(args.stimuli).to_pydict(), args.stimuli)
    labels = categories.labels(grid.stimuli, args.reconstructions)
    runs = stimulus_runs(TRIALS.read(args.trials).to_pydict(), grid.stimuli, args.trials)
    order = stimulus_permutations(study.seed, grid.stimuli, study.evaluate.permutations, groups=runs)
    panel = judges(models, "auto")
    rounds = [
        judged_similarities(panel, grid.sample(number), categories.names, categories.captions)
        for number in track(grid.samples, f"categorise {args.subject} {args.method}: samples")
    ]
    scored = {
        metric: join_samples(
            [score_categories(similarities[metric], labels, order) for similarities in rounds]
        )
        for metric in rounds[0]
    }
    facts = {"subject": args.subject, "method": args.method, "model_set": models.name}
    facts |= version_facts(scored, models, models.image_size)
    NULLS.write(null_columns(scored), args.nulls, **facts)
    EVALUATION.write(evaluation_columns(scored, grid.stimuli, grid.samples), args.evaluation, **facts)


if __name__ == "__main__":
    run_step(main)
