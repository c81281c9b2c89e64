"""The Haxby study on real data, where the variable CORTEX2IMAGE_HAXBY names their folder."""

import os

import pyarrow.compute as pc
import pytest

from cortex2image.tables import contracts

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("clone")]
CHANCE = 1 / 8


@pytest.mark.skipif("CORTEX2IMAGE_HAXBY" not in os.environ, reason="CORTEX2IMAGE_HAXBY names no data")
def test_categories_are_read_from_a_brain_that_no_fit_saw(clone):
    root = f"dataset={{root: {os.environ['CORTEX2IMAGE_HAXBY']}}}"
    done = clone.snakemake("evaluate", config="config/haxby.yaml", overrides=[root])
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    scores = contracts.SCORES.read(clone.root / "results" / "haxby" / "scores.parquet")
    row = scores.filter(
        (pc.field("subject") == "sub-1") & (pc.field("metric") == "category_identification")
    ).to_pylist()[0]
    assert row["n"] == 96
    assert row["value"] >= 0.65
    assert row["p"] < 0.01
    assert abs(row["null_mean"] - CHANCE) < 0.01
    trials = contracts.TRIALS.read(clone.root / "results" / "haxby" / "sub-1" / "trials.parquet")
    assert len(set(trials.column("fold").to_pylist())) == 12
