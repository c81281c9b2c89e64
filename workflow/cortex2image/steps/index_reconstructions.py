"""Join the shards of pictures of one subject and method, after a check that all are there and whole.

Reads the folders of all shards. The folder reconstructions/{method} gets their pictures as further names of
the same files, and reconstructions/{method}.parquet their rows in the order of the test stimuli.
"""

from collections.abc import Sequence
from pathlib import Path

from cortex2image.errors import run_step
from cortex2image.files import whole_folder
from cortex2image.networks.registry import model_set
from cortex2image.progress import say, track
from cortex2image.reconstruction.shards import check_pictures, join, open_shards
from cortex2image.study.command import Command
from cortex2image.study.settings import Study
from cortex2image.tables.results import RECONSTRUCTIONS

READS = ("models/set", "models/folder")
COMMAND = Command(
    __doc__,
    Study,
    READS,
    labels=("method",),
    lists=("shards",),
    outputs=("images", "reconstructions"),
)


def main(argv: Sequence[str] | None = None) -> None:
    args, study = COMMAND.parse(argv)
    models = model_set(study.models.set, study.models.folder)
    shards = open_shards(args.shards)
    for shard in track(shards, f"check pictures of {args.method}"):
        check_pictures(shard, models.image_size)
    with whole_folder(Path(args.images)) as folder:
        columns = join(shards, folder, args.images)
    RECONSTRUCTIONS.write(columns, args.reconstructions, **shards[0].facts)
    again = sum(precision != shards[0].facts["precision"] for precision in columns["precision"])
    say(f"{len(columns['sample'])} pictures, {again} of them drawn again, {sum(columns['black'])} black")


if __name__ == "__main__":
    run_step(main)
