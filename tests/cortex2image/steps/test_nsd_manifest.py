"""Step nsd_manifest: the list on the terminal and as a table."""

import csv

import pytest
from tests.support.studies import as_option

from cortex2image.errors import ConfigError
from cortex2image.steps.nsd_manifest import main


def test_the_list_is_printed_and_written(tmp_path, capsys):
    (tmp_path / "nsd" / "nsddata" / "experiments" / "nsd").mkdir(parents=True)
    (tmp_path / "nsd" / "nsddata" / "experiments" / "nsd" / "nsd_expdesign.mat").write_bytes(b"1234")
    table = tmp_path / "results" / "manifest.tsv"
    dataset = {"reader": "nsd", "root": str(tmp_path / "nsd"), "sessions": 2, "mask": "atlas"}
    dataset["rois"] = {"atlas": "streams"}
    main(["--table", str(table), *as_option(subjects=["sub-05"], dataset=dataset)])
    rows = list(csv.DictReader(table.open(), delimiter="\t"))
    printed = capsys.readouterr().out
    assert all(row["path"] in printed for row in rows)
    (there,) = [row for row in rows if row["status"] not in ("missing", "optional")]
    assert there["path"] == "nsddata/experiments/nsd/nsd_expdesign.mat"
    assert (there["status"], there["bytes"]) == ("wrong", "4")
    assert "the experimental design of NSD" in there["fault"]
    assert sum("betas_session" in row["path"] for row in rows) == 2
    assert "Data Access Agreement" in printed


def test_a_stranger_leaves_no_table(tmp_path):
    table = tmp_path / "manifest.tsv"
    with pytest.raises(ConfigError, match="sub-11"):
        dataset = {"reader": "nsd", "root": str(tmp_path)}
        main(["--table", str(table), *as_option(subjects=["sub-11"], dataset=dataset)])
    assert not table.exists()
