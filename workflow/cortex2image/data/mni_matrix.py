"""The matrix that takes a subject's own space to MNI152, and tests that it can be the one of this subject."""

import io
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from cortex2image.errors import DataError
from cortex2image.given_files import read_bytes
from cortex2image.study.data_settings import Dataset
from cortex2image.study.surfaces import in_mni

LEAST_VOLUME, LARGEST_VOLUME = 1 / 3, 3.0
"""Factors between which a matrix may change the volume of a brain; adults need 0.7 to 1.8."""
LEAST_INSIDE = 0.75
"""Share of the voxels of a mask that must lie in the brain of the template. Masks of one brain in another
template of MNI152, or drawn generously, have 0.8 to 1."""
MASK_MM = 2
LARGEST_FILE = 2**20  # bytes, for sixteen numbers and comments


def matrix_to_mni(
    files: Sequence[str], dataset: Dataset, subject: str, world: np.ndarray
) -> np.ndarray | None:
    """Return the matrix from world coordinates to MNI152: of a file, or no change for data that lie there.

    The matrix is tested with the voxels: they must lie in the brain of the template.

    Parameters
    ----------
    files : sequence of str
        The file of ``encode/to_mni``, or none.
    dataset : Dataset
        Of it only `space` is read.
    subject : str
    world : (v, 3) array
        Centres of the voxels in their own space, mm.

    Returns
    -------
    (4, 4) float64, mm to mm, or None in a study whose subjects have only spaces of their own.

    Raises
    ------
    DataError
        The file is not the matrix of this subject, as far as that can be told.
    """
    if not files and not in_mni(dataset):
        return None
    matrix = read_matrix(files[0], subject) if files else np.eye(4)
    where = files[0] if files else f"voxels of {subject} in {dataset.space}"
    require_in_brain(world @ matrix[:3, :3].T + matrix[:3, 3], where)
    return matrix


def read_matrix(path: str | Path, subject: str) -> np.ndarray:
    """Read a 4x4 matrix from a text file: four lines of four numbers; lines after ``#`` are comments.

    Raises
    ------
    DataError
        The file names another subject, cannot be read, or holds no affine transform that a brain of human
        size and without mirroring could need.
    """
    label = r"sub-[A-Za-z0-9]+"
    named = set(re.findall(label, Path(path).name) or re.findall(label, str(path)))
    if named and subject not in named:
        found = f"the file of {', '.join(sorted(named))}"
        raise DataError(path, f"the matrix of {subject}", found, "correct encode/to_mni")
    try:
        text = read_bytes(path, LARGEST_FILE).decode()
        matrix = np.loadtxt(io.StringIO(text), dtype=np.float64, ndmin=2)
    except (OSError, ValueError) as error:
        fix = "write four lines of four numbers, world coordinates in mm to MNI152 in mm"
        raise DataError(path, "a 4x4 matrix as text", " ".join(str(error).split()), fix) from None
    _check_affine(path, matrix)
    return matrix


def _check_affine(path: str | Path, matrix: np.ndarray) -> None:
    fix = "give the matrix from the subject's space to MNI152, in mm, with axes to the right, front and top"
    affine = matrix.shape == (4, 4) and np.isfinite(matrix).all() and np.allclose(matrix[3], (0, 0, 0, 1))
    if not affine:
        raise DataError(path, "an affine 4x4 matrix whose last row is 0 0 0 1", f"shape {matrix.shape}", fix)
    change = float(np.linalg.det(matrix[:3, :3]))
    if not LEAST_VOLUME <= change <= LARGEST_VOLUME:
        expected = f"a change of volume between {LEAST_VOLUME:.2g} and {LARGEST_VOLUME:g}"
        raise DataError(path, expected, f"a determinant of {change:.3g}", fix)


def require_in_brain(points: np.ndarray, where: str | Path) -> None:
    """Raise DataError unless the voxels of a mask lie in the brain of MNI152.

    Parameters
    ----------
    points : (v, 3) array
        Centres of the voxels in MNI152, mm.
    where : str or Path
        File of the matrix, or of the voxels.

    Notes
    -----
    This finds matrices of another direction, unit or space. It cannot tell two subjects apart whose heads lay
    alike.
    """
    # Imported here, since it takes a second that studies without a matrix would lose in every job.
    from nilearn.datasets import load_mni152_brain_mask

    mask = load_mni152_brain_mask(resolution=MASK_MM)
    inside, inverse = np.asarray(mask.dataobj) > 0, np.linalg.inv(mask.affine)
    ijk = np.rint(points @ inverse[:3, :3].T + inverse[:3, 3]).astype(int)
    on_grid = ((ijk >= 0) & (ijk < inside.shape)).all(axis=1)
    share = np.count_nonzero(inside[tuple(ijk[on_grid].T)]) / len(points)
    if share < LEAST_INSIDE:
        expected = f"at least {LEAST_INSIDE:.0%} of the voxels in the brain of MNI152"
        fix = "check that the matrix is of this subject and this space, and leads to MNI152, not from it"
        raise DataError(where, expected, f"{share:.0%}", fix)
