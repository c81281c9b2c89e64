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
from cortex2image.prediction.responses import Responses, Rows, RunningMeans, open_responses
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
MOST_VOXELS = 20_000
"""Voxels whose responses to single stimuli the page holds, those that are predicted best. With the 982
stimuli of NSD, 26 MB of each model and of the measured responses, loaded about 1 MB at a time."""
LIMIT = 99.0
"""Percentile of absolute responses at which their colours end."""


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
    args, study = COMMAND.parse(argv)
    grid = read_voxel_grid(args.voxels)
    surface = vertices(args, grid, study.dataset)
    models = dict(zip(args.models, args.encoding, strict=True))
    r = {name: accuracy(path, grid) for name, path in models.items()}
    with whole_folder(Path(args.view)) as folder:
        view = View(folder, args.subject)
        for number, (values, q) in enumerate(r.values()):
            view.write(f"map-{number}", accuracy_map(values, q, study.encode.fdr))
        if surface is not None:
            view.write("surface", surface_mesh(surface))
        predicted = write_responses(args, study, grid, {name: values for name, (values, _) in r.items()}, view)
        view.write(
            "index",
            {
                **places(grid, study.dataset),
                "fdr": study.encode.fdr,
                "ceiling": shares(VOXELS.read(args.voxels)["noise_ceiling"].to_numpy().astype(float)),
                "models": [
                    {
                        "name": name,
                        "end": colour_end(values, q < study.encode.fdr),
                        "significant": int((q < study.encode.fdr).sum()),
                    }
                    for name, (values, q) in r.items()
                ],
                "surface": surface is not None,
                "responses": predicted,
            },
        )


def accuracy(path: str, grid: VoxelGrid) -> tuple[np.ndarray, np.ndarray]:
    """Return r and q of the voxels by one model."""
    table = ENCODING.read(path)
    grid.require_same(table, path)
    return table.column("r").to_numpy(), table.column("q").to_numpy()


def vertices(args: Namespace, grid: VoxelGrid, dataset: Dataset) -> np.ndarray | None:
    """Return the voxel at each vertex of fsaverage5, None for a study that reaches no surface."""
    if on_surface(dataset):
        return reduced(voxels_of_vertices(grid))
    to_mni = matrix_to_mni(args.to_mni, dataset, args.subject, grid.world)
    return None if to_mni is None else voxels_at_vertices(grid, to_mni)


def places(grid: VoxelGrid, dataset: Dataset) -> dict[str, Any]:
    """Return where the voxels lie, as the page reads it; without a volume only their regions."""
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
    args: Namespace, study: Study, grid: VoxelGrid, r: dict[str, np.ndarray], view: View
) -> dict[str, Any]:
    """Write predicted and measured responses of the best voxels; return what the page must know of them."""
    kept = best_voxels([r[name] for name in study.encode.models], MOST_VOXELS)
    members = list(regions_of(grid.rois).values())
    sources, stimuli, folds = [], None, None
    for number, (name, path) in enumerate(predictions_of(args, study)):
        table = ENCODING_PREDICTIONS.read(path)
        names, fold = table["stimulus_id"].to_pylist(), fold_of(table["fold"].to_pylist())
        responses = matrix(table, "predicted")
        if responses.shape[1] != len(grid) or (stimuli not in (None, names)):
            expected = f"the {len(grid)} voxels of voxels.parquet, and the test stimuli of the other models"
            fix = "delete the table and run the workflow again"
            raise DataError(path, expected, f"{responses.shape[1]} voxels, {len(names)} stimuli", fix)
        stimuli, folds = names, fold
        source = f"predicted-{number}"
        sources.append(
            {"model": name, "source": source, "limit": write_source(view, source, responses, fold, kept, members)}
        )
    assert stimuli is not None
    measured = measured_means(args, stimuli)
    limit = write_source(view, "measured", measured, folds, kept, members)
    return {
        "stimuli": stimuli,
        "sources": sources,
        "measured": {"source": "measured", "limit": limit},
        "centred": folds is not None,
        "kept": None if len(kept) == len(grid) else packed(kept, "uint32"),
        "count": len(kept),
        "tile": TILE,
        "steps": RESPONSE_STEPS,
    }


def predictions_of(args: Namespace, study: Study) -> Iterator[tuple[str, str]]:
    """Return the models whose predictions are shown, with their tables.

    Raises
    ------
    ConfigError
        There is not one table for every model of encode/models.
    """
    if len(args.predictions) != len(study.encode.models):
        expected = f"a table of each of {', '.join(study.encode.models)}"
        raise ConfigError("--predictions", expected, f"{len(args.predictions)} tables", "name them in order")
    return zip(study.encode.models, args.predictions, strict=True)


def fold_of(folds: list[int | None]) -> np.ndarray | None:
    """Return the folds of the stimuli; None unless the study is cross-validated."""
    return None if None in folds else np.array(folds)


def write_source(
    view: View,
    source: str,
    responses: np.ndarray,
    fold: np.ndarray | None,
    kept: np.ndarray,
    members: list[np.ndarray],
) -> float:
    """Write responses of one source to all stimuli; return the end of their colours."""
    responses = without_fold_means(responses, fold)
    chosen = responses[:, kept]
    scale = response_scale(chosen)
    view.write(f"{source}/scale", {"scale": packed(scale, "float32"), "regions": region_responses(responses, members)})
    for name, tile in response_tiles(chosen, scale):
        view.write(f"{source}/{name}", tile)
    return float(np.percentile(np.abs(chosen), LIMIT))


def measured_means(args: Namespace, stimuli: list[str]) -> np.ndarray:
    """Return the mean measured response to each test stimulus, (m, v) float32, in the order of `stimuli`."""
    columns = TRIALS.read(args.trials).to_pydict()
    trials = Trials.from_columns(columns, args.trials)
    tested = np.concatenate([part.test for part in partitions(trials)])
    voxels = VOXELS.read_keys(args.voxels).num_rows
    betas = open_responses(args.betas, columns["trial_id"], voxels, args.voxels)
    place = {name: number for number, name in enumerate(stimuli)}
    if set(place) != set(trials.stimulus[tested].tolist()):
        expected, fix = "the test stimuli of the predictions", "delete the predictions and run it again"
        raise DataError(args.trials, expected, "other test stimuli", fix)
    row = np.array([place[name] for name in trials.stimulus[tested].tolist()])
    return means_of(betas, Rows.of(tested, row, betas.trials))


def means_of(betas: Responses, rows: Rows) -> np.ndarray:
    """Return the mean over the trials of each row."""
    means = RunningMeans(rows, np.zeros((rows.count, betas.voxels), np.float32))
    for trials, values in betas.batches():
        means.add(trials, values)
    return means.means


if __name__ == "__main__":
    run_step(main)
