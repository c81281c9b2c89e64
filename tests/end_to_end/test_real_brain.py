"""The Haxby study on real data, where the variable CORTEX2IMAGE_HAXBY names their folder."""

import os
from pathlib import Path

import pyarrow.compute as pc
import pytest
import yaml
from tests.support.haxby_bids import CATEGORIES, write_haxby_bids

from cortex2image.tables import contracts

pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("clone"),
    pytest.mark.skipif("CORTEX2IMAGE_HAXBY" not in os.environ, reason="CORTEX2IMAGE_HAXBY names no data"),
]
CHANCE = 1 / 8


def scored(clone, study):
    """The category identification of the decoded features of a study, of 12 runs with 8 categories."""
    results = clone.root / "results" / study / "sub-1"
    rows = contracts.EVALUATION.read(results / "evaluation" / "categories-decoded_c.parquet").to_pylist()
    assert len(rows) == 96
    folds = contracts.TRIALS.read(results / "trials.parquet").column("fold").to_pylist()
    assert len(folds) == 96
    assert len(set(folds)) == 12
    return sum(row["value"] for row in rows) / len(rows)


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
    assert scored(clone, "haxby") >= 0.65


def test_the_same_recordings_in_bids_are_read_as_well(clone, tmp_path):
    write_haxby_bids(Path(os.environ["CORTEX2IMAGE_HAXBY"]), tmp_path / "bids")
    config = yaml.safe_load((clone.root / "config" / "haxby.yaml").read_text())
    config["study"] = "haxby-bids"
    config["dataset"] = {
        "reader": "bids_categories",
        "root": str(tmp_path / "bids"),
        "categories": {name: name for name in CATEGORIES},
        "block_gap_s": 1.6,
        "cross_validate": "run",
    }
    (clone.root / "haxby-bids.yaml").write_text(yaml.safe_dump(config))
    target = "results/haxby-bids/sub-1/evaluation/categories-decoded_c.parquet"
    done = clone.snakemake(target, config="haxby-bids.yaml")
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert scored(clone, "haxby-bids") >= 0.75
