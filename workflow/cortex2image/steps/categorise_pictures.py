"""Identify the category of each reconstruction, in a study that knows categories but no pictures.

Reads stimuli.parquet, {subject}/trials.parquet, {subject}/reconstructions/{method}.parquet, their pictures,
and the model set's judges.
Computes whether each judge takes a picture for its own category, and the null of labels permuted within runs.
Writes {subject}/evaluation/categories-{method}.parquet and its -nulls.parquet.
"""

import argparse
from collections.abc import Callable, Sequence

from cortex2image.errors import run_step
from cortex2image.judges.judge import Judge
from cortex2image.metrics.categories import judged_similarities, score_categories
from cortex2image.metrics.judged import open_judges
from cortex2image.metrics.pictures import picture_grid
from cortex2image.metrics.scored import evaluation_columns, join_samples, null_columns
from cortex2image.metrics.stimulus_categories import stimulus_runs, study_categories
from cortex2image.networks.options import add_model_options, chosen_model_set
from cortex2image.networks.registry import ModelSet
from cortex2image.progress import track
from cortex2image.stats.permutation import stimulus_permutations
from cortex2image.tables.contracts import EVALUATION, NULLS, RECONSTRUCTIONS, STIMULI, TRIALS


def parse_args(argv: Sequence[str] | None) -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--stimuli", required=True)
    parser.add_argument("--trials", required=True)
    parser.add_argument("--reconstructions", required=True)
    parser.add_argument("--subject", required=True)
    parser.add_argument("--method", required=True)
    add_model_options(parser)
    parser.add_argument("--device", default="auto")
    parser.add_argument("--permutations", type=int, required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--evaluation", required=True)
    parser.add_argument("--nulls", required=True)
    return parser.parse_args(argv)


def main(
    argv: Sequence[str] | None = None, judges: Callable[[ModelSet, str], list[Judge]] = open_judges
) -> None:
    """Run the step; `judges` opens the judges of a model set on a device."""
    args = parse_args(argv)
    rows = RECONSTRUCTIONS.read(args.reconstructions).to_pydict()
    grid = picture_grid(rows["stimulus_id"], rows["sample"], rows["image_path"], args.reconstructions)
    categories = study_categories(STIMULI.read(args.stimuli).to_pydict(), args.stimuli)
    labels = categories.labels(grid.stimuli, args.reconstructions)
    runs = stimulus_runs(TRIALS.read(args.trials).to_pydict(), grid.stimuli, args.trials)
    order = stimulus_permutations(args.seed, grid.stimuli, args.permutations, groups=runs)
    panel = judges(chosen_model_set(args), args.device)
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
    facts = {"subject": args.subject, "method": args.method, "model_set": args.model_set}
    NULLS.write(null_columns(scored), args.nulls, **facts)
    EVALUATION.write(evaluation_columns(scored, grid.stimuli, grid.samples), args.evaluation, **facts)


if __name__ == "__main__":
    run_step(main)
