"""Summaries by region, beside pandas on the voxels themselves."""

import numpy as np
import pandas as pd
import pytest

from cortex2image.encoding.quantities import (
    ACCURACY,
    COLUMNS,
    PREFERRED,
    UNIQUE_BESIDE,
    UNIQUE_LATENT,
    VoxelResults,
    quantities,
    region_table,
    regions_of,
)
from cortex2image.study.encoding_figures import EncodingFigure, Point

VOXELS = 40
ROIS = np.array(["early"] * 10 + ["ventral"] * 25 + ["unlabelled"] * 5)
NOISE = EncodingFigure("noise", (Point("zc-n0.5", "z+zc-n0.5", 0.5), Point("zc", "z+zc", 0.8)))
LAYERS = EncodingFigure(
    "layers",
    tuple(Point(f"unet-{layer}-n0.8-t8", "", 0.8, 8, layer) for layer in ("down0", "mid")),
    (("noise 0.8, step 8", "layers-n0.8-t8"),),
)


@pytest.fixture
def results():
    rng = np.random.default_rng(0)
    models = [point.model for figure in (NOISE, LAYERS) for point in figure.points]
    bands = [(p.joint, band) for p in NOISE.points for band in ("z", p.model)]
    names = np.array([*(point.model for point in LAYERS.points), ""])
    return VoxelResults(
        {model: rng.uniform(-0.2, 0.8, VOXELS) for model in models},
        {model: rng.uniform(0, 0.1, VOXELS) for model in models},
        {band: (rng.uniform(-0.1, 0.4, VOXELS), rng.uniform(0, 0.1, VOXELS)) for band in bands},
        {"layers-n0.8-t8": names[rng.integers(0, 3, VOXELS)]},
        ROIS,
        0.05,
        60,
    )


def test_all_voxels_come_first_and_then_the_largest_region():
    regions = regions_of(ROIS)
    assert list(regions) == ["all", "ventral", "early", "unlabelled"]
    assert [int(inside.sum()) for inside in regions.values()] == [40, 25, 10, 5]


def test_a_point_with_a_joint_model_has_r_and_the_unique_variance_of_both(results):
    shown = quantities(NOISE, results)
    assert [(q.kind, q.band) for q in shown[:3]] == [
        (ACCURACY, ""),
        (UNIQUE_LATENT, "zc-n0.5"),
        (UNIQUE_BESIDE, "z"),
    ]
    np.testing.assert_array_equal(shown[2].values, results.unique["z+zc-n0.5", "z"][0])
    np.testing.assert_array_equal(shown[1].significant, results.unique["z+zc-n0.5", "zc-n0.5"][1] < 0.05)
    assert [q.kind for q in quantities(LAYERS, results)] == [ACCURACY, ACCURACY]


def test_numbers_of_regions_are_those_of_their_voxels(results):
    table = region_table(NOISE, results)
    assert list(table.columns) == list(COLUMNS)
    assert len(table) == 2 * 3 * 4
    assert set(table["test_stimuli"]) == {60}
    values = pd.Series(results.unique["z+zc", "zc"][0])[ROIS == "early"]
    key = (table["quantity"] == UNIQUE_LATENT) & (table["model"] == "zc") & (table["roi"] == "early")
    (row,) = table[key].to_dict("records")
    assert (row["voxels"], row["noise"], row["band"]) == (10, 0.8, "zc")
    assert row["mean"] == pytest.approx(values.mean())
    assert row["lower_quartile"] == pytest.approx(values.quantile(0.25))
    assert row["upper_quartile"] == pytest.approx(values.quantile(0.75))
    assert row["share_significant"] == pytest.approx((results.unique["z+zc", "zc"][1][:10] < 0.05).mean())


def test_shares_of_layers_and_the_undecided_sum_to_one(results):
    table = region_table(LAYERS, results)
    shares = table[table["quantity"] == PREFERRED]
    together = shares.groupby("roi")["mean"].sum()
    decided = shares.groupby("roi")["share_significant"].first()
    pd.testing.assert_series_equal(together, decided, check_names=False)
    chosen = results.preferred["layers-n0.8-t8"]
    early = shares[(shares["roi"] == "early") & (shares["layer"] == "mid")]["mean"].item()
    assert early == pytest.approx((chosen[:10] == "unet-mid-n0.8-t8").mean())
    assert decided["all"] == pytest.approx((chosen != "").mean())


def test_tables_that_do_not_say_how_many_stimuli_leave_the_number_open(results):
    results = VoxelResults(**{**vars(results), "stimuli": None})
    assert region_table(NOISE, results)["test_stimuli"].isna().all()
