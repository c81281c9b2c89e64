"""Draw the pictures that the encoding models of each region rank first and last.

Reads preference/{region}-{space}.parquet of every region and feature space. Writes two sheets: of test
stimuli, with the measured responses beside the predicted ones, and of all stimuli that the subject saw.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from cortex2image.errors import run_step
from cortex2image.files import atomic
from cortex2image.metrics.pictures import read_originals
from cortex2image.plots.gallery import Picture
from cortex2image.plots.preferred import SIDE, Preferred, preferred_sheet, worded
from cortex2image.plots.style import png
from cortex2image.study.command import Command
from cortex2image.study.settings import Study
from cortex2image.tables.recordings import STIMULI
from cortex2image.tables.regions import PREFERENCE

COMMAND = Command(
    __doc__,
    Study,
    labels=("subject",),
    inputs=("stimuli",),
    lists=("preference",),
    outputs=("test", "all"),
)
SHOWN = 8
"""Pictures at either end of a ranking."""


def main(argv: Sequence[str] | None = None) -> None:
    args, _ = COMMAND.parse(argv)
    tables = [PREFERENCE.read(path) for path in args.preference]
    stimuli = {row["stimulus_id"]: row for row in STIMULI.read(args.stimuli).to_pylist()}
    for path, ranked in (
        (args.test, [ranking(table, only_test=True) for table in tables]),
        (args.all, [ranking(table, only_test=False) for table in tables]),
    ):
        shown = {name for one in ranked for name in (*one.stimuli[:SHOWN], *one.stimuli[-SHOWN:])}
        pictures = {name: picture(stimuli[name]) for name in shown}
        with atomic(path) as temporary:
            temporary.write_bytes(png(preferred_sheet(ranked, pictures, SHOWN)))


def ranking(table: pa.Table, only_test: bool) -> Preferred:
    """Return the ranking of a table of :data:`PREFERENCE`."""
    facts, rows = table.schema.metadata, table.to_pandas()
    if only_test:
        rows = rows[rows["split"] == "test"]
    rows = rows.sort_values("rank")
    return Preferred(
        f"{facts[b'region'].decode()}, by {facts[b'space'].decode()}",
        float(facts[b"r"]),
        rows["stimulus_id"].tolist(),
        rows["predicted"].tolist(),
        rows["measured"].astype(float).tolist(),
    )


def picture(stimulus: Mapping[str, Any]) -> Picture:
    """Return the picture of a row of stimuli.parquet; its category or caption in words if it has none."""
    if stimulus["image_path"] is None:
        return worded(stimulus["category"] or stimulus["captions"][0])
    shown: Picture = read_originals([stimulus["image_path"]], SIDE)[0]
    return shown


if __name__ == "__main__":
    run_step(main)
