"""Voxel grids of volumes."""

from dataclasses import dataclass

import numpy as np

from cortex2image.errors import DataError

AFFINE_TOLERANCE = 1e-3  # mm; headers keep single precision


@dataclass(frozen=True)
class Grid:
    """Shape and affine of a volume, and the file they were read from.

    Attributes
    ----------
    shape : (X, Y, Z)
    affine : (4, 4) array
        From voxel indices to world coordinates in mm; x increases to the right.
    source : str
        File that errors name.
    """

    shape: tuple[int, ...]
    affine: np.ndarray
    source: str

    def require_same(self, other: "Grid") -> None:
        """Raise DataError, naming both files, unless `other` lies on this grid."""
        fix = "resample one of them, or take both from one run of the preprocessing"
        if self.shape != other.shape:
            expected = f"shape {self.shape}, that of {self.source}"
            raise DataError(other.source, expected, f"shape {other.shape}", fix)
        apart = float(np.abs(self.affine - other.affine).max())
        if not apart <= AFFINE_TOLERANCE:
            expected = f"the affine of {self.source}"
            raise DataError(other.source, expected, f"an affine that differs by up to {apart:.4g}", fix)


def hemispheres(indices: np.ndarray, affine: np.ndarray) -> list[str]:
    """Return ``left`` or ``right`` for (voxels, 3) indices, by the sign of the world coordinate x."""
    x = indices @ affine[0, :3] + affine[0, 3]
    sides: list[str] = np.where(x < 0, "left", "right").tolist()
    return sides
