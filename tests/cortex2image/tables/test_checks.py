"""Rules on the rows of a table: what breaks them is named, and never written or read."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from cortex2image.errors import ContractError
from cortex2image.tables.checks import RowCheck, between, together
from cortex2image.tables.columns import Column
from cortex2image.tables.contract import Contract

_FLOAT = pa.float64()
ORDERED = RowCheck("low <= size <= high", between("low", "size", "high"), "measure again")
BOTH = RowCheck("low and high, or neither", together("low", "high"), "measure both")
COLUMNS = (
    Column("name", pa.string(), "", "its name"),
    Column("size", _FLOAT, "m", "its size"),
    Column("low", _FLOAT, "m", "lower end", True),
    Column("high", _FLOAT, "m", "upper end", True),
)
TOY = Contract("toy", 1, "toy.parquet", "a toy", COLUMNS, ("name",), (ORDERED, BOTH))


def toy(**changes):
    return {"name": ["a", "b"], "size": [1.0, 2.0], "low": [0.5, None], "high": [1.5, None]} | changes


def test_rows_that_keep_the_rules_come_back(tmp_path):
    TOY.write(toy(), tmp_path / "toy.parquet")
    assert TOY.read(tmp_path / "toy.parquet").to_pydict() == toy()


@pytest.mark.parametrize(
    ("changes", "expected", "found"),
    [
        ({"low": [1.2, None]}, "low <= size <= high", "1 of 2 rows break it, first name a"),
        ({"high": [0.9, None]}, "low <= size <= high", "first name a"),
        ({"size": [np.nan, 2.0]}, "low <= size <= high", "first name a"),
        ({"low": [0.5, np.nan], "high": [1.5, 3.0]}, "low <= size <= high", "first name b"),
        ({"high": [1.5, 3.0]}, "low and high, or neither", "first name b"),
    ],
)
def test_a_row_that_breaks_a_rule_is_named_and_not_written(tmp_path, changes, expected, found):
    with pytest.raises(ContractError) as error:
        TOY.write(toy(**changes), tmp_path / "toy.parquet")
    assert expected in error.value.expected
    assert found in error.value.found
    assert not (tmp_path / "toy.parquet").exists()


def test_a_file_that_breaks_a_rule_is_not_read(tmp_path):
    lax = Contract("toy", 1, "toy.parquet", "a toy", COLUMNS, ("name",))
    lax.write(toy(high=[0.0, None]), tmp_path / "toy.parquet")
    with pytest.raises(ContractError, match="low <= size <= high"):
        TOY.read(tmp_path / "toy.parquet")


def test_more_than_two_columns_are_null_together():
    table = pa.table({"a": [1, None, 3], "b": [1, None, None], "c": [1, None, 3]})
    assert table.filter(together("a", "b", "c")).num_rows == 2
    assert table.filter(together("a", "c") & pc.field("a").is_valid()).num_rows == 2
