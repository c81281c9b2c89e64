"""Grids that agree, grids that do not, and sides of the brain."""

import nibabel as nib
import numpy as np
import pytest

from cortex2image.errors import DataError
from cortex2image.fmri.grid import Grid, common_grid, hemispheres

AFFINE = np.array([[-3.0, 0.1, 0, 20], [0.1, 3, 0, -10], [0, 0, 3, 5], [0, 0, 0, 1]])
GRID = Grid((4, 5, 6), AFFINE, "a.nii.gz")


def test_rounding_of_headers_is_the_same_grid() -> None:
    rounded = Grid((4, 5, 6), AFFINE.astype(np.float32).astype(np.float64) + 1e-6, "b.nii.gz")
    assert common_grid([GRID, rounded]) is GRID


@pytest.mark.parametrize(
    ("other", "found"),
    [
        (Grid((4, 6, 5), AFFINE, "b.nii.gz"), r"shape \(4, 6, 5\)"),
        (Grid((4, 5, 6), AFFINE + np.eye(4, k=3), "b.nii.gz"), "up to 1"),
        (Grid((4, 5, 6), AFFINE * np.nan, "b.nii.gz"), "nan"),
    ],
)
def test_another_grid_names_both_files(other: Grid, found: str) -> None:
    with pytest.raises(DataError, match=rf"^a\.nii\.gz and b\.nii\.gz\n.*one grid.*\n.*{found}"):
        common_grid([GRID, other])


def test_hemisphere_is_the_side_in_the_world() -> None:
    indices = np.argwhere(np.ones((12, 5, 6), bool))
    world = nib.affines.apply_affine(AFFINE, indices)
    assert hemispheres(indices, AFFINE) == ["left" if x < 0 else "right" for x in world[:, 0]]
    assert set(hemispheres(indices, AFFINE)) == {"left", "right"}


def grids(*shapes: tuple[int, int, int]) -> list[Grid]:
    return [Grid(shape, AFFINE, f"{number}.nii.gz") for number, shape in enumerate(shapes)]


def test_one_grid_is_returned() -> None:
    assert common_grid(grids((4, 5, 6), (4, 5, 6))).source == "0.nii.gz"


@pytest.mark.parametrize("odd", range(4))
def test_the_file_that_differs_is_named_wherever_it_stands(odd: int) -> None:
    shapes = [(4, 5, 6)] * 4
    shapes[odd] = (5, 4, 6)
    with pytest.raises(DataError, match=r"expected: shape \(4, 5, 6\)(.|\n)*2 other files") as caught:
        common_grid(grids(*shapes))
    assert caught.value.where == f"{odd}.nii.gz"


def test_as_many_files_on_either_side_are_both_named() -> None:
    with pytest.raises(DataError, match=r"^0\.nii\.gz and 2\.nii\.gz\n(.|\n)*\(4, 5, 6\)(.|\n)*\(5, 4, 6\)"):
        common_grid(grids((4, 5, 6), (4, 5, 6), (5, 4, 6), (5, 4, 6)))
