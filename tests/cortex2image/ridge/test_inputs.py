"""Blocks of predictors: complete, ordered, bounded, equal from every source. Inputs that are refused."""

from pathlib import Path

import h5py
import numpy as np
import pytest

from cortex2image.errors import ConfigError, DataError
from cortex2image.ridge import inputs
from cortex2image.ridge.inputs import (
    Blocks,
    Sliced,
    as_blocks,
    check_finite,
    check_predictors,
    checked_alphas,
)


@pytest.fixture
def matrix(rng: np.random.Generator) -> np.ndarray:
    return rng.standard_normal((23, 11)).astype(np.float32)


@pytest.fixture(params=["array", "memmap", "hdf5"])
def blocks(request: pytest.FixtureRequest, matrix: np.ndarray, tmp_path: Path) -> Blocks:
    if request.param == "array":
        return as_blocks(matrix)
    if request.param == "memmap":
        np.save(tmp_path / "x.npy", matrix)
        return Sliced(np.load(tmp_path / "x.npy", mmap_mode="r"))
    return Sliced(h5py.File(tmp_path / "x.h5", "w").create_dataset("x", data=matrix))


@pytest.mark.parametrize("elements", [1, 40, 10_000])
def test_blocks_hold_everything_once_and_keep_the_bound(blocks, matrix, elements):
    for axis, read in ((0, blocks.rows), (1, blocks.columns)):
        parts, arrays = zip(*read(elements), strict=True)
        positions = np.concatenate([np.arange(part.start, part.stop) for part in parts])
        np.testing.assert_array_equal(positions, np.arange(matrix.shape[axis]))
        np.testing.assert_array_equal(np.concatenate(arrays, axis=axis), matrix)
        assert all(array.size <= max(elements, matrix.shape[1 - axis]) for array in arrays)
    assert (blocks.shape, blocks.dtype) == (matrix.shape, np.float32)


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


def test_rows_are_named_across_blocks(monkeypatch):
    monkeypatch.setattr(inputs, "CHECKED_AT_ONCE", 12)
    X = np.zeros((9, 3))
    X[[2, 7], 1] = np.nan, np.inf
    with pytest.raises(DataError, match="2 of 9 rows: 2, 7"):
        check_finite("X", as_blocks(X))


def test_one_row_is_not_enough():
    X = as_blocks(np.zeros((1, 3)))
    with pytest.raises(DataError, match="at least 2 samples"):
        check_predictors(X)
