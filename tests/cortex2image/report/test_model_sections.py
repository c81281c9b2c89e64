import numpy as np
import pandas as pd
import pytest

from cortex2image.report.model_sections import (
    decoding_figures,
    decoding_rows,
    encoding_tables,
    regions,
)
from cortex2image.tables.folder import StudyFolder

TABLE = pd.DataFrame(
    {
        "unit": range(5),
        "r": [np.nan, -0.1, 0.2, 0.4, 0.6],
        "q_permutation": [np.nan, 0.9, 0.2, 0.04, 0.01],
        "alpha": [1, 10, 100, 1000, 10000],
    }
)


def test_rows_summarise_units_that_have_a_correlation() -> None:
    (row,) = decoding_rows({("sub-01", "z"): TABLE})
    assert (row["units"], row["constant"]) == (5, 1)
    assert row["median_r"] == pytest.approx(0.3)
    assert row["positive"] == 0.75
    assert row["significant"] == 0.5
    assert row["alpha"] == pytest.approx(100)


def test_a_space_of_constant_units_has_no_numbers() -> None:
    (row,) = decoding_rows({("sub-01", "z"): TABLE.assign(r=np.nan)})
    assert row["constant"] == 5
    assert np.isnan([row["median_r"], row["top_r"], row["positive"]]).all()


def test_one_figure_per_decoded_space() -> None:
    decoded = {("sub-01", "z"): TABLE, ("sub-02", "z"): TABLE, ("sub-01", "c"): TABLE}
    c, z = decoding_figures(decoded, ["c", "z", "zc"], StudyFolder("results/demo"))
    assert (c.name, z.name) == ("decoded-c", "decoded-z")
    assert c.target == "results/demo/sub-01/decoded/c-scores.parquet"
    assert "sub-01 0.300, sub-02 0.300" in z.alt
    shares = z.table.set_index("r_from")["share_sub-02"]
    assert shares.sum() == pytest.approx(1)
    assert shares[(shares.index > 0.17) & (shares.index < 0.62)].sum() == pytest.approx(0.75)


def scores(models: list[str]) -> pd.DataFrame:
    keys = [(s, m, r) for s in ("sub-01", "all") for m in models for r in ("early", "all")]
    frame = pd.DataFrame(keys, columns=["subject", "model", "roi"])
    return frame.assign(
        voxels=10,
        mean_r=np.arange(len(keys)) / 10,
        mean_r_ceiling_normalised=np.nan,
        fraction_significant=0.5,
    )


def test_every_voxel_comes_before_the_regions_and_all_subjects_before_each() -> None:
    tables = encoding_tables(scores(["z", "c"]), ["z", "c"])
    assert [table["subject"] for table in tables] == ["all", "sub-01"]
    assert [row["roi"] for row in tables[0]["rows"]] == ["all", "early"]
    assert regions(scores(["z"])) == ["all", "early"]


def test_cells_stand_under_their_model() -> None:
    frame = scores(["z", "c"])
    early = encoding_tables(frame[(frame["model"] == "z") | (frame["roi"] == "all")], ["c", "z"])[1]["rows"][
        1
    ]
    assert isinstance(early["cells"], list)
    assert early["cells"][0] is None
    assert early["cells"][1]["mean_r"] == 0.0
