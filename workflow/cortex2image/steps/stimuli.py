"""List the stimuli that the chosen subjects saw.

Reads the table of pictures and the events of every subject, no picture and no volume; writes stimuli.parquet.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa

from cortex2image.contracts import STIMULI
from cortex2image.data.options import add_dataset_options, chosen_dataset
from cortex2image.data.recording import Stimulus
from cortex2image.errors import run_step


def parse_args(argv: Sequence[str] | None) -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    add_dataset_options(parser)
    parser.add_argument("--subjects", required=True, nargs="+")
    parser.add_argument("--stimuli", required=True, help="Parquet table to write")
    return parser.parse_args(argv)


def from_working_directory(path: str) -> str:
    """Write a path below the working directory relative to it, so that the study can be moved."""
    absolute, here = Path(path).absolute(), Path.cwd()
    return str(absolute.relative_to(here) if absolute.is_relative_to(here) else absolute)


def as_table(stimuli: Sequence[Stimulus]) -> pa.Table:
    """Return the stimuli as columns of their contract."""
    return pa.table(
        {
            "stimulus_id": [s.stimulus_id for s in stimuli],
            "split": [s.split for s in stimuli],
            "captions": pa.array([list(s.captions) for s in stimuli], pa.list_(pa.string())),
            "image_path": pa.array(
                [s.image_path and from_working_directory(s.image_path) for s in stimuli], pa.string()
            ),
            "category": pa.array([s.category for s in stimuli], pa.string()),
        }
    )


def main(argv: Sequence[str] | None = None) -> None:
    """Write stimuli.parquet."""
    args = parse_args(argv)
    STIMULI.write(as_table(chosen_dataset(args).stimuli(args.subjects)), args.stimuli)


if __name__ == "__main__":
    run_step(main)
