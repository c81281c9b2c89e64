from itertools import pairwise

import numpy as np

from cortex2image.plots.bars import grouped_bars


def test_heights_are_the_values_and_bars_of_a_group_do_not_overlap() -> None:
    values = np.array([[0.1, 0.2, 0.3], [0.4, -0.5, 0.6]])
    (axes,) = grouped_bars(values, ["early", "ventral"], ["z", "c", "zc"], "mean r").axes
    heights = np.array([[bar.get_height() for bar in series] for series in axes.containers])
    np.testing.assert_allclose(heights, values.T)
    edges = sorted(
        (bar.get_x(), bar.get_x() + bar.get_width()) for series in axes.containers for bar in series
    )
    assert all(right <= left + 1e-9 for (_, right), (left, _) in pairwise(edges))
    assert [label.get_text() for label in axes.get_xticklabels()] == ["early", "ventral"]
    assert axes.get_ylabel() == "mean r"


def test_a_missing_value_leaves_a_gap() -> None:
    (axes,) = grouped_bars([[np.nan, 0.2]], ["early"], ["z", "c"], "mean r").axes
    assert np.isnan(axes.containers[0][0].get_height())
    assert axes.containers[1][0].get_height() == 0.2
