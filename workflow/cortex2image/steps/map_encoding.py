"""Write the accuracy of an encoding model as volumes, and by hemisphere where the study reaches a surface.

Reads voxels.parquet with the grid in its metadata and encoding/{model}.parquet. Writes maps/{model}.nii.gz:
r of every voxel, on the grid and in the space of the subject's own recordings, NaN outside the mask; a second
volume with 0 for voxels that are not significant; and what both show as JSON. The vertices of a surface make
a volume of one row, left hemisphere first. Data on fsaverage, and data that a matrix brings to MNI152, have
GIFTI files per hemisphere: on fsaverage, or on fsaverage5 at the middle of the cortical sheet.
"""

import json
from argparse import Namespace
from collections.abc import Sequence
from typing import Any

import nibabel as nib
import numpy as np
import pyarrow as pa

from cortex2image.data.mni_matrix import matrix_to_mni
from cortex2image.encoding.fsaverage import SIDES, at_vertices, voxels_at_vertices, voxels_of_vertices
from cortex2image.encoding.map_images import MNI152, SCANNER, UNKNOWN, gifti_map, nifti_map
from cortex2image.encoding.volume import to_volume
from cortex2image.encoding.voxel_grid import VoxelGrid, read_voxel_grid
from cortex2image.errors import run_step
from cortex2image.files import atomic
from cortex2image.sources import ROOT, package_version
from cortex2image.study.command import Command
from cortex2image.study.settings import Dataset, Study
from cortex2image.study.surfaces import in_mni, on_surface
from cortex2image.tables.results import ENCODING

READS = ("dataset/reader", "dataset/space", "encode/fdr")
COMMAND = Command(
    __doc__,
    Study,
    READS,
    labels=("subject", "model"),
    inputs=("voxels", "encoding"),
    optional_lists=("to_mni",),
    outputs=("map", "significant", "description"),
    optional=("left", "right"),
)
STATISTIC = "Pearson r"
SOFTWARE = f"cortex2image {package_version(ROOT.parent)}"


def main(argv: Sequence[str] | None = None) -> None:
    args, study = COMMAND.parse(argv)
    grid, encoding = read_voxel_grid(args.voxels), ENCODING.read(args.encoding)
    grid.require_same(encoding, args.encoding)
    r = encoding.column("r").to_numpy()
    significant = encoding.column("q").to_numpy() < study.encode.fdr
    places = vertices(args, grid, study.dataset)  # raises before any file is written
    facts = description(args, encoding, significant, study)
    note = f"{STATISTIC}, model {args.model}, {SOFTWARE}"
    save_volume(args.map, r, grid, study.dataset, note)
    save_volume(args.significant, np.where(significant, r, 0.0), grid, study.dataset, f"{note}, thresholded")
    if places is not None:
        save_hemispheres(args, r, places, facts)
    with atomic(args.description) as temporary:
        temporary.write_text(json.dumps(facts, indent=2) + "\n", encoding="utf-8")


def vertices(args: Namespace, grid: VoxelGrid, dataset: Dataset) -> np.ndarray | None:
    """Return the voxel of each vertex, None for a study that reaches no surface."""
    if on_surface(dataset):
        return voxels_of_vertices(grid)
    to_mni = matrix_to_mni(args.to_mni, dataset, args.subject, grid.world)
    return None if to_mni is None else voxels_at_vertices(grid, to_mni)


def description(args: Namespace, encoding: pa.Table, significant: np.ndarray, study: Study) -> dict[str, Any]:
    """Return what the maps show, for people and programs that have only the maps."""
    stimuli = (encoding.schema.metadata or {}).get(b"test_stimuli")
    return {
        "Subject": args.subject,
        "Model": args.model,
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
    space = UNKNOWN if on_surface(dataset) else MNI152 if in_mni(dataset) else SCANNER
    image = nifti_map(to_volume(values, grid.indices, grid.shape), grid.affine, space, STATISTIC, note)
    with atomic(path) as temporary:
        nib.save(image, temporary)


def save_hemispheres(args: Namespace, r: np.ndarray, places: np.ndarray, facts: dict[str, Any]) -> None:
    """Write r at the vertices of each hemisphere as GIFTI."""
    texts = {key: str(facts[key]) for key in ("Subject", "Model", "Statistic", "Software")}
    for side, path, values in zip(SIDES, (args.left, args.right), at_vertices(r, places), strict=True):
        with atomic(path) as temporary:
            nib.save(gifti_map(values, side, {"Name": f"{STATISTIC}, {args.model}", **texts}), temporary)


if __name__ == "__main__":
    run_step(main)
