"""What is refused, and by which name."""

import numpy as np
import pytest

from cortex2image.errors import ConfigError, DataError
from cortex2image.ridge.blocks import RowGroups
from cortex2image.ridge.inputs import check_finite, check_rows, checked_alphas


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
        check_rows(X, np.zeros((1, 2)))
