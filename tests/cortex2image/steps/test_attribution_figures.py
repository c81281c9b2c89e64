"""Chart and sheet of what a tiny subject's reconstructions lose without each region."""

import numpy as np
import pytest
from PIL import Image
from tests.support.studies import as_option, some_study
from tests.support.tiny_regions import write_tiny_regions

from cortex2image.reconstruction.rows import picture_file
from cortex2image.steps.attribution_figures import READS, curve, feature_changes, main, pictures_without
from cortex2image.tables.regions import ATTRIBUTION

STIMULI = [f"stimulus-{i}" for i in range(40, 43)]
REGIONS = {"early": 0.2, "ventral": 0.8}


def write_region(folder, region, level):
    """Write the table and the pictures of a region; changes of stimuli are 1, 2 and 3 times `level`."""
    rows = [(removed, i, step) for removed in ("region", "random") for i in range(3) for step in range(4)]
    ATTRIBUTION.write(
        {
            "removed": [removed for removed, _, _ in rows],
            "stimulus_id": [STIMULI[i] for _, i, _ in rows],
            "sample": [0] * len(rows),
            "step": [step for _, _, step in rows],
            "timestep": [900 - 200 * step for _, _, step in rows],
            "change": [level * (i + 1) * (0.5 if removed == "random" else 1) for removed, i, _ in rows],
            "cosine": [0.5] * len(rows),
            "z_change": [level] * len(rows),
            "c_change": [2 * level] * len(rows),
        },
        folder / f"{region}.parquet",
        region=region,
    )
    (folder / region).mkdir()
    for kind, grey in (("nothing", 10), ("region", int(100 * level)), ("random", 250)):
        for name in STIMULI:
            picture = np.full((16, 16, 3), grey, np.uint8)
            Image.fromarray(picture).save(folder / region / picture_file(name, 0, kind))


@pytest.fixture
def tables(tmp_path):
    for region, level in REGIONS.items():
        write_region(tmp_path, region, level)
    return {region: ATTRIBUTION.read(tmp_path / f"{region}.parquet").to_pandas() for region in REGIONS}


def test_a_curve_is_the_mean_over_stimuli_with_its_interval(tables):
    study = some_study(READS, seed=1, evaluate={"bootstraps": 500})
    drawn = curve(tables["early"], "early", "region", "sub-01", study)
    np.testing.assert_allclose(drawn.values, 0.4)
    # The means of three resampled stimuli are 0.2, 0.27, ... 0.6; 1 of 27 resamples gives each of the ends.
    assert set(np.round(drawn.low, 3)) <= {0.2, 0.267}
    assert set(np.round(drawn.high, 3)) <= {0.6, 0.533}
    np.testing.assert_allclose(curve(tables["early"], "early", "random", "sub-01", study).values, 0.2)
    assert feature_changes(tables["early"]) == pytest.approx([0.2, 0.4])


@pytest.mark.parametrize("seen", [True, False])
def test_the_sheet_has_a_column_per_region(tmp_path, tables, seen):
    folders = {region: tmp_path / region for region in REGIONS}
    original = tmp_path / "seen.png"
    Image.new("RGB", (20, 20), "white").save(original)
    figure = pictures_without(STIMULI, folders, [str(original) if seen else None] * 3)
    greys = [int(axes.images[0].get_array()[0, 0, 0]) for axes in figure.axes]
    assert greys == [*([255] if seen else []), 10, 20, 80] * 3
    headings = [axes.get_title() for axes in figure.axes if axes.get_title()]
    assert headings == [*(["seen"] if seen else []), "full", "no early", "no ventral"]


def test_both_figures_are_written(tmp_path, tables):
    paths = write_tiny_regions(tmp_path)
    main(
        [
            *("--subject", "sub-01", "--stimuli", paths["stimuli"]),
            *("--attribution", *(str(tmp_path / f"{region}.parquet") for region in REGIONS)),
            *("--images", *(str(tmp_path / region) for region in REGIONS)),
            *("--chart", str(tmp_path / "chart.png"), "--sheet", str(tmp_path / "sheet.png")),
            *as_option(seed=1, evaluate={"bootstraps": 100}),
        ]
    )
    assert {Image.open(tmp_path / f"{name}.png").format for name in ("chart", "sheet")} == {"PNG"}
