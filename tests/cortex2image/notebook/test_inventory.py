"""The list of tables against the files that are on disk."""

import pytest

from cortex2image.tables.contracts import CONTRACTS

pytestmark = pytest.mark.xdist_group("notebook")


def test_every_table_on_disk_is_listed_and_no_other_as_there(study, written):
    listed = study.tables
    found = {f"results/demo/{path.relative_to(written.root)}" for path in written.root.rglob("*.parquet")}
    assert set(listed.loc[listed["there"], "target"]) == found
    assert set(listed["table"]) <= {contract.name for contract in CONTRACTS}
    assert not listed["target"].str.contains("[{*]").any()


def test_what_is_missing_names_its_target(study, written):
    missing = study.missing.set_index("target")
    assert missing.loc["results/demo/sub-02/betas.parquet", "of"] == "subject=sub-02"
    assert not any((written.root.parents[1] / target).exists() for target in missing.index)
