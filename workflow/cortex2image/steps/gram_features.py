"""Take the inner products of the stimuli of a subject in one layer of the U-Net.

Reads the trials of the subject, and the activity of the layer for all stimuli of the study, in the folders
that the sampler left. Writes grams/{space}.parquet, a row per stimulus: training stimuli first, both sides of
the split sorted.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from cortex2image.errors import run_step
from cortex2image.features.activity import open_activity
from cortex2image.features.gram import Activity, inner_products, row_batches
from cortex2image.prediction.partitions import Trials, ordered_stimuli
from cortex2image.progress import say
from cortex2image.study.command import Command
from cortex2image.study.settings import Study
from cortex2image.tables.columns import vectors
from cortex2image.tables.recordings import TRIALS
from cortex2image.tables.results import GRAMS

COMMAND = Command(
    __doc__,
    Study,
    labels=("subject", "space"),
    inputs=("trials",),
    lists=("activity",),
    outputs=("grams",),
    counts=("threads",),
)


def main(argv: Sequence[str] | None = None) -> None:
    args, _ = COMMAND.parse(argv)
    trials = Trials.from_columns(TRIALS.read(args.trials).to_pydict(), args.trials)
    stimuli, activity = ordered_stimuli(trials), open_activity(args.activity, args.space)
    say(f"{args.space} of {args.subject}: {len(stimuli)} stimuli, {activity.width} units")
    training = len(set(trials.stimulus[trials.split == "train"])) or None
    products = inner_products(activity, stimuli, args.threads, training)
    facts = _facts(activity) | {"space": args.space, "width": activity.width}
    GRAMS.write_batches(_batches(stimuli, products), args.grams, **facts)


def _batches(stimuli: Sequence[str], products: np.ndarray) -> Iterator[dict[str, object]]:
    """Yield rows of the table; only these are copied to single precision."""
    for rows in row_batches(products):
        yield {"stimulus_id": stimuli[rows], "products": vectors(products[rows])}


def _facts(activity: Activity) -> dict[str, object]:
    """Return the facts that the sampler left with the activity, such as the hash of the model set."""
    return dict(getattr(activity, "facts", {}))


if __name__ == "__main__":
    run_step(main)
