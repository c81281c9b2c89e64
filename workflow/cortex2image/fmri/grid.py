"""Voxel grids of volumes."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from cortex2image.errors import DataError

AFFINE_TOLERANCE = 1e-3  # mm; headers keep single precision
ONE_GRID = (
    "take all files of one subject from one run of the preprocessing, or resample the one that is wrong"
)


@dataclass(frozen=True)
class Grid:
    """Shape and affine of a volume, and the file that they were read from.

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

    def same(self, other: "Grid") -> bool:
        """Return whether `other` lies on this grid."""
        return self.shape == other.shape and self._apart(other) <= AFFINE_TOLERANCE

    def _apart(self, other: "Grid") -> float:
        return float(np.abs(self.affine - other.affine).max())

    def difference(self, other: "Grid") -> tuple[str, str]:
        """Return what this grid has and what `other` has instead, for an error."""
        if self.shape != other.shape:
            return f"shape {self.shape}, that", f"shape {other.shape}"
        return "the affine", f"an affine that differs by up to {self._apart(other):.4g}"


def common_grid(grids: Iterable[Grid]) -> Grid:
    """Return the grid of all files of a subject.

    If they differ, the error names a file that differs from most others, and not the one that was read last:
    a whole file beside a wrong one is not to blame.

    Parameters
    ----------
    grids : iterable of Grid, at least one

    Raises
    ------
    DataError
        Two files lie on different grids.
    """
    alike: list[list[Grid]] = []
    for grid in grids:
        group = next((group for group in alike if group[0].same(grid)), None)
        group.append(grid) if group else alike.append([grid])
    most, *others = sorted(alike, key=len, reverse=True)
    if not others:
        return most[0]
    reference, odd = most[0], others[-1][0]
    expected, found = reference.difference(odd)
    if len(most) > len(others[0]):
        fellows = f" and {len(most) - 1} other files" if len(most) > 1 else ""
        raise DataError(odd.source, f"{expected} of {reference.source}{fellows}", found, ONE_GRID)
    both = f"{reference.source} and {odd.source}"
    raise DataError(both, f"one grid; {expected} of the first", f"{found} in the second", ONE_GRID)


def hemispheres(indices: np.ndarray, affine: np.ndarray) -> list[str]:
    """Return ``left`` or ``right`` for (voxels, 3) indices, by the sign of the world coordinate x."""
    x = indices @ affine[0, :3] + affine[0, 3]
    sides: list[str] = np.where(x < 0, "left", "right").tolist()
    return sides
