"""List the stimuli that the chosen subjects saw.

Reads the table of pictures, the events of every subject and every picture, but no volume. Refuses a picture
that cannot be read for certain. Writes stimuli.parquet, whose metadata say which stimuli show one picture
(`alike`, a JSON list of lines) and hold a digest of all pixels (`pictures`): the table changes with any
picture, so that what is computed from pictures runs again even if a run broke off in between. If the data set
keeps its pictures in one file, also writes the pictures that were seen as PNG files into the folder
``--pictures``.
"""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
from PIL import Image

from cortex2image.data.open_dataset import open_dataset
from cortex2image.data.prepared import HasPictures
from cortex2image.data.recording import Stimulus, StudyDataset
from cortex2image.data.shown_pictures import alike_pictures, digest_of_all, picture_digests
from cortex2image.errors import DataError, run_step
from cortex2image.files import whole_folder
from cortex2image.progress import say, track
from cortex2image.study.command import Command
from cortex2image.study.settings import Study
from cortex2image.tables.recordings import STIMULI

READS = ("subjects", "dataset/@source")
COMMAND = Command(__doc__, Study, READS, outputs=("stimuli",), optional=("pictures",))


def from_working_directory(path: str) -> str:
    """Return a path below the working directory relative to it, so that a study can be moved."""
    absolute, here = Path(path).absolute(), Path.cwd()
    return str(absolute.relative_to(here) if absolute.is_relative_to(here) else absolute)


def as_table(stimuli: Sequence[Stimulus]) -> pa.Table:
    """Return the stimuli as the columns of stimuli.parquet."""
    return pa.table(
        {
            "stimulus_id": [s.stimulus_id for s in stimuli],
            "split": [s.split for s in stimuli],
            "captions": pa.array([list(s.captions) for s in stimuli], pa.list_(pa.string())),
            "image_path": pa.array(
                [s.image_path and from_working_directory(s.image_path) for s in stimuli], pa.string()
            ),
            "category": pa.array([s.category for s in stimuli], pa.string()),
            "setting": pa.array([s.setting for s in stimuli], pa.string()),
        }
    )


def write_pictures(dataset: StudyDataset, stimuli: Sequence[Stimulus], folder: Path) -> None:
    """Write the picture of every stimulus into `folder`.

    Raises
    ------
    DataError
        The data set lacks the picture of a stimulus, or keeps no pictures in one file.
    """
    missing = {stimulus.stimulus_id for stimulus in stimuli}
    pictures = dataset.pictures(sorted(missing)) if isinstance(dataset, HasPictures) else iter(())
    for stimulus_id, picture in track(pictures, "write pictures", total=len(missing)):
        # Stronger compression would take most of the time and save little space.
        Image.fromarray(picture).save(folder / file_name(stimulus_id), compress_level=1)
        missing.discard(stimulus_id)
    if missing:
        found = f"none of {len(missing)}, first {min(missing)}"
        fix = "leave out --pictures where stimuli name picture files of their own"
        raise DataError("pictures of the data set", "one of every stimulus", found, fix)


def file_name(stimulus_id: str) -> str:
    """Return the file name of the picture of a stimulus."""
    return f"{stimulus_id}.png"


def main(argv: Sequence[str] | None = None) -> None:
    """Write stimuli.parquet, and the folder of pictures if one is asked for."""
    args, study = COMMAND.parse(argv)
    dataset = open_dataset(study.dataset)
    stimuli = dataset.stimuli(study.subjects)
    if args.pictures is None:
        seen = picture_digests({s.stimulus_id: s.image_path for s in stimuli if s.image_path is not None})
        alike = alike_pictures(seen)
        for line in alike:
            say(f"warning: {line}")
        facts = {"alike": json.dumps(alike), "pictures": digest_of_all(seen)}
        STIMULI.write(as_table(stimuli), args.stimuli, **facts)
        return
    with whole_folder(Path(args.pictures)) as folder:
        write_pictures(dataset, stimuli, folder)
        paths = [str(Path(args.pictures) / file_name(s.stimulus_id)) for s in stimuli]
        shown = [replace(s, image_path=path) for s, path in zip(stimuli, paths, strict=True)]
        STIMULI.write(as_table(shown), args.stimuli)


if __name__ == "__main__":
    run_step(main)
