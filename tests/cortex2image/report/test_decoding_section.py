import numpy as np
import pandas as pd
import pytest

from cortex2image.report.decoding_section import decoding_figures, decoding_rows

TABLE = pd.DataFrame(
    {"unit": range(5), "r": [np.nan, -0.1, 0.2, 0.4, 0.6], "alpha": [1, 10, 100, 1000, 10000]}
)


def test_rows_summarise_units_that_have_a_correlation() -> None:
    (row,) = decoding_rows({("sub-01", "z"): TABLE})
    assert (row["units"], row["constant"]) == (5, 1)
    assert row["median_r"] == pytest.approx(0.3)
    assert row["positive"] == 0.75
    assert row["alpha"] == pytest.approx(100)


def test_a_space_of_constant_units_has_no_numbers() -> None:
    (row,) = decoding_rows({("sub-01", "z"): TABLE.assign(r=np.nan)})
    assert row["constant"] == 5
    assert np.isnan([row["median_r"], row["top_r"], row["positive"]]).all()


def test_one_figure_per_decoded_space() -> None:
    decoded = {("sub-01", "z"): TABLE, ("sub-02", "z"): TABLE, ("sub-01", "c"): TABLE}
    assert [figure["space"] for figure in decoding_figures(decoded, ["c", "z", "zc"])] == ["c", "z"]
