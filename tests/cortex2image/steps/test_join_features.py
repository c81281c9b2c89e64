"""Shards of a latent become one table in the order of the stimuli, or an error."""

import numpy as np
import pytest
from tests.support.stimuli import write_stimuli

from cortex2image.errors import ConfigError, DataError
from cortex2image.features.activity import Captured, new_shard
from cortex2image.steps.join_features import main
from cortex2image.tables.columns import matrix
from cortex2image.tables.results import FEATURES

FACTS = {"model_set": "tiny", "model_hash": "abc", "precision": "float32", "seed": 3, "strength": 0.8}


@pytest.fixture
def rows(rng):
    return rng.standard_normal((5, 4)).astype(np.float32)


@pytest.fixture
def folders(tmp_path, rows, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_stimuli([f"{number}.png" for number in range(5)], "stimuli.parquet")
    for name, first, stop in (("a", 3, 5), ("b", 0, 2), ("c", 2, 3)):
        ids = [f"s{number}" for number in range(first, stop)]
        with new_shard(name, ids, {"zc": Captured(4, "float32")}, FACTS, first) as shard:
            shard.append("zc", rows[first:stop])
    return ["a", "b", "c"]


def join(folders, space="zc"):
    command = ["--space", space, "--stimuli", "stimuli.parquet", "--features", "zc.parquet"]
    main([*command, "--activity", *folders])
    return FEATURES.read("zc.parquet")


def test_features_stand_in_the_order_of_the_stimuli(folders, rows):
    table = join(folders)
    assert table.column("stimulus_id").to_pylist() == ["s0", "s1", "s2", "s3", "s4"]
    np.testing.assert_array_equal(matrix(table, "feature"), rows)
    facts = {key.decode(): value.decode() for key, value in table.schema.metadata.items()}
    assert facts == {key: str(value) for key, value in FACTS.items()} | {
        "contract": "features",
        "contract_version": "1",
        "space": "zc",
    }


@pytest.mark.parametrize(("left", "first"), [(["b", "c"], "s3"), (["a", "c"], "s0")])
def test_a_missing_shard_is_said_with_its_first_stimulus(folders, tmp_path, left, first):
    with pytest.raises(DataError, match=rf"its 5 stimuli in their order\n.*2 missing, first {first}"):
        join(left)
    assert not (tmp_path / "zc.parquet").exists()


def test_shards_of_other_stimuli_are_refused(folders):
    write_stimuli([f"{number}.png" for number in range(4)], "stimuli.parquet")
    with pytest.raises(DataError, match="others, or another order"):
        join(folders)


def test_layers_are_not_joined(folders):
    with pytest.raises(ConfigError, match="kinds zc"):
        join(folders, "unet-mid-n0.8-t2")
