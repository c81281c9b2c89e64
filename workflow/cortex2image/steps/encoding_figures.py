"""Draw the figures of one subject's encoding models: maps, regions, and the numbers behind them.

Reads voxels.parquet, encoding/{model}.parquet of the models that the figures show, the unique variance of
their joint models and the preferred layers. Writes per figure two PNG files of maps, of every voxel and of
significant ones, an SVG file of regions and a CSV file with the numbers of all regions.
"""

from argparse import Namespace
from collections.abc import Mapping, Sequence

import numpy as np

from cortex2image.data.mni_matrix import matrix_to_mni
from cortex2image.encoding.fsaverage import reduced, voxels_at_vertices, voxels_of_vertices
from cortex2image.encoding.quantities import VoxelResults, region_table
from cortex2image.encoding.voxel_grid import VoxelGrid, read_voxel_grid
from cortex2image.errors import ConfigError, DataError, run_step
from cortex2image.files import atomic
from cortex2image.plots.canvas import NOTHING, Canvas, flat_canvas, slice_canvas
from cortex2image.plots.encoding_maps import columns_of, draw_encoding_maps
from cortex2image.plots.panels import slices_that_fit, words_instead
from cortex2image.plots.region_profiles import draw_region_profiles
from cortex2image.plots.style import paletted_png, svg
from cortex2image.study.command import Command
from cortex2image.study.data_settings import Dataset
from cortex2image.study.encoding_figures import (
    EncodingFigure,
    encoding_figures,
    preferred_families,
    shown_models,
    unique_models,
)
from cortex2image.study.settings import Study
from cortex2image.study.surfaces import on_surface
from cortex2image.tables.results import ENCODING, PREFERRED, UNIQUE

READS = (
    "dataset/reader",
    "dataset/space",
    "encode/models",
    "encode/grid",
    "encode/fdr",
    "reconstruct/steps",
    "reconstruct/strength",
)
COMMAND = Command(
    __doc__,
    Study,
    READS,
    labels=("subject",),
    inputs=("voxels",),
    lists=("encoding",),
    optional_lists=("unique", "preferred", "to_mni"),
    # A file per figure, in the order of the figures.
    output_lists=("maps", "significant", "regions", "tables"),
)

CANVAS = "Canvas"
"""Key of the text in a PNG file that says what its maps are drawn on."""


def main(argv: Sequence[str] | None = None) -> None:
    args, study = COMMAND.parse(argv)
    figures = encoding_figures(study.encode, study.reconstruct)
    grid = read_voxel_grid(args.voxels)
    unit = "vertices" if on_surface(study.dataset) else "voxels"
    results = read_results(args, grid, figures, study.encode.fdr, unit)
    surface = surface_of(args, grid, study.dataset)
    files = zip(args.maps, args.significant, args.regions, args.tables, strict=True)
    for figure, (every, significant, regions, numbers) in zip(figures, files, strict=True):
        canvas = canvas_of(figure, grid, surface)
        for path, thresholded in ((every, False), (significant, True)):
            write(path, maps(figure, results, canvas, thresholded))
        table = region_table(figure, results)
        write(regions, svg(draw_region_profiles(figure, table, results.unit)))
        write(numbers, table.to_csv(index=False, float_format="%.6g").encode())


def write(path: str, content: bytes) -> None:
    """Write a whole file, or none."""
    with atomic(path) as temporary:
        temporary.write_bytes(content)


def surface_of(args: Namespace, grid: VoxelGrid, dataset: Dataset) -> np.ndarray | None:
    """Return the voxel at each vertex of fsaverage5, None for a study that reaches no surface."""
    if on_surface(dataset):
        places = reduced(voxels_of_vertices(grid))
        if places is None:
            fix = "give data on fsaverage"
            raise DataError(args.voxels, "the vertices of fsaverage", f"{grid.shape[0]} vertices", fix)
        return places
    to_mni = matrix_to_mni(args.to_mni, dataset, args.subject, grid.world)
    return None if to_mni is None else voxels_at_vertices(grid, to_mni)


def maps(figure: EncodingFigure, results: VoxelResults, canvas: Canvas | None, thresholded: bool) -> bytes:
    """Return the maps of a figure as PNG, with the kind of their canvas as a text of the file."""
    if canvas is None:
        words = words_instead("The data set does not say where its voxels lie.")
        return paletted_png(words, {CANVAS: NOTHING})
    return paletted_png(draw_encoding_maps(figure, results, canvas, thresholded), {CANVAS: canvas.kind})


def canvas_of(figure: EncodingFigure, grid: VoxelGrid, surface: np.ndarray | None) -> Canvas | None:
    """Return flat maps for a study that reaches the surface, else slices; None for voxels without places."""
    if surface is not None:
        return flat_canvas(surface)
    if not grid.has_places:
        return None
    return slice_canvas(grid, slices_that_fit(columns_of(figure, flat=False)))


def read_results(
    args: Namespace, grid: VoxelGrid, figures: tuple[EncodingFigure, ...], fdr: float, unit: str
) -> VoxelResults:
    """Read the tables that the figures show; every table must list the voxels of the grid."""
    r, q, stimuli = {}, {}, None
    for model, path in _named(shown_models(figures), args.encoding, "--encoding"):
        table = ENCODING.read(path)
        grid.require_same(table, path)
        r[model], q[model] = table.column("r").to_numpy(), table.column("q").to_numpy()
        known = (table.schema.metadata or {}).get(b"test_stimuli")
        stimuli = stimuli if known is None else int(known)
    unique: dict[tuple[str, str], tuple[np.ndarray, np.ndarray]] = {}
    for joint, path in _named(unique_models(figures), args.unique, "--unique"):
        unique |= {(joint, band): values for band, values in _bands(path, grid).items()}
    families = _named(preferred_families(figures), args.preferred, "--preferred")
    preferred = {family: _decided(path, grid, q, fdr) for family, path in families}
    return VoxelResults(r, q, unique, preferred, grid.rois, fdr, stimuli, unit)


def _named(names: Sequence[str], paths: Sequence[str], option: str) -> list[tuple[str, str]]:
    if len(names) != len(paths):
        fix = "name a file for each, in this order"
        raise ConfigError(option, f"files of {', '.join(names) or 'nothing'}", f"{len(paths)} files", fix)
    return list(zip(names, paths, strict=True))


def _bands(path: str, grid: VoxelGrid) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Return unique R^2 and q of each band of a joint model."""
    table = UNIQUE.read(path).to_pandas()
    found = {}
    for band, own in table.groupby("band", sort=False):
        _require_voxels(own["voxel_id"].to_numpy(), grid, f"{path}, band {band}")
        found[str(band)] = (own["unique_r2"].to_numpy(float), own["q"].to_numpy(float))
    return found


def _decided(path: str, grid: VoxelGrid, q: Mapping[str, np.ndarray], fdr: float) -> np.ndarray:
    """Return the preferred model of each voxel; empty unless it is significant and told from the second."""
    table = PREFERRED.read(path).to_pandas()
    _require_voxels(table["voxel_id"].to_numpy(), grid, path)
    best = table["best"].to_numpy(str)
    if strange := sorted(set(best) - set(q)):
        fix = "delete the table and run the workflow again"
        raise DataError(path, f"models among {', '.join(q)}", strange[0], fix)
    significant = np.array([q[model][voxel] < fdr for voxel, model in enumerate(best.tolist())])
    return np.where((table["margin_low"] > 0) & significant, best, "")


def _require_voxels(ids: np.ndarray, grid: VoxelGrid, where: str) -> None:
    if not np.array_equal(ids, grid.ids.to_numpy()):
        expected, found = f"{len(grid)} voxels as in voxels.parquet", f"{len(ids)}, or others"
        raise DataError(where, expected, found, "delete the table and run the workflow again")


if __name__ == "__main__":
    run_step(main)
