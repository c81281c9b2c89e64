"""The list of tables against the files that are on disk."""

from types import SimpleNamespace

import pytest
from tests.support.studies import some_study

from cortex2image.notebook.inventory import known_values
from cortex2image.tables.contracts import CONTRACTS

pytestmark = pytest.mark.xdist_group("notebook")


def test_every_table_on_disk_is_listed_and_no_other_as_there(study, written):
    listed = study.tables
    found = {f"results/demo/{path.relative_to(written.root)}" for path in written.root.rglob("*.parquet")}
    assert set(listed.loc[listed["there"], "target"]) == found
    assert set(listed["table"]) <= {contract.name for contract in CONTRACTS}
    assert not listed["target"].str.contains("[{*]").any()


def test_only_models_of_one_space_are_asked_for_their_predictions():
    """No rule writes those of joint models and stacks."""
    grid = {"noise_levels": [0.8], "steps": [2], "layers": ["mid", "up0"], "unique": True, "stack": True}
    encode = {"models": ["z", "c", "zc"], "grid": grid}
    settings = some_study(("encode", "reconstruct"), encode=encode)
    study = SimpleNamespace(settings=settings, subjects=("sub-01",), methods=())
    models = known_values(study, "encoding_predictions")["model"]
    assert {"z", "c", "zc"} <= set(models)
    assert not [name for name in models if "+" in name or name.startswith("stack")]
    every = known_values(study, "encoding")["model"]
    assert any("+" in name for name in every)
    assert any(name.startswith("stack") for name in every)


def test_what_is_missing_names_its_target(study, written):
    missing = study.missing.set_index("target")
    assert missing.loc["results/demo/sub-02/betas.parquet", "of"] == "subject=sub-02"
    assert not any((written.root.parents[1] / target).exists() for target in missing.index)
