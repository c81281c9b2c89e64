"""The plan of the sampler is printed and written."""

import csv

import pytest
from tests.support.configs import change, shipped

from cortex2image.errors import ConfigError
from cortex2image.steps.plan_sampling import READS, main
from cortex2image.study.config import resolve, slice_json

GRID = {"noise_levels": [0.25, 0.5], "steps": [2, 8, 16], "layers": ["down0", "mid", "up1"]}


def options(tmp_path, **keys):
    config = change(shipped(), "encode/grid", GRID)
    for key, value in keys.items():
        change(config, f"features/{key}", value)
    return ["--settings", slice_json(resolve(config), READS), "--table", str(tmp_path / "plan.tsv")]


def test_the_plan_is_printed_and_written(tmp_path, capsys):
    main(options(tmp_path))
    printed = capsys.readouterr().out
    assert "660 stimuli" in printed
    rows = list(csv.DictReader((tmp_path / "plan.tsv").open(), delimiter="\t"))
    assert [row["noise"] for row in rows] == ["0.25", "0.5", "0.8"]
    assert all(row["spaces"].replace(",", ", ") in printed for row in rows)


def test_a_layer_that_the_disk_cannot_hold_writes_nothing(tmp_path):
    with pytest.raises(ConfigError, match="features/scratch_gb"):
        main(options(tmp_path, scratch_gb=0.001))
    assert list(tmp_path.iterdir()) == []
