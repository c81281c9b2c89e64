"""Write the small pictures of one subject that the report shows: one strip of tiles per stimulus.

Reads stimuli.parquet, {subject}/reconstructions/{method}.parquet of every method with its pictures and, where
it is known which picture was seen, novelty.parquet. Writes the folder report/pictures/{subject}: a WebP file
per test stimulus, and strips.json, which says which tile shows what.
"""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from cortex2image.errors import run_step
from cortex2image.files import whole_folder
from cortex2image.pictures import read_picture
from cortex2image.plots.gallery import webp
from cortex2image.plots.strips import strip, tile_side
from cortex2image.progress import track
from cortex2image.report.strips import (
    INDEX,
    TILE,
    Strips,
    nearest_stimuli,
    picture_files,
    strip_columns,
    strip_name,
)
from cortex2image.study.command import Command
from cortex2image.study.run_methods import run_methods, tables_of_methods
from cortex2image.study.settings import Study
from cortex2image.tables.novelty import NOVELTY
from cortex2image.tables.recordings import STIMULI
from cortex2image.tables.results import RECONSTRUCTIONS

READS = ("reconstruct/methods", "reconstruct/bottleneck", "reconstruct/external")
COMMAND = Command(
    __doc__,
    Study,
    READS,
    labels=("subject",),
    inputs=("stimuli",),
    # One table per method of the study, in order.
    lists=("reconstructions",),
    # One table or, where it is not known which picture was seen, none.
    optional_lists=("novelty",),
    outputs=("pictures",),
    counts=("threads",),
)
QUALITY, EFFORT = 80, 2
"""Of WebP: files are 4 % larger than at the usual effort of 4, and take half the time."""
FIX = "delete the table that names it and run the workflow again"


def main(argv: Sequence[str] | None = None) -> None:
    """Draw the strips of all stimuli, several at once."""
    args, study = COMMAND.parse(argv)
    methods = run_methods(study.reconstruct)
    paths = tables_of_methods(methods, args.reconstructions, "--reconstructions")
    tables = {name: RECONSTRUCTIONS.read(path).to_pandas() for name, path in paths.items()}
    nearest = _nearest(args.novelty, args.subject)
    columns = strip_columns(tables, identity=bool(args.novelty))
    files = picture_files(columns, STIMULI.read(args.stimuli).to_pandas(), tables, nearest)
    first_drawn = next(iter(files.values()))[-1]
    strips = Strips(tile_side(read_picture(first_drawn, FIX), TILE), columns, tuple(files))
    with whole_folder(Path(args.pictures)) as folder:
        write_strips(strips, list(files.values()), folder, args.threads, f"thumbnails of {args.subject}")


def write_strips(
    strips: Strips, files: Sequence[Sequence[str]], folder: Path, threads: int, label: str
) -> None:
    """Write a strip for each list of picture files, and the index, into a folder."""

    def write(number: int) -> None:
        pictures = [read_picture(path, FIX) for path in files[number]]
        image = strip(pictures, strips.tile, strips.across)
        (folder / strip_name(number)).write_bytes(webp(image, QUALITY, EFFORT))

    # Pillow lets other threads run while it decodes, resizes and encodes.
    with ThreadPoolExecutor(threads) as pool:
        for _ in track(pool.map(write, range(len(files))), label, total=len(files)):
            pass
    (folder / INDEX).write_text(strips.to_json(), encoding="utf-8")


def _nearest(novelty: Sequence[str], subject: str) -> Mapping[str, str]:
    """Return test stimulus -> nearest training stimulus of the subject; nothing without a table."""
    return nearest_stimuli(NOVELTY.read(novelty[0]).to_pandas(), subject) if novelty else {}


if __name__ == "__main__":
    run_step(main)
