from itertools import pairwise

import numpy as np
import pytest

from cortex2image.plots.charts import EDGES, correlation_histograms


def test_shares_are_those_of_a_direct_count() -> None:
    r = np.random.default_rng(3).uniform(-0.4, 0.9, 500)
    (axes,) = correlation_histograms({"sub-01": np.append(r, np.nan)}, "r").axes
    drawn = axes.patches[0].get_data().values
    expected = [100 * np.mean((r >= low) & (r < high)) for low, high in pairwise(EDGES)]
    np.testing.assert_allclose(drawn, expected)
    assert drawn.sum() == pytest.approx(100)


def test_a_space_without_any_correlation_is_drawn_empty() -> None:
    (axes,) = correlation_histograms({"sub-01": np.full(4, np.nan)}, "r").axes
    assert axes.patches[0].get_data().values.sum() == 0
    assert axes.get_xlim() == (-1, 1)
