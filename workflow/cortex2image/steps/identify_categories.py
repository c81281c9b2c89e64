"""Identify the category of each decoded feature vector, in a study that knows categories but no pictures.

Reads stimuli.parquet, {subject}/trials.parquet, features/{space}.parquet, {subject}/decoded/{space}.parquet.
Computes whether each decoded vector is nearest to its category, and the null of labels permuted within runs.
Writes {subject}/evaluation/categories-decoded_{space}.parquet and its -nulls.parquet.
"""

from collections.abc import Sequence

from cortex2image.errors import run_step
from cortex2image.metrics.categories import decoded_similarity, score_categories
from cortex2image.metrics.scored import evaluation_columns, null_columns
from cortex2image.metrics.stimulus_categories import stimulus_runs, study_categories
from cortex2image.metrics.versions import version_facts
from cortex2image.stats.permutation import stimulus_permutations
from cortex2image.study.command import Command
from cortex2image.study.settings import Study
from cortex2image.tables.columns import matrix
from cortex2image.tables.recordings import STIMULI, TRIALS
from cortex2image.tables.results import DECODED, EVALUATION, FEATURES, NULLS

READS = ("evaluate/permutations", "seed")
COMMAND = Command(
    __doc__,
    Study,
    READS,
    labels=("subject", "space"),
    inputs=("stimuli", "trials", "features", "decoded"),
    outputs=("evaluation", "nulls"),
)


def main(argv: Sequence[str] | None = None) -> None:
    """Run the step."""
    args, study = COMMAND.parse(argv)
    categories = study_categories(STIMULI.read(args.stimuli).to_pydict(), args.stimuli)
    features, decoded = FEATURES.read(args.features), DECODED.read(args.decoded)
    feature_labels = categories.labels(features["stimulus_id"].to_pylist(), args.features)
    stimuli = decoded["stimulus_id"].to_pylist()
    runs = stimulus_runs(TRIALS.read(args.trials).to_pydict(), stimuli, args.trials)
    similarity = decoded_similarity(
        matrix(decoded, "feature"), matrix(features, "feature"), feature_labels, len(categories.names)
    )
    order = stimulus_permutations(study.seed, stimuli, study.evaluate.permutations, groups=runs)
    labels = categories.labels(stimuli, args.decoded)
    scored = {"category_identification": score_categories(similarity, labels, order)}
    facts = {"subject": args.subject, "method": f"decoded_{args.space}"} | version_facts(scored)
    NULLS.write(null_columns(scored), args.nulls, **facts)
    EVALUATION.write(evaluation_columns(scored, stimuli, [0]), args.evaluation, **facts)


if __name__ == "__main__":
    run_step(main)
