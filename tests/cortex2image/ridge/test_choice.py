"""The best penalty has a finite score."""

import numpy as np
import pytest

from cortex2image.errors import DataError
from cortex2image.ridge.choice import best


def test_the_largest_finite_score_wins_and_the_first_of_equals():
    scores = np.array(
        [[0.1, np.nan, -2.0, 0.5, np.nan], [0.3, 0.2, np.nan, 0.5, np.inf], [0.2, 0.1, -3.0, 0.4, -1e300]]
    )
    assert best(scores).tolist() == [1, 1, 0, 0, 2]
    assert np.isnan(scores[0, 1])


def test_targets_without_a_finite_score_are_named():
    scores = np.zeros((3, 20))
    scores[:, [2, 5, 7, 11, 13, 17]] = np.nan
    scores[1, 17] = -np.inf
    with pytest.raises(DataError, match=r"6 of 20 targets, counted from 0: 2, 5, 7, 11, 13, \.\.\."):
        best(scores)
