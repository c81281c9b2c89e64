"""The plan of a study is printed and written."""

import csv

from tests.support.configs import shipped

from cortex2image.steps.plan_study import READS, main
from cortex2image.study.config import resolve, slice_json


def test_the_plan_is_printed_and_written(tmp_path, capsys):
    main(["--settings", slice_json(resolve(shipped("nsd")), READS), "--table", str(tmp_path / "plan.tsv")])
    printed = capsys.readouterr().out
    rows = list(csv.DictReader((tmp_path / "plan.tsv").open(), delimiter="\t"))
    assert [row["jobs"] for row in rows if row["rule"] == "standardise"] == ["4"]
    assert f"{sum(int(row['jobs']) for row in rows)} jobs" in printed
