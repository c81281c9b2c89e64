"""Write the maps and predictions of a subject's encoding models for the report's page of the brain.

Reads voxels.parquet with the grid in its metadata, encoding/{model}.parquet of every model, the predictions
of the models that `encode/models` names, trials and betas. Writes a folder of scripts that the page loads
when it needs them: where the voxels lie, r and q of each model, predicted and measured responses to test
stimuli, and for a study that reaches the surface the mesh of fsaverage5.
"""

from argparse import Namespace
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from cortex2image.data.mni_matrix import matrix_to_mni
from cortex2image.encoding.canonical import canonical_grid
from cortex2image.encoding.fsaverage import reduced, voxels_at_vertices, voxels_of_vertices
from cortex2image.encoding.quantities import regions_of
from cortex2image.encoding.voxel_grid import VoxelGrid, read_voxel_grid
from cortex2image.errors import ConfigError, DataError, run_step
from cortex2image.files import whole_folder
from cortex2image.prediction.partitions import Trials, partitions
from cortex2image.prediction.responses import Rows, RunningMeans, open_responses
from cortex2image.report.brain_maps import (
    RESPONSE_STEPS,
    TILE,
    accuracy_map,
    best_voxels,
    colour_end,
    region_responses,
    response_scale,
    response_tiles,
    shares,
    without_fold_means,
)
from cortex2image.report.brain_surface import surface_mesh
from cortex2image.report.scripts import data_script, packed
from cortex2image.study.command import Command
from cortex2image.study.data_settings import Dataset
from cortex2image.study.settings import Study
from cortex2image.study.surfaces import on_surface
from cortex2image.tables.columns import matrix
from cortex2image.tables.predictions import ENCODING_PREDICTIONS
from cortex2image.tables.recordings import TRIALS, VOXELS
from cortex2image.tables.results import ENCODING

READS = ("dataset/reader", "dataset/space", "encode/fdr", "encode/models")
COMMAND = Command(
    __doc__,
    Study,
    READS,
    labels=("subject",),
    words=("models",),
    inputs=("trials", "betas", "voxels"),
    # A table per model; a table per model of encode/models.
    lists=("encoding", "predictions"),
    optional_lists=("to_mni",),
    outputs=("view",),
)
MOST_RESPONSES = 8_000_000
"""Responses to single stimuli that the page holds of each model, and of what was measured: those of the
voxels that are predicted best, 11 MB, loaded about 1 MB at a time. Of the 982 stimuli of NSD, those of 8,146
voxels; of 96 blocks, those of 83,333."""
LIMIT = 99.0
"""Percentile of absolute responses at which their colours end."""
ANEW = "delete the table and run the workflow again"


@dataclass(frozen=True)
class Model:
    """r and q of the voxels by one encoding model, and which are significant, (v,) arrays."""

    name: str
    r: np.ndarray
    q: np.ndarray
    significant: np.ndarray


@dataclass(frozen=True)
class Predictions:
    """Responses to test stimuli that one model predicts, (m, v), with the folds of the stimuli if any."""

    model: str
    stimuli: list[str]
    fold: np.ndarray | None
    responses: np.ndarray


@dataclass(frozen=True)
class View:
    """The folder of the scripts of a subject."""

    folder: Path
    subject: str

    def write(self, name: str, value: object) -> None:
        """Write one script."""
        path = self.folder / f"{name}.js"
        path.parent.mkdir(exist_ok=True)
        path.write_text(data_script(f"brain/{self.subject}/{name}", value), encoding="utf-8")


def main(argv: Sequence[str] | None = None) -> None:
    """Write the scripts of a subject, all of them or none."""
    args, study = COMMAND.parse(argv)
    grid = read_voxel_grid(args.voxels)
    surface = vertices(args, grid, study.dataset)
    named = named_tables(args, "encoding", args.models)
    models = [read_model(name, path, grid, study.encode.fdr) for name, path in named]
    ceiling = VOXELS.read(args.voxels)["noise_ceiling"].to_numpy().astype(float)
    with whole_folder(Path(args.view)) as folder:
        view = View(folder, args.subject)
        for number, model in enumerate(models):
            view.write(f"map-{number}", accuracy_map(model.r, model.q, model.significant))
        if surface is not None:
            view.write("surface", surface_mesh(surface))
        facts = {
            "fdr": study.encode.fdr,
            "ceiling": shares(ceiling),
            "models": [summary(model) for model in models],
            "surface": surface is not None,
            "responses": write_responses(args, study.encode.models, grid, models, view),
        }
        view.write("index", places(grid, study.dataset) | facts)


def named_tables(args: Namespace, option: str, models: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Return models with their tables.

    Raises
    ------
    ConfigError
        There is not one table for every model.
    """
    tables = getattr(args, option)
    if len(tables) != len(models):
        expected = f"a table of each of {', '.join(models)}"
        raise ConfigError(f"--{option}", expected, f"{len(tables)} tables", "name them in this order")
    return zip(models, tables, strict=True)


def read_model(name: str, path: str, grid: VoxelGrid, fdr: float) -> Model:
    """Read what the page shows of a model; the table must list the voxels of the grid."""
    table = ENCODING.read(path)
    grid.require_same(table, path)
    q = table.column("q").to_numpy()
    return Model(name, table.column("r").to_numpy(), q, q < fdr)


def summary(model: Model) -> dict[str, Any]:
    """Return what the page must know of a model before it loads its map."""
    end, count = colour_end(model.r, model.significant), int(model.significant.sum())
    return {"name": model.name, "end": end, "significant": count}


def vertices(args: Namespace, grid: VoxelGrid, dataset: Dataset) -> np.ndarray | None:
    """Return the voxel at each vertex of fsaverage5, None for a study that reaches no surface."""
    if on_surface(dataset):
        return reduced(voxels_of_vertices(grid))
    to_mni = matrix_to_mni(args.to_mni, dataset, args.subject, grid.world)
    return None if to_mni is None else voxels_at_vertices(grid, to_mni)


def places(grid: VoxelGrid, dataset: Dataset) -> dict[str, Any]:
    """Return where the voxels lie; of vertices, and of voxels without places, their first index."""
    regions = list(regions_of(grid.rois))
    number = {name: i for i, name in enumerate(regions)}
    facts = {
        "voxels": len(grid),
        "unit": "vertices" if on_surface(dataset) else "voxels",
        "regions": regions,
        "region": packed(np.array([number[roi] for roi in grid.rois.tolist()]), "uint16"),
    }
    if on_surface(dataset) or not grid.has_places:
        return facts | {"indices": packed(grid.indices[:, 0], "uint32")}
    turned = canonical_grid(grid)
    return facts | {
        "shape": turned.shape,
        "position": packed(turned.positions, "uint32"),
        "to_indices": turned.to_indices[:3].tolist(),
        "affine": np.round(turned.affine[:3], 6).tolist(),
    }


def write_responses(
    args: Namespace, shown: Sequence[str], grid: VoxelGrid, models: Sequence[Model], view: View
) -> dict[str, Any]:
    """Write predicted and measured responses of the best voxels; return what the page must know of them."""
    stimuli = ENCODING_PREDICTIONS.read_keys(args.predictions[0]).num_rows
    kept = best_voxels([model.r for model in models if model.name in shown], MOST_RESPONSES // stimuli)
    members = list(regions_of(grid.rois).values())
    sources: list[dict[str, Any]] = []
    first: Predictions | None = None
    for number, (name, path) in enumerate(named_tables(args, "predictions", shown)):
        predictions = read_predictions(name, path, len(grid), first)
        first = first or predictions
        source = f"predicted-{number}"
        centred = without_fold_means(predictions.responses, predictions.fold)
        sources.append(
            {"model": name, "source": source, "limit": write_source(view, source, centred, kept, members)}
        )
    assert first is not None  # encode/models names one model at least
    measured = without_fold_means(measured_means(args, len(grid), first.stimuli), first.fold)
    limit = write_source(view, "measured", measured, kept, members)
    return {
        "stimuli": first.stimuli,
        "sources": sources,
        "measured": {"source": "measured", "limit": limit},
        "centred": first.fold is not None,
        "kept": None if len(kept) == len(grid) else packed(kept, "uint32"),
        "count": len(kept),
        "tile": TILE,
        "steps": RESPONSE_STEPS,
    }


def read_predictions(model: str, path: str, voxels: int, first: Predictions | None) -> Predictions:
    """Read the predictions of a model, which must be of the same stimuli as those of the first model."""
    table = ENCODING_PREDICTIONS.read(path)
    stimuli, folds = table["stimulus_id"].to_pylist(), table["fold"].to_pylist()
    responses = matrix(table, "predicted")
    if responses.shape[1] != voxels or (first and stimuli != first.stimuli):
        expected = f"the {voxels} voxels of voxels.parquet, and the test stimuli of the other models"
        raise DataError(path, expected, f"{responses.shape[1]} voxels, {len(stimuli)} stimuli", ANEW)
    return Predictions(model, stimuli, None if None in folds else np.array(folds), responses)


def write_source(
    view: View, source: str, responses: np.ndarray, kept: np.ndarray, members: list[np.ndarray]
) -> float:
    """Write the (m, v) responses of one source; return the end of their colours."""
    chosen = responses[:, kept]
    scale, regions = response_scale(chosen), region_responses(responses, members)
    view.write(f"{source}/scale", {"scale": packed(scale, "float32"), "regions": regions})
    for name, tile in response_tiles(chosen, scale):
        view.write(f"{source}/{name}", tile)
    return float(np.percentile(np.abs(chosen), LIMIT))


def measured_means(args: Namespace, voxels: int, stimuli: list[str]) -> np.ndarray:
    """Return the mean measured response to each test stimulus, (m, v) float32, in the order of `stimuli`."""
    columns = TRIALS.read(args.trials).to_pydict()
    trials = Trials.from_columns(columns, args.trials)
    tested = np.concatenate([part.test for part in partitions(trials)])
    shown = trials.stimulus[tested].tolist()
    place = {name: number for number, name in enumerate(stimuli)}
    if set(place) != set(shown):
        expected, found = f"{len(place)} test stimuli of the predictions", f"{len(set(shown))}, or others"
        raise DataError(args.trials, expected, found, "delete the predictions and run the workflow again")
    betas = open_responses(args.betas, columns["trial_id"], voxels, args.voxels)
    rows = Rows.of(tested, np.array([place[name] for name in shown]), betas.trials)
    means = RunningMeans(rows, np.empty((rows.count, voxels), np.float32))
    for positions, values in betas.batches():
        means.add(positions, values)
    return means.means


if __name__ == "__main__":
    run_step(main)
