"""Draw pictures of a few test stimuli of one subject over strength and steps.

Reads trials.parquet, stimuli.parquet and the decoded z and c, and draws method zc at every combination of
reconstruct/series/strengths and steps, with the noise of sample 0 of the reconstructions. Writes a sheet with
these pictures and a chart, and series.parquet with the pixel correlation of each picture with the coarse
picture of z and with the picture that was seen.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import pyarrow as pa

from cortex2image.diffusion.denoise import Sampling
from cortex2image.errors import run_step
from cortex2image.files import atomic
from cortex2image.metrics.pictures import read_originals
from cortex2image.networks.checksums import model_hash
from cortex2image.networks.load import load_diffusion
from cortex2image.networks.registry import model_set
from cortex2image.plots.series import SeriesPictures, series_page, trade_off_chart
from cortex2image.plots.sheets import Heading
from cortex2image.progress import track
from cortex2image.reconstruction.inputs import FeatureTable, Tables, method_inputs
from cortex2image.reconstruction.rows import plan
from cortex2image.reconstruction.series import Cell, coarse, draw_series, likeness
from cortex2image.study.command import Command
from cortex2image.study.methods import METHODS
from cortex2image.study.settings import Study
from cortex2image.tables.columns import matrix
from cortex2image.tables.recordings import STIMULI, TRIALS
from cortex2image.tables.results import DECODED, SERIES

READS = (
    "study",
    "seed",
    "models",
    "features/latent",
    "reconstruct/series",
    "reconstruct/steps",
    "reconstruct/strength",
    "reconstruct/guidance_scale",
    "reconstruct/noising",
    "reconstruct/shared_noise",
    "reconstruct/sampler",
    "reconstruct/device",
)
COMMAND = Command(
    __doc__,
    Study,
    READS,
    labels=("subject",),
    inputs=("trials", "stimuli", "z", "c"),
    outputs=("sheet", "series"),
)
PICTURES_AT_ONCE = 60
CAPTION = (
    "The coarse picture of the decoded z is noised as far as strength says and denoised under the decoded c, "
    "with the same noise in every picture of a row. At small strength the layout of z remains; at strength 1 "
    "it is lost in noise, and c alone shapes the picture. Columns are strengths; each block has another "
    "number of steps of the full schedule, of which strength keeps its share."
)
OWN = "* strength and steps of the study: sample 0 of method zc."


def main(argv: Sequence[str] | None = None) -> None:
    args, study = COMMAND.parse(argv)
    drawing, models = study.reconstruct, model_set(study.models.set, study.models.folder)
    decoded = {"z": read_decoded(args.z), "c": read_decoded(args.c)}
    tables = Tables(decoded, {}, read_split(args.trials), study.seed)
    stimuli, features = method_inputs(METHODS["zc"], tables, models)
    shown = sorted(stimuli)[: drawing.series.stimuli]
    features = {space: values[[stimuli.index(name) for name in shown]] for space, values in features.items()}
    seeds = [row.seed for row in plan(shown, 1, study.seed, drawing.shared_noise)]
    seen = read_seen(args.stimuli, shown, models.image_size)
    diffusion = load_diffusion(models, drawing.device, study.models.precision)
    sampling = Sampling.of(drawing, study.features, sampler=drawing.sampler)
    at_once = models.at_once(study.models.batch_size, PICTURES_AT_ONCE)
    layout = coarse(diffusion, sampling, features, at_once)
    wanted = drawing.series.strengths, drawing.series.steps
    drawn = draw_series(diffusion, sampling, *wanted, features, seeds, at_once)
    cells = list(track(drawn, f"series of {args.subject}", len(wanted[0]) * len(wanted[1])))
    table = pd.concat([rows_of(cell, shown, layout, seen) for cell in cells])
    with atomic(args.sheet) as temporary:
        temporary.write_bytes(sheet(study, args.subject, shown, cells, layout, seen, table))
    SERIES.write(
        {name: pa.array(table[name], from_pandas=True) for name in table},
        args.series,
        model_set=models.name,
        model_hash=model_hash(models),
        precision=study.models.precision,
        study_seed=study.seed,
        shared_noise=drawing.shared_noise,
        **{name: value for name, value in vars(sampling).items() if name not in ("steps", "strength")},
    )


def read_decoded(path: str) -> FeatureTable:
    """Read the decoded features of test stimuli."""
    table = DECODED.read(path)
    return FeatureTable(table["stimulus_id"].to_pylist(), matrix(table, "feature"), path)


def read_split(path: str) -> dict[str, str]:
    """Return the split, test or train, of each stimulus of a subject."""
    rows = TRIALS.read(path)
    return dict(zip(rows["stimulus_id"].to_pylist(), rows["split"].to_pylist(), strict=True))


def read_seen(table: str, stimuli: Sequence[str], side: int) -> np.ndarray | None:
    """Return the pictures that were seen, (n, side, side, 3) uint8; None if one of them is not known."""
    rows = STIMULI.read(table).to_pydict()
    known = dict(zip(rows["stimulus_id"], rows["image_path"], strict=True))
    paths = [known.get(name) for name in stimuli]
    return None if None in paths else read_originals([str(path) for path in paths], side)


def rows_of(cell: Cell, stimuli: Sequence[str], layout: np.ndarray, seen: np.ndarray | None) -> pd.DataFrame:
    """Return the rows of the table for the pictures of one combination."""
    return pd.DataFrame(
        {
            "stimulus_id": stimuli,
            "strength": cell.strength,
            "steps": cell.steps,
            "denoised": cell.denoised,
            "r_coarse": likeness(cell.pictures, layout),
            "r_seen": np.nan if seen is None else likeness(cell.pictures, seen),
        }
    )


def sheet(
    study: Study,
    subject: str,
    stimuli: Sequence[str],
    cells: Sequence[Cell],
    layout: np.ndarray,
    seen: np.ndarray | None,
    table: pd.DataFrame,
) -> bytes:
    """Return the sheet as PNG bytes."""
    drawing = study.reconstruct
    of_cells = {(cell.steps, cell.strength): cell.pictures for cell in cells}
    own = (drawing.steps, drawing.strength)
    before = {**({} if seen is None else {"seen": seen}), "coarse": layout}
    first = "the first test stimulus" if len(stimuli) == 1 else f"the first {len(stimuli)} test stimuli"
    text = CAPTION + (f"\n{OWN}" if own in of_cells else "")
    heading = Heading(f"{study.study}, {subject}: strength and steps, {first} by name", text)
    strengths = sorted(drawing.series.strengths)
    curves = {name: mean_curves(table, name, strengths) for name in ("r_coarse", "r_seen")}
    chart = trade_off_chart(strengths, curves["r_coarse"], None if seen is None else curves["r_seen"])
    return series_page(heading, SeriesPictures(stimuli, before, of_cells, own), chart)


def mean_curves(table: pd.DataFrame, name: str, strengths: Sequence[float]) -> dict[int, np.ndarray]:
    """Return the mean of a column over stimuli by the number of steps, in the order of the strengths."""
    means = table.groupby(["steps", "strength"], sort=False)[name].mean()
    return {steps: means[steps][strengths].to_numpy() for steps in table["steps"].unique()}


if __name__ == "__main__":
    run_step(main)
