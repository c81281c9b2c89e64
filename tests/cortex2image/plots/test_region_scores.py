"""Figures of scores by region: what is drawn is what the table says."""

import numpy as np
import pandas as pd

from cortex2image.plots.region_scores import MOST_REGIONS, PANELS, draw_region_scores, shown_regions

MODELS = {"z": "Picture latent", "c": "Caption"}


def scores(regions: list[str]) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    rows = [
        {"model": m, "roi": roi, "voxels": 10 + i, "mean_r": r, "mean_r_low": r - 0.1, "mean_r_high": r + 0.2}
        | {"mean_r_ceiling_normalised": None if roi == "all" else r / 0.8, "fraction_significant": r / 2}
        for m in MODELS
        for i, (roi, r) in enumerate(zip(regions, rng.uniform(0, 0.6, len(regions)), strict=True))
    ]
    return pd.DataFrame(rows)


def test_dots_and_intervals_are_the_numbers_of_the_table():
    table = scores(["all", "early", "ventral"])
    regions = {"all": "All\n1 voxel", "ventral": "Ventral", "early": "Early"}
    figure = draw_region_scores(table, MODELS, regions)
    first, second, third = figure.axes
    rows = table.set_index(["model", "roi"])
    for axes, column in zip((first, second, third), PANELS, strict=True):
        for line, model in zip(axes.lines, MODELS, strict=False):
            expected = rows.loc[model].loc[list(regions), column].astype(float)
            np.testing.assert_allclose(line.get_xdata(), expected)
    ends = first.collections[1].get_segments()[2][:, 0]
    np.testing.assert_allclose(ends, rows.loc[("c", "early"), ["mean_r_low", "mean_r_high"]].astype(float))
    assert [tick.get_text() for tick in first.get_yticklabels()] == list(regions.values())
    assert first.yaxis_inverted()
    assert [axes.get_xlabel() for axes in figure.axes] == list(PANELS.values())


def test_of_many_regions_the_largest_are_drawn_after_all_voxels():
    names = [f"area {i:03d}" for i in range(60)]
    shown = shown_regions(scores(["all", *names]))
    assert shown[:3] == ["all", "area 059", "area 058"]
    assert len(shown) == MOST_REGIONS
