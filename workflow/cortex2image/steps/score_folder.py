"""Score reconstructions made elsewhere against the pictures that were seen.

Reads the pictures and the stimuli that the settings `pictures` and `stimuli` name, and the judges and
distances of the model set; nothing of a data set.
Computes every metric of each picture, the permutation null of each metric's mean, and its interval.
Writes score_folder/{scored}/evaluation.parquet, nulls.parquet, scores.parquet, scores.csv and index.html.
"""

from collections.abc import Sequence
from pathlib import Path

from cortex2image.errors import run_step
from cortex2image.metrics.judged import open_distances, open_judges
from cortex2image.scoring.folder import OpenDistances, OpenJudges, scored_folder
from cortex2image.study.command import Command
from cortex2image.study.settings import Study

READS = (
    "pictures",
    "stimuli",
    "scored_as",
    "models/set",
    "models/folder",
    "evaluate/metrics",
    "evaluate/permutations",
    "seed",
)
COMMAND = Command(
    __doc__,
    Study,
    READS,
    lists=("templates",),
    outputs=("evaluation", "nulls", "scores", "csv", "page"),
)


def main(
    argv: Sequence[str] | None = None,
    judges: OpenJudges = open_judges,
    distances: OpenDistances = open_distances,
) -> None:
    """Run the step; `judges` and `distances` open these networks of a model set on a device."""
    args, study = COMMAND.parse(argv)
    scores = scored_folder(study, "auto", judges, distances)
    scores.write_tables(args.evaluation, args.nulls, args.scores, args.csv)
    scores.write_page(args.page, Path(args.templates[0]).parent)


if __name__ == "__main__":
    run_step(main)
