"""List the stimuli that the chosen subjects saw.

Reads the table of pictures and the events of every subject, no picture and no volume; writes stimuli.parquet.
Of a data set that keeps its pictures in one file, those that were seen are written as PNG files.
"""

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
from PIL import Image

from cortex2image.data.options import add_dataset_options, chosen_betas, chosen_dataset
from cortex2image.data.prepared import BetaDataset
from cortex2image.data.recording import Stimulus
from cortex2image.errors import DataError, run_step
from cortex2image.files import whole_folder
from cortex2image.progress import track
from cortex2image.tables.contracts import STIMULI


def parse_args(argv: Sequence[str] | None) -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    add_dataset_options(parser)
    parser.add_argument("--subjects", required=True, nargs="+")
    parser.add_argument("--stimuli", required=True, help="Parquet table to write")
    parser.add_argument(
        "--pictures", nargs="?", help="folder to write, of a data set that keeps its pictures in one file"
    )
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


def write_pictures(dataset: BetaDataset, stimuli: Sequence[Stimulus], folder: Path) -> None:
    """Write the picture of every stimulus into `folder`.

    Raises
    ------
    DataError
        The data set has no picture of one of them.
    """
    missing = {stimulus.stimulus_id for stimulus in stimuli}
    pictures = dataset.pictures(sorted(missing))
    for stimulus_id, picture in track(pictures, "write pictures", total=len(missing)):
        # Compressing harder would take most of the time and save little.
        Image.fromarray(picture).save(folder / file_name(stimulus_id), compress_level=1)
        missing.discard(stimulus_id)
    if missing:
        found = f"none of {len(missing)}, first {min(missing)}"
        fix = "leave out --pictures where stimuli name picture files of their own"
        raise DataError("pictures of the data set", "one of every stimulus", found, fix)


def file_name(stimulus_id: str) -> str:
    """Return the name of a stimulus' picture."""
    return f"{stimulus_id}.png"


def main(argv: Sequence[str] | None = None) -> None:
    """Write stimuli.parquet, and the folder of pictures if one is asked for."""
    args = parse_args(argv)
    stimuli = chosen_dataset(args).stimuli(args.subjects)
    if args.pictures is None:
        STIMULI.write(as_table(stimuli), args.stimuli)
        return
    with whole_folder(Path(args.pictures)) as folder:
        write_pictures(chosen_betas(args), stimuli, folder)
        paths = [str(Path(args.pictures) / file_name(s.stimulus_id)) for s in stimuli]
        shown = [replace(s, image_path=path) for s, path in zip(stimuli, paths, strict=True)]
        STIMULI.write(as_table(shown), args.stimuli)


if __name__ == "__main__":
    run_step(main)
