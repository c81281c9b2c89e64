"""Write the accuracy of a subject's encoding models as volumes, and by hemisphere if the study has a surface.

Reads voxels.parquet with the grid in its metadata and encoding/{model}.parquet of every model. Writes
maps/{model}.nii.gz: r of every voxel, on the grid and in the space of the subject's own recordings, NaN
outside the mask; a second volume with 0 for voxels that are not significant; and what both show as JSON. The
vertices of a surface make a volume of one row, left hemisphere first. Data on fsaverage, and data that a
matrix brings to MNI152, have GIFTI files per hemisphere: on fsaverage, or on fsaverage5 at the middle of the
cortical sheet.
"""

import json
from argparse import Namespace
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import nibabel as nib
import numpy as np
import pyarrow as pa

from cortex2image.data.mni_matrix import matrix_to_mni
from cortex2image.encoding.fsaverage import SIDES, at_vertices, voxels_at_vertices, voxels_of_vertices
from cortex2image.encoding.map_images import gifti_map, nifti_map, space_code
from cortex2image.encoding.volume import to_volume
from cortex2image.encoding.voxel_grid import VoxelGrid, read_voxel_grid
from cortex2image.errors import ConfigError, run_step
from cortex2image.files import atomic
from cortex2image.sources import ROOT, package_version
from cortex2image.study.command import Command
from cortex2image.study.data_settings import Dataset
from cortex2image.study.settings import Study
from cortex2image.study.surfaces import on_surface
from cortex2image.tables.results import ENCODING

READS = ("dataset/reader", "dataset/space", "encode/fdr")
COMMAND = Command(
    __doc__,
    Study,
    READS,
    labels=("subject",),
    words=("models",),
    inputs=("voxels",),
    # A table per model, and files per model.
    lists=("encoding",),
    optional_lists=("to_mni",),
    output_lists=("map", "significant", "description"),
    optional_output_lists=("left", "right"),
)
STATISTIC = "Pearson r"
SOFTWARE = f"cortex2image {package_version(ROOT.parent)}"


@dataclass(frozen=True)
class Files:
    """The table of a model, and the paths of its maps; `hemispheres` has two or none."""

    model: str
    encoding: str
    map: str
    significant: str
    description: str
    hemispheres: tuple[str, ...]


def files_of_models(args: Namespace) -> list[Files]:
    """Return the files of each model.

    Raises
    ------
    ConfigError
        There is not one file of each kind for every model.
    """
    sides: list[tuple[str, ...]] = list(zip(args.left, args.right, strict=True))
    hemispheres = sides or [()] * len(args.models)
    lists = args.models, args.encoding, args.map, args.significant, args.description, hemispheres
    if len({len(files) for files in lists}) > 1:
        found = ", ".join(str(len(files)) for files in lists[1:])
        fix = "name a table, two maps and a description of each model, in their order"
        raise ConfigError("--encoding and maps", f"{len(args.models)} files of each kind", found, fix)
    return [Files(*files) for files in zip(*lists, strict=True)]


def main(argv: Sequence[str] | None = None) -> None:
    args, study = COMMAND.parse(argv)
    grid, models = read_voxel_grid(args.voxels), files_of_models(args)
    places = vertices(args, grid, study.dataset)  # raises before any file is written
    for files in models:
        encoding = ENCODING.read(files.encoding)
        grid.require_same(encoding, files.encoding)
        write_maps(args.subject, files, encoding, grid, places, study)


def write_maps(
    subject: str, files: Files, encoding: pa.Table, grid: VoxelGrid, places: np.ndarray | None, study: Study
) -> None:
    """Write the maps of a model, and what they show."""
    r = encoding.column("r").to_numpy()
    significant = encoding.column("q").to_numpy() < study.encode.fdr
    facts = description(subject, files.model, encoding, significant, study)
    note = f"{STATISTIC}, model {files.model}, {SOFTWARE}"
    save_volume(files.map, r, grid, study.dataset, note)
    save_volume(files.significant, np.where(significant, r, 0.0), grid, study.dataset, f"{note}, thresholded")
    if places is not None:
        save_hemispheres(files, r, places, facts)
    with atomic(files.description) as temporary:
        temporary.write_text(json.dumps(facts, indent=2) + "\n", encoding="utf-8")


def vertices(args: Namespace, grid: VoxelGrid, dataset: Dataset) -> np.ndarray | None:
    """Return the voxel of each vertex, None for a study that reaches no surface."""
    if on_surface(dataset):
        return voxels_of_vertices(grid)
    to_mni = matrix_to_mni(args.to_mni, dataset, args.subject, grid.world)
    return None if to_mni is None else voxels_at_vertices(grid, to_mni)


def description(
    subject: str, model: str, encoding: pa.Table, significant: np.ndarray, study: Study
) -> dict[str, Any]:
    """Return what the maps show, for people and programs that have only the maps."""
    stimuli = (encoding.schema.metadata or {}).get(b"test_stimuli")
    return {
        "Subject": subject,
        "Model": model,
        "Statistic": f"{STATISTIC} of predicted and measured responses to test stimuli",
        "TestStimuli": None if stimuli is None else int(stimuli),
        "Threshold": f"q < {study.encode.fdr:g}, false discovery rate over all voxels; 0 above it",
        "Voxels": len(significant),
        "SignificantVoxels": int(significant.sum()),
        "Outside": "NaN",
        "Space": study.dataset.space or "that of the recordings",
        "Software": SOFTWARE,
    }


def save_volume(path: str, values: np.ndarray, grid: VoxelGrid, dataset: Dataset, note: str) -> None:
    """Write values of the voxels as NIfTI."""
    volume = to_volume(values, grid.indices, grid.shape)
    image = nifti_map(volume, grid.affine, space_code(dataset), STATISTIC, note)
    with atomic(path) as temporary:
        nib.save(image, temporary)


def save_hemispheres(files: Files, r: np.ndarray, places: np.ndarray, facts: dict[str, Any]) -> None:
    """Write r at the vertices of each hemisphere as GIFTI."""
    texts = {key: str(facts[key]) for key in ("Subject", "Model", "Statistic", "Software")}
    for side, path, values in zip(SIDES, files.hemispheres, at_vertices(r, places), strict=True):
        with atomic(path) as temporary:
            nib.save(gifti_map(values, side, {"Name": f"{STATISTIC}, {files.model}", **texts}), temporary)


if __name__ == "__main__":
    run_step(main)
