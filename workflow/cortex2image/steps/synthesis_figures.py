"""Draw the way to the picture that was synthesised for each region.

Reads preference/synthesis/{region}.parquet and the pictures of every region. Writes a chart of the predicted
response over iterations, beside that to the best picture that was seen, and a sheet of pictures on the way.
"""

from collections.abc import Sequence
from pathlib import Path

from cortex2image.errors import run_step
from cortex2image.files import atomic
from cortex2image.metrics.pictures import read_pictures
from cortex2image.plots.curves import Curve, curves_with_levels
from cortex2image.plots.preferred import rounded, synthesised_sheet
from cortex2image.plots.style import png
from cortex2image.study.command import Command
from cortex2image.study.settings import Study
from cortex2image.tables.regions import SYNTHESIS

COMMAND = Command(
    __doc__, Study, labels=("subject",), lists=("synthesis", "images"), outputs=("chart", "sheet")
)


def main(argv: Sequence[str] | None = None) -> None:
    args, _ = COMMAND.parse(argv)
    tables = [SYNTHESIS.read(path) for path in args.synthesis]
    regions = [table.schema.metadata[b"region"].decode() for table in tables]
    responses = [table.sort_by("iteration")["predicted"].to_numpy() for table in tables]
    seen = {
        region: float(table.schema.metadata[b"best_seen"])
        for region, table in zip(regions, tables, strict=True)
    }
    chart = curves_with_levels(
        [Curve(region, region, values) for region, values in zip(regions, responses, strict=True)],
        seen,
        "best picture seen",
        "iteration",
        "predicted mean response (SD)",
    )
    ways = {}
    for region, values, folder in zip(regions, responses, args.images, strict=True):
        files = sorted(Path(folder).glob("*.png"))
        notes = [f"{int(file.stem)}: {rounded(values[int(file.stem)])} SD" for file in files]
        ways[region] = dict(zip(notes, read_pictures(files), strict=True))
    for figure, path in ((chart, args.chart), (synthesised_sheet(ways), args.sheet)):
        with atomic(path) as temporary:
            temporary.write_bytes(png(figure))


if __name__ == "__main__":
    run_step(main)
