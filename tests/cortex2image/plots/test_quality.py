import numpy as np

from cortex2image.plots.quality import motion_chart


def test_runs_are_whole_numbers_also_where_one_alone_is_known() -> None:
    (axes,) = motion_chart({"sub-01": [0.1, np.nan]}, {}).axes
    assert axes.get_xlim() == (0.5, 2.5)
    assert all(float(tick).is_integer() for tick in axes.get_xticks())
