"""Lines, dots and bars have the numbers of the table."""

import json

import numpy as np
import pandas as pd
import pytest

from cortex2image.encoding.quantities import VoxelResults, region_table
from cortex2image.plots.region_profiles import MOST_REGIONS, draw_region_profiles, shown_regions
from cortex2image.study.config import read_slice
from cortex2image.study.encoding_figures import (
    encoding_figures,
    preferred_families,
    shown_models,
    unique_models,
)
from cortex2image.study.settings import Study

GRID = {"noise_levels": [0.5, 0.8], "steps": [2, 8], "steps_at": [0.5, 0.8], "layers": ["down0", "mid"]}
VOXELS = 60


@pytest.fixture(scope="module")
def drawn():
    settings = {"encode": {"grid": GRID}, "reconstruct": {"steps": 16, "strength": 0.8}}
    study = read_slice(
        Study, json.dumps(settings), ("encode", "reconstruct/steps", "reconstruct/strength"), "a test"
    )
    figures, rng = encoding_figures(study.encode, study.reconstruct), np.random.default_rng(4)
    models = shown_models(figures)
    results = VoxelResults(
        {model: rng.uniform(0.1, 0.6, VOXELS) for model in models},
        {model: rng.uniform(0, 0.1, VOXELS) for model in models},
        {
            (joint, band): (rng.uniform(0, 0.2, VOXELS), np.full(VOXELS, 0.5))
            for joint in unique_models(figures)
            for band in joint.split("+")
        },
        {family: some_layers(family, models, rng) for family in preferred_families(figures)},
        np.array(["early"] * 20 + ["ventral"] * 25 + ["unlabelled"] * 15),
        0.05,
        60,
    )
    tables = {figure.name: region_table(figure, results) for figure in figures}
    return {f.name: (tables[f.name], draw_region_profiles(f, tables[f.name])) for f in figures}


def some_layers(family, models, rng):
    """Return a layer of the place of a family, or none, for each voxel."""
    names = [model for model in models if model.endswith(family.removeprefix("layers")) and "unet" in model]
    return np.array([*names, ""])[rng.integers(0, len(names) + 1, VOXELS)]


def mean(table, **keys):
    chosen = np.logical_and.reduce([table[name] == value for name, value in keys.items()])
    return table.loc[chosen, "mean"].to_numpy()


def test_voxels_of_no_region_count_only_among_all(drawn):
    table, _ = drawn["spaces"]
    assert shown_regions(table) == ["all", "ventral", "early"]
    many = pd.DataFrame({"roi": [f"region {i}" for i in range(40)]})
    assert len(shown_regions(many)) == MOST_REGIONS


def test_dots_are_means_and_bars_are_quartiles(drawn):
    table, figure = drawn["spaces"]
    (axes,) = figure.axes
    for line, model in zip(axes.lines, ("z", "c", "zc"), strict=False):
        rows = table[table["model"] == model].set_index("roi").loc[["all", "ventral", "early"]]
        np.testing.assert_allclose(line.get_ydata(), rows["mean"])
    first = np.array([segment[:, 1] for segment in axes.collections[0].get_segments()])
    rows = table[table["model"] == "z"].set_index("roi").loc[["all", "ventral", "early"]]
    np.testing.assert_allclose(first, rows[["lower_quartile", "upper_quartile"]])
    assert [label.get_text() for label in axes.get_xticklabels()] == [
        "all voxels\n60 voxels",
        "ventral\n25 voxels",
        "early\n20 voxels",
    ]


def test_lines_over_noise_are_the_means_of_a_region(drawn):
    table, figure = drawn["noise"]
    above, below = figure.axes[1], figure.axes[4]
    assert above.get_title() == "ventral\n25 voxels"
    np.testing.assert_allclose(above.lines[0].get_ydata(), mean(table, quantity="r", roi="ventral"))
    unique = [line.get_ydata() for line in below.lines if line.get_label().startswith("unique")]
    np.testing.assert_allclose(unique[0], mean(table, quantity="unique_latent", roi="ventral"))
    np.testing.assert_allclose(unique[1], mean(table, quantity="unique_z", roi="ventral"))
    assert [label.get_text() for label in below.get_xticklabels()] == ["0.5", "0.8"]
    assert len({axes.get_ylim() for axes in figure.axes[:3]}) == 1


def test_steps_of_two_noise_levels_are_not_joined(drawn):
    _, figure = drawn["steps"]
    lines = [line.get_xdata().tolist() for line in figure.axes[0].lines if line.get_label() == "r of zc"]
    assert lines == [[0, 1], [2, 3]]
    assert [label.get_text() for label in figure.axes[0].get_xticklabels()] == [
        "2\n0.5",
        "8\n0.5",
        "2\n0.8",
        "8\n0.8",
    ]


def test_stacked_shares_are_those_of_the_table(drawn):
    table, figure = drawn["layers"]
    axes = figure.axes[2]
    assert axes.get_title() == "early\n20 voxels"
    assert axes.get_ylim() == (0, 1)
    shares = table[(table["quantity"] == "preferred") & (table["roi"] == "early")]
    heights = [bar.get_height() for bar in axes.patches]
    np.testing.assert_allclose(heights, shares["mean"])
    tops = [bar.get_y() + bar.get_height() for bar in axes.patches[1::2]]
    np.testing.assert_allclose(tops, shares["share_significant"][1::2])
    assert [label.get_text() for label in figure.axes[5].get_xticklabels()] == ["down 0", "middle"]
