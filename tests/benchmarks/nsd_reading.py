"""Benchmark of reading one session of NSD; prints a section of docs/benchmarks.md.

    PYTHONPATH=workflow:. python tests/benchmarks/nsd_reading.py --folder /somewhere/with/3/GB \\
        --page docs/benchmarks.md

Writes a session file of the size of subject 1 in both containers, unless they are there, and reads the voxels
of its streams, as many as there are in subject 1. All methods run in one process, in turns; times are
medians, of files that are in the system's cache. Memory is the largest above that at the start. The values
are noise, which gzip compresses less well than betas that are zero in most voxels.
"""

import argparse
import gzip
import sys
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import h5py
import nibabel as nib
import numpy as np
from tests.benchmarks.measure import Measured, machine, replace_section, side_by_side
from tests.support.nsd_files import write_hdf5, write_volume

from cortex2image.data.nsd.facts import SUBJECTS, TRIALS_PER_SESSION
from cortex2image.data.nsd.volumes import read_volume_betas

SPACE = "func1pt8mm"
SHAPE = SUBJECTS[1].shapes[SPACE]
STREAMS = 27_638
UNITS = np.float32(300)
OURS = {".hdf5": "this reader, HDF5", ".nii.gz": "this reader, NIfTI"}
CHEAPEST = "h5py, voxel by voxel", "h5py, raw chunks"


def session(shape: tuple[int, int, int]) -> np.ndarray:
    """Return noise with the SD of betas inside an ellipsoid, zero around it, (X, Y, Z, 750) int16."""
    rng, betas = np.random.default_rng(0), np.zeros((*shape, TRIALS_PER_SESSION), np.int16)
    inside = radius(shape) < 1
    for plane, chosen in zip(betas, inside, strict=True):
        plane[chosen] = rng.normal(0, 600, (int(chosen.sum()), TRIALS_PER_SESSION))
    return betas


def radius(shape: tuple[int, int, int]) -> np.ndarray:
    """Return the distance from the centre in units of the half axes, (X, Y, Z)."""
    axes = np.meshgrid(*(np.linspace(-1, 1, n) for n in shape), indexing="ij")
    return np.sqrt(sum(axis**2 for axis in axes))


def streams(shape: tuple[int, int, int], voxels: int) -> np.ndarray:
    """Return as many voxels near a shell in the back half of the volume, bool (X, Y, Z)."""
    distance = np.abs(radius(shape) - 0.85)
    distance[:, shape[1] // 2 :] = np.inf
    mask = np.zeros(shape, bool)
    mask.flat[np.argsort(distance, axis=None)[:voxels]] = True
    return mask


def written(folder: Path, shape: tuple[int, int, int]) -> tuple[Path, Path]:
    """Return the session's files, written if they are missing."""
    paths = folder / "betas_session01.hdf5", folder / "betas_session01.nii.gz"
    if not all(path.exists() for path in paths):
        betas = session(shape)
        write_hdf5(paths[0], betas)
        write_volume(paths[1], betas, SPACE)
    return paths


def in_file_order(indices: np.ndarray) -> Iterator[tuple[int, tuple[int, int, int]]]:
    """Yield column and (z, y, x) of each voxel as they lie in the file."""
    for column in np.lexsort(indices.T).tolist():
        x, y, z = indices[column].tolist()
        yield column, (z, y, x)


def voxel_by_voxel(path: Path, indices: np.ndarray) -> np.ndarray:
    """Touch the wanted bytes by one hyperslab per voxel; the values stay int16."""
    betas = np.empty((len(indices), TRIALS_PER_SESSION), np.int16)
    with h5py.File(path) as file:
        dataset = file["betas"]
        for column, (z, y, x) in in_file_order(indices):
            betas[column] = dataset[:, z, y, x]
    return betas


def raw_chunks(path: Path, indices: np.ndarray) -> np.ndarray:
    """Touch the wanted bytes by one raw chunk per voxel; the values stay int16."""
    betas = np.empty((len(indices), TRIALS_PER_SESSION), np.int16)
    with h5py.File(path) as file:
        read = file["betas"].id.read_direct_chunk
        for column, place in in_file_order(indices):
            betas[column] = np.frombuffer(read((0, *place))[1], np.int16)
    return betas


def whole_hdf5(path: Path, mask: np.ndarray) -> np.ndarray:
    """Read the whole session, then mask it, as the code of 2023 does; columns in the order of HDF5."""
    with h5py.File(path) as file:
        return file["betas"][:][:, mask.T]


def whole_nifti(path: Path, mask: np.ndarray) -> np.ndarray:
    """Read the whole session, then mask it."""
    return np.asanyarray(nib.load(path).dataobj)[mask].T


def only_decompress(path: Path) -> None:
    """Do what no reader of the compressed container can do without."""
    with gzip.open(path) as file:
        while file.read(2**24):
            pass


def methods(hdf5: Path, nifti: Path, mask: np.ndarray) -> dict[str, Callable]:
    """Return every way to read the voxels of `mask`."""
    indices = np.argwhere(mask)
    return {
        OURS[".hdf5"]: partial(read_volume_betas, hdf5, indices, mask.shape),
        CHEAPEST[0]: partial(voxel_by_voxel, hdf5, indices),
        CHEAPEST[1]: partial(raw_chunks, hdf5, indices),
        "whole HDF5, then mask": partial(whole_hdf5, hdf5, mask),
        OURS[".nii.gz"]: partial(read_volume_betas, nifti, indices, mask.shape),
        "whole NIfTI, then mask": partial(whole_nifti, nifti, mask),
        "decompression alone": partial(only_decompress, nifti),
    }


def check(seen: dict[str, Measured]) -> None:
    """Stop unless both containers give the same to the bit, and these the values that others read."""
    ours = [seen[name].value for name in OURS.values()]
    reference = seen[CHEAPEST[1]].value.T.astype(np.float32) / UNITS
    if any(betas.tobytes() != reference.tobytes() for betas in ours):
        sys.exit("the readers disagree")


def table(seen: dict[str, Measured]) -> list[str]:
    """Return the rows of the table."""
    cheapest = min(seen[name].median for name in CHEAPEST)
    return [
        f"| {name} | {m.median:.2f} | {m.median / cheapest:.2f} | {m.megabytes:.0f} |"
        for name, m in seen.items()
    ]


def verdict(seen: dict[str, Measured]) -> str:
    """Return how the reader compares with reading whole sessions."""
    ours, whole = seen[OURS[".hdf5"]], seen["whole HDF5, then mask"]
    faster, smaller = whole.median / ours.median, whole.megabytes / max(ours.megabytes, 1)
    return f"Against whole HDF5, then mask: {faster:.0f} times faster, {smaller:.0f} times less memory."


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folder", help="where the files are kept; a temporary one without it")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--scale", type=int, default=1, help="divide the sides of the volume by it")
    parser.add_argument("--page", type=Path, help="page whose section is replaced; only printed without it")
    return parser.parse_args()


def main() -> None:
    args = parse_args()
    shape = tuple(side // args.scale for side in SHAPE)
    mask = streams(shape, STREAMS // args.scale**3)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(args.folder or temporary)
        seen = side_by_side(methods(*written(folder, shape), mask), args.repeats)
    check(seen)
    size = " x ".join(map(str, (*shape, TRIALS_PER_SESSION)))
    lines = [
        f"## Reading a session of NSD\n\n{machine(1)}.",
        f"{np.count_nonzero(mask)} voxels of {size} int16; medians of {args.repeats}, files in the cache.",
        "\n| method | s | of h5py's cheapest | peak MB |\n|---|---|---|---|",
        *table(seen),
        f"\n{verdict(seen)}",
    ]
    print(*lines, sep="\n")
    if args.page:
        replace_section(args.page, "nsd reading", "\n".join(lines))


if __name__ == "__main__":
    sys.exit(main())
