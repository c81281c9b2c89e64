"""What the page says of a figure, beside its table."""

import numpy as np
import pytest
from tests.support.report_study import figures_of, random_results

from cortex2image.encoding.quantities import region_table
from cortex2image.report.encoding_section import DrawnFigure, shown_figure

GRID = {"noise_levels": [0.5, 0.8], "steps": [2, 4], "layers": ["down0", "mid"]}
WORDS = {"down0": "down 0", "mid": "middle"}


@pytest.fixture(scope="module")
def figures():
    return {figure.name: figure for figure in figures_of(("z", "c", "zc"), {"grid": GRID})}


@pytest.fixture(scope="module")
def results(figures):
    return random_results(tuple(figures.values()), np.random.default_rng(0))


def shown(figure, results, canvas="slices"):
    table = region_table(figure, results)
    return shown_figure(figure, DrawnFigure(canvas, table, b"every", b"significant", b"<svg/>")), table


def test_counts_and_models_without_a_significant_voxel_are_said(figures, results):
    page, _ = shown(figures["spaces"], results)
    assert (page["voxels"], page["stimuli"], page["none_significant"]) == (20, 30, ["z"])
    assert (page["unique"], page["preferred"], page["canvas"]) == (False, False, "slices")
    assert page["every"] != page["significant"]


@pytest.mark.parametrize(
    ("canvas", "word"), [("flat maps of fsaverage5", "flat"), ("slices", "slices"), ("nothing", "")]
)
def test_the_canvas_is_told(figures, results, canvas, word):
    assert shown(figures["noise"], results, canvas)[0]["canvas"] == word


def test_a_column_per_noise_level_has_r_and_unique_variance(figures, results):
    page, table = shown(figures["noise"], results)
    assert page["headings"] == ["noise 0.5", "noise 0.8"]
    assert [(row["roi"], row["voxels"]) for row in page["rows"]] == [
        ("all", 20),
        ("early", 12),
        ("ventral", 8),
    ]
    cell = page["rows"][1]["cells"][1]
    own = table[(table["roi"] == "early") & (table["model"] == "zc")].set_index("quantity")
    means = {kind: f"{own.loc[kind, 'mean']:.3f}" for kind in own.index}
    assert cell["value"] == means["r"]
    assert cell["lines"] == [
        f"significant {100 * own.loc['r', 'share_significant']:.0f} %",
        f"unique zc {means['unique_latent']}, z {means['unique_z']}",
    ]


def test_a_column_per_step_names_the_best_and_the_preferred_layer(figures, results):
    page, table = shown(figures["layers"], results)
    assert page["headings"] == ["noise 0.8, step 2", "noise 0.8, step 4"]
    assert page["preferred"]
    cell = page["rows"][0]["cells"][1]
    own = table[(table["roi"] == "all") & (table["step"] == 4)]
    r = own[own["quantity"] == "r"].set_index("layer")["mean"].rename(index=WORDS)
    shares = own[own["quantity"] == "preferred"].set_index("layer")["mean"].rename(index=WORDS)
    assert cell["value"] == f"{r.max():.3f}"
    assert cell["lines"][0] == f"{r.idxmax()} has the largest mean r"
    assert cell["lines"][2] == f"preferred most often: {shares.idxmax()} ({100 * shares.max():.0f} %)"


def test_a_region_without_a_decided_voxel_prefers_no_layer(figures, results):
    table = region_table(figures["layers"], results)
    table.loc[(table["quantity"] == "preferred") & (table["roi"] == "early"), "mean"] = 0.0
    page = shown_figure(figures["layers"], DrawnFigure("slices", table, b"", b"", b"<svg/>"))
    lines = {row["roi"]: row["cells"][0]["lines"][2] for row in page["rows"]}
    assert lines["early"] == "no voxel decided"
    assert lines["ventral"].startswith("preferred most often")
