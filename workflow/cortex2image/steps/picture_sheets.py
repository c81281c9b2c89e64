"""Write sheets with the pictures of one subject, method by method.

Reads stimuli.parquet, {subject}/reconstructions/{method}.parquet of every method and, where pictures are
scored, {subject}/evaluation/{method}.parquet. Writes a folder with the sheets of each method: all test
stimuli in the order of their names ({method}.png, or {method}-1.png and so on), and the best and the worst by
score.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

from PIL import Image

from cortex2image.errors import run_step
from cortex2image.files import whole_folder
from cortex2image.metrics.pictures import read_originals
from cortex2image.plots.sheets import Sheet, pages
from cortex2image.progress import track
from cortex2image.report.sheets import Drawn, method_sheet, ranked_sheets, sheet_metric
from cortex2image.study.command import Command
from cortex2image.study.run_methods import run_methods, tables_of_methods
from cortex2image.study.settings import Study
from cortex2image.tables.recordings import STIMULI
from cortex2image.tables.results import EVALUATION, RECONSTRUCTIONS

READS = (
    "study",
    "reconstruct/methods",
    "reconstruct/bottleneck",
    "reconstruct/external",
    "evaluate/sheet_metric",
)
COMMAND = Command(
    __doc__,
    Study,
    READS,
    labels=("subject",),
    inputs=("stimuli",),
    # One table per method of the study, in order.
    lists=("reconstructions",),
    optional_lists=("evaluation",),
    outputs=("sheets",),
)


def main(argv: Sequence[str] | None = None) -> None:
    args, study = COMMAND.parse(argv)
    methods = run_methods(study.reconstruct)
    paths = tables_of_methods(methods, args.reconstructions, "--reconstructions")
    tables = {name: RECONSTRUCTIONS.read(path).to_pandas() for name, path in paths.items()}
    drawn = Drawn(study.study, args.subject, STIMULI.read(args.stimuli).to_pandas(), methods, tables)
    sheets = {method.name: {"": method_sheet(method, drawn)} for method in methods}
    if args.evaluation:
        scored = tables_of_methods(methods, args.evaluation, "--evaluation")
        scores = {path: EVALUATION.read(path).to_pandas() for path in args.evaluation}
        metric = sheet_metric(study.evaluate.sheet_metric, scores)
        for name, path in scored.items():
            sheets[name] |= ranked_sheets(sheets[name][""], scores[path], metric)
    with whole_folder(Path(args.sheets)) as folder:
        for method in track(list(sheets), f"sheets of {args.subject}"):
            for file, page in files_of(method, sheets[method]):
                (folder / file).write_bytes(page)


def files_of(method: str, sheets: dict[str, Sheet]) -> Iterator[tuple[str, bytes]]:
    """Yield name and content of the files of a method; pages of one sheet are numbered from 1."""
    for kind, sheet in sheets.items():
        stem = "-".join([method, *([kind] if kind else [])])
        drawn = list(pages(sheet, read_square))
        digits = len(str(len(drawn)))
        for number, page in enumerate(drawn, 1):
            yield (f"{stem}-{number:0{digits}}.png" if len(drawn) > 1 else f"{stem}.png"), page


def read_square(path: str, side: int) -> Image.Image:
    """Read a picture as a square, cut as the pictures that are compared are."""
    return Image.fromarray(read_originals([path], side)[0])


if __name__ == "__main__":
    run_step(main)
