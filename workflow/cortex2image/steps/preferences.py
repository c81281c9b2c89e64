"""Turn the choices that people saved on the page `rate` of the report into scores.

Reads their JSON files, and the tables and pictures of the reconstructions that they chose between: choices
between other pictures are refused. Writes preferences.parquet and preferences.csv (shares of pairs of
methods), preference_scores.parquet (a score per method) and raters.parquet (people, and whether they agree).
"""

from collections.abc import Sequence

import pandas as pd
from pyarrow import csv

from cortex2image.errors import run_step
from cortex2image.files import atomic
from cortex2image.rating.agreement import rater_rows
from cortex2image.rating.choices import read_choices
from cortex2image.rating.pictures import rated_pictures
from cortex2image.rating.shares import share_rows
from cortex2image.rating.strength import strength_rows
from cortex2image.rating.trials import METHODS
from cortex2image.study.command import Command
from cortex2image.study.rating_checks import rated_methods
from cortex2image.study.settings import Study
from cortex2image.tables.columns import as_columns
from cortex2image.tables.folder import StudyFolder
from cortex2image.tables.ratings import PREFERENCE_SCORES, PREFERENCES, RATERS

READS = (
    "study",
    "seed",
    "subjects",
    "reconstruct/methods",
    "reconstruct/bottleneck",
    "reconstruct/external",
    "evaluate/rating",
    "evaluate/permutations",
)
COMMAND = Command(
    __doc__,
    Study,
    READS,
    places=("results",),
    # Files are tables and folders of reconstructions below `results`; ratings are what people saved.
    lists=("files", "ratings"),
    outputs=("preferences", "preference_scores", "raters", "csv"),
)


def main(argv: Sequence[str] | None = None) -> None:
    """Write the three tables."""
    args, study = COMMAND.parse(argv)
    folder = StudyFolder(args.results, args.files)
    tables = {
        (subject, method): folder.table("reconstructions", subject=subject, method=method)
        for subject in study.subjects
        for method in rated_methods(study)
    }
    pictures = rated_pictures(study.seed, study.evaluate.rating.stimuli, tables)
    choices = read_choices(args.ratings, study.study, study.seed, pictures)
    shares = share_rows(study.seed, study.evaluate.permutations, choices)
    PREFERENCES.write(as_columns(PREFERENCES.columns, shares), args.preferences)
    strengths = strengths_of(choices)
    PREFERENCE_SCORES.write(as_columns(PREFERENCE_SCORES.columns, strengths), args.preference_scores)
    RATERS.write(as_columns(RATERS.columns, rater_rows(choices)), args.raters)
    with atomic(args.csv) as temporary:
        csv.write_csv(PREFERENCES.read(args.preferences), temporary)


def strengths_of(choices: pd.DataFrame) -> list[dict[str, object]]:
    """Return the scores of methods; none where people only told right from wrong."""
    between = choices[choices["design"] == METHODS]
    return strength_rows(between) if len(between) else []


if __name__ == "__main__":
    run_step(main)
