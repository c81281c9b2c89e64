"""Draw what reconstructions of a subject lose without each region.

Reads attribution/{region}.parquet and the pictures of every region. Writes a chart of the change along the
denoising steps, with bootstrap intervals over stimuli, and a sheet of the first stimuli by name: the picture
that was seen, its reconstruction, and the reconstructions without each region.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from cortex2image.errors import run_step
from cortex2image.files import atomic
from cortex2image.metrics.pictures import read_originals, read_pictures
from cortex2image.plots.curves import Bars, Curve, curves_with_bars
from cortex2image.plots.gallery import TileRow, tiles
from cortex2image.plots.style import png
from cortex2image.reconstruction.rows import picture_file
from cortex2image.seeds import rng_for
from cortex2image.stats.summary import bootstrap_means, percentile_interval
from cortex2image.study.command import Command
from cortex2image.study.settings import Study
from cortex2image.tables.recordings import STIMULI
from cortex2image.tables.regions import ATTRIBUTION, NOTHING, RANDOM, REGION

READS = ("seed", "evaluate/bootstraps")
COMMAND = Command(
    __doc__,
    Study,
    READS,
    labels=("subject",),
    inputs=("stimuli",),
    lists=("attribution", "images"),
    outputs=("chart", "sheet"),
)
SHOWN = 8
"""Stimuli on the sheet."""
COLUMN = 0.9
"""Width of a column of the sheet in inches."""


def main(argv: Sequence[str] | None = None) -> None:
    args, study = COMMAND.parse(argv)
    read = [ATTRIBUTION.read(path) for path in args.attribution]
    regions = [table.schema.metadata[b"region"].decode() for table in read]
    tables = dict(zip(regions, (table.to_pandas() for table in read), strict=True))
    curves = [
        curve(table, region, removed, args.subject, study)
        for region, table in tables.items()
        for removed in (REGION, RANDOM)
    ]
    bars = [Bars(region, feature_changes(table)) for region, table in tables.items()]
    label = "change, relative to what\nis the picture's own"
    names, control = ("decoded z", "decoded c"), "without as many random voxels"
    chart = curves_with_bars(curves, bars, names, "denoising step", label, control)
    folders = dict(zip(regions, map(Path, args.images), strict=True))
    stimuli = sorted(tables[regions[0]]["stimulus_id"].unique())[:SHOWN]
    known = STIMULI.read(args.stimuli)
    paths = dict(
        zip(*(known.column(name).to_pylist() for name in ("stimulus_id", "image_path")), strict=True)
    )
    sheet = pictures_without(stimuli, folders, [paths[name] for name in stimuli])
    for figure, path in ((chart, args.chart), (sheet, args.sheet)):
        with atomic(path) as temporary:
            temporary.write_bytes(png(figure))


def curve(table: pd.DataFrame, region: str, removed: str, subject: str, study: Study) -> Curve:
    """Return the mean change over stimuli at each step, with its 95 % bootstrap interval."""
    rows = table[table["removed"] == removed]
    by_step = rows.groupby(["step", "stimulus_id"])["change"].mean().unstack().to_numpy()
    intervals = []
    for values in by_step:
        # The same generator at every step: stimuli are resampled for all steps together.
        rng = rng_for(study.seed, "attribute", "bootstrap", subject, region, removed)
        draws = bootstrap_means(values[None], study.evaluate.bootstraps, rng)
        intervals.append(percentile_interval(draws))
    low, high = np.array(intervals).T
    return Curve(
        f"without {region}", region, np.nanmean(by_step, axis=1), low, high, control=removed == RANDOM
    )


def feature_changes(table: pd.DataFrame) -> list[float]:
    """Return the mean change of the decoded z and c over stimuli, when the region is removed."""
    rows = table[table["removed"] == REGION]
    return [float(rows[name].mean()) for name in ("z_change", "c_change")]


def pictures_without(stimuli: Sequence[str], folders: dict[str, Path], seen: Sequence[str | None]) -> Figure:
    """Return the sheet: a row per stimulus, a column for the full picture and for each region removed."""
    first = next(iter(folders.values()))
    columns = [[first / picture_file(name, 0, NOTHING) for name in stimuli]]
    columns += [[folder / picture_file(name, 0, REGION) for name in stimuli] for folder in folders.values()]
    pictures = [read_pictures(column) for column in columns]
    headings = ["full", *(f"no {region}" for region in folders)]
    if None not in seen:
        pictures.insert(0, read_originals([str(path) for path in seen], pictures[0].shape[1]))
        headings.insert(0, "seen")
    rows = [
        TileRow(name.rsplit("/", 1)[-1], [column[i] for column in pictures]) for i, name in enumerate(stimuli)
    ]
    return tiles(rows, headings, width=1.15 + COLUMN * len(headings))


if __name__ == "__main__":
    run_step(main)
