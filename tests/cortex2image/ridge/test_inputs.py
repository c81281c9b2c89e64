"""Blocks of predictors: complete, ordered, bounded, equal from every source. Inputs that are refused."""

from pathlib import Path

import h5py
import numpy as np
import pytest

from cortex2image.errors import ConfigError, DataError
from cortex2image.ridge.inputs import (
    Beside,
    Blocks,
    RowGroups,
    Sliced,
    as_blocks,
    check_finite,
    check_predictors,
    checked_alphas,
)


@pytest.fixture
def matrix(rng: np.random.Generator) -> np.ndarray:
    return rng.standard_normal((23, 11)).astype(np.float32)


@pytest.fixture(params=["array", "memmap", "hdf5", "row groups", "bands"])
def blocks(request: pytest.FixtureRequest, matrix: np.ndarray, tmp_path: Path) -> Blocks:
    if request.param == "array":
        return as_blocks(matrix)
    if request.param == "memmap":
        np.save(tmp_path / "x.npy", matrix)
        return Sliced(np.load(tmp_path / "x.npy", mmap_mode="r"))
    if request.param == "hdf5":
        return Sliced(h5py.File(tmp_path / "x.h5", "w").create_dataset("x", data=matrix))
    if request.param == "bands":
        return Beside([matrix[:, :4], matrix[:, 4:5], matrix[:, 5:]])
    return RowGroups(lambda: iter([matrix[:9], matrix[9:10], matrix[10:]]), matrix.shape)


@pytest.mark.parametrize("elements", [1, 40, 10_000])
def test_blocks_hold_everything_once_and_keep_the_bound(blocks, matrix, elements):
    for axis, read in ((0, blocks.rows), (1, blocks.columns)):
        parts, arrays = zip(*read(elements), strict=True)
        positions = np.concatenate([np.arange(part.start, part.stop) for part in parts])
        np.testing.assert_array_equal(positions, np.arange(matrix.shape[axis]))
        np.testing.assert_array_equal(np.concatenate(arrays, axis=axis), matrix)
        assert all(array.size <= max(elements, matrix.shape[1 - axis]) for array in arrays)
    assert (blocks.shape, blocks.dtype) == (matrix.shape, np.float32)


@pytest.mark.parametrize(
    ("shape", "found"),
    [((24, 11), "23 rows"), ((22, 11), "ends at row 23"), ((23, 12), r"shape \(9, 11\)")],
)
def test_row_groups_of_another_shape_than_declared_are_refused(matrix, shape, found):
    groups = RowGroups(lambda: iter([matrix[:9], matrix[9:]]), shape)
    for read in (groups.rows, groups.columns):
        with pytest.raises(DataError, match=found):
            list(read(40))


def test_an_iterator_that_is_used_up_is_refused(matrix):
    groups = iter([matrix])
    blocks = RowGroups(lambda: groups, matrix.shape)
    list(blocks.rows(40))
    with pytest.raises(DataError, match="0 rows"):
        list(blocks.rows(40))


def test_penalties_come_back_largest_first():
    for grid in ([1, 10, 100], [100, 10, 1]):
        assert checked_alphas(grid).tolist() == [100, 10, 1]
    assert checked_alphas(5.0).tolist() == [5]


@pytest.mark.parametrize("grid", [[1, 100, 10], [1, 1, 10], [10, 10, 1]])
def test_unsorted_penalties_are_refused(grid):
    with pytest.raises(ConfigError, match="sorted numbers, each once"):
        checked_alphas(grid)


@pytest.mark.parametrize("grid", [[], [0.0, 1.0], [-1.0], [np.nan], [np.inf]])
def test_penalties_must_be_positive_and_finite(grid):
    with pytest.raises(ConfigError, match="positive finite"):
        checked_alphas(grid)


def test_rows_are_named_across_blocks():
    X = np.zeros((9, 3))
    X[[2, 7], 1] = np.nan, np.inf
    with pytest.raises(DataError, match="2 of 9 rows: 2, 7"):
        check_finite("X", RowGroups(lambda: iter([X[:4], X[4:]]), X.shape, np.float64))


def test_one_row_is_not_enough():
    X = RowGroups(lambda: iter([np.zeros((1, 3))]), (1, 3))
    with pytest.raises(DataError, match="at least 2 samples"):
        check_predictors(X)
