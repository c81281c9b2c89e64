"""Sheets of the pictures that a tiny subject's regions prefer."""

import numpy as np
import pytest
from PIL import Image
from tests.support.tiny_regions import write_tiny_regions
from tests.support.tiny_subject import TEST, TRAIN

from cortex2image.steps.preference_figures import main, ranking
from cortex2image.tables.regions import PREFERENCE

N = TRAIN + TEST


@pytest.fixture
def table(tmp_path):
    PREFERENCE.write(
        {
            "stimulus_id": [f"stimulus-{i:02d}" for i in range(N)],
            "split": ["train"] * TRAIN + ["test"] * TEST,
            "predicted": np.arange(N) / 10,
            "measured": [None] * TRAIN + [0.5] * TEST,
            "rank": range(N, 0, -1),
            "rank_in_split": [*range(TRAIN, 0, -1), *range(TEST, 0, -1)],
        },
        tmp_path / "early-z.parquet",
        region="early",
        space="z",
        r=0.4,
    )
    return PREFERENCE.read(tmp_path / "early-z.parquet")


def test_rankings_begin_with_the_strongest(table):
    both, test = ranking(table, only_test=False), ranking(table, only_test=True)
    assert both.stimuli == [f"stimulus-{i:02d}" for i in range(N - 1, -1, -1)]
    assert test.stimuli == both.stimuli[:TEST]
    assert (test.label, test.r) == ("early, by z", 0.4)
    assert np.isnan(both.measured[-1])


@pytest.mark.parametrize("pictures", [True, False])
def test_sheets_are_written_with_or_without_known_pictures(tmp_path, table, pictures):
    paths = write_tiny_regions(tmp_path, pictures)
    out = {name: tmp_path / f"{name}.png" for name in ("test", "all")}
    options = [part for name, path in out.items() for part in (f"--{name}", str(path))]
    tables = ["--preference", str(tmp_path / "early-z.parquet")]
    main(["--subject", "sub-01", "--stimuli", paths["stimuli"], *tables, *options])
    assert {Image.open(path).format for path in out.values()} == {"PNG"}
