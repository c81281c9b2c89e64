"""A table that breaks its contract is neither written nor read."""

import dataclasses

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cortex2image.errors import ContractError
from cortex2image.tables import row_groups
from cortex2image.tables.columns import Column, matrix, vectors
from cortex2image.tables.contract import Contract
from cortex2image.tables.row_groups import write_row_groups

SIDE = Column("side", pa.string(), "", "a side", allowed=("left", "right"))
TOY = Contract(
    "toy", 2, "toy.parquet", "a toy",
    (Column("name", pa.string(), "", "its name"), SIDE,
     Column("size", pa.float64(), "m", "its size", nullable=True), Column("beta", None, "%", "its response")),
    ("name", "side"),
)  # fmt: skip


def toy(**changes):
    columns = {
        "name": ["a", "b"],
        "side": ["left", "right"],
        "size": [1.0, None],
        "beta": vectors(np.eye(2, 3)),
    }
    return columns | changes


def test_round_trip_keeps_values_and_facts(tmp_path):
    path = tmp_path / "deep" / "toy.parquet"
    TOY.write(toy(), path, seed=7)
    table = TOY.read(path)
    np.testing.assert_array_equal(matrix(table, "beta"), np.eye(2, 3, dtype=np.float32))
    assert table.column("size").to_pylist() == [1.0, None]
    assert table.schema.metadata[b"seed"] == b"7"
    assert pq.read_metadata(path).num_rows == 2


def test_numbers_survive_row_groups_and_slices(tmp_path, rng, monkeypatch):
    monkeypatch.setattr(row_groups, "ROW_GROUP_BYTES", 2**20)
    values = rng.normal(size=(1000, 3000)).astype(np.float32)
    names = [str(i) for i in range(1000)]
    TOY.write(
        toy(name=names, side=["left"] * 1000, size=[0.0] * 1000, beta=vectors(values)),
        tmp_path / "big.parquet",
    )
    assert pq.read_metadata(tmp_path / "big.parquet").num_row_groups > 5
    table = TOY.read(tmp_path / "big.parquet")
    np.testing.assert_array_equal(matrix(table, "beta"), values)
    assert np.shares_memory(matrix(table, "beta"), matrix(table, "beta"))  # in one piece: nothing is copied
    np.testing.assert_array_equal(matrix(table.slice(990, 5), "beta"), values[990:995])


@pytest.mark.parametrize(
    ("changes", "expected", "found"),
    [
        (
            {"name": ["a", "a"], "side": ["left", "left"]},
            "one row per name, side",
            "1 of 2 rows repeat a key",
        ),
        ({"side": ["left", "up"]}, "one of left, right", "up"),
        ({"name": ["a", None]}, "no missing values", "1 nulls"),
        ({"size": ["x", "y"]}, "double", "string"),
        ({"extra": [1, 2]}, "columns name, side, size, beta", "surplus ['extra']"),
        ({"beta": [[1.0], [2.0]]}, "float32 vectors of one width", "list"),
        ({"beta": vectors(np.array([[1.0], [np.nan]]))}, "finite numbers", "NaN or Inf in 1 rows, first 1"),
        ({"beta": vectors(np.array([[np.inf], [1.0]]))}, "finite numbers", "first 0"),
    ],
)
def test_bad_tables_are_refused_and_leave_no_file(tmp_path, changes, expected, found):
    with pytest.raises(ContractError) as error:
        TOY.write(toy(**changes), tmp_path / "toy.parquet")
    assert expected in error.value.expected
    assert found in error.value.found
    assert str(tmp_path / "toy.parquet") in error.value.where
    assert list(tmp_path.iterdir()) == []


def test_a_missing_column_is_named(tmp_path):
    columns = toy()
    del columns["size"]
    with pytest.raises(ContractError, match=r"missing \['size'\]"):
        TOY.write(columns, tmp_path / "toy.parquet")


def test_another_version_is_refused_with_what_to_do(tmp_path):
    newer = Contract("toy", 3, TOY.path, TOY.row, TOY.columns, TOY.key)
    newer.write(toy(), tmp_path / "toy.parquet")
    with pytest.raises(ContractError, match="delete the file and run the workflow again") as error:
        TOY.read(tmp_path / "toy.parquet")
    assert "toy version 2" in error.value.expected
    assert "toy version 3" in error.value.found


def test_foreign_broken_and_absent_files_are_refused(tmp_path):
    pq.write_table(pa.table({"name": ["a"]}), tmp_path / "foreign.parquet")
    (tmp_path / "broken.parquet").write_bytes(b"PAR1 no more")
    for name, found in (("foreign", "no contract"), ("broken", ""), ("absent", "no such file")):
        with pytest.raises(ContractError) as error:
            TOY.read(tmp_path / f"{name}.parquet")
        assert f"{name}.parquet" in error.value.where
        assert found in error.value.found


def batch(first, rows, width=3, **changes):
    names = [f"toy-{first + i}" for i in range(rows)]
    values = np.arange(first, first + rows)[:, None] + np.zeros(width)
    return toy(name=names, side=["left"] * rows, size=[0.0] * rows, beta=vectors(values)) | changes


def test_batches_make_the_table_their_rows_make_together(tmp_path):
    TOY.write_batches((batch(first, 5) for first in (0, 5, 10)), tmp_path / "batches.parquet", seed=7)
    TOY.write(batch(0, 15), tmp_path / "whole.parquet", seed=7)
    assert TOY.read(tmp_path / "batches.parquet").equals(
        TOY.read(tmp_path / "whole.parquet"), check_metadata=True
    )
    assert pq.read_metadata(tmp_path / "batches.parquet").num_row_groups == 1


def test_a_table_can_be_read_a_row_group_at_a_time(tmp_path, monkeypatch):
    monkeypatch.setattr(row_groups, "ROW_GROUP_BYTES", 200)
    TOY.write_batches([batch(0, 4), batch(4, 1), batch(5, 19)], tmp_path / "toy.parquet", seed=7)
    tables = list(TOY.read_batches(tmp_path / "toy.parquet"))
    assert len(tables) == 4
    assert pa.concat_tables(tables).equals(TOY.read(tmp_path / "toy.parquet"))
    assert TOY.read_keys(tmp_path / "toy.parquet").column_names == ["name", "side"]
    assert TOY.read_keys(tmp_path / "toy.parquet")["name"].to_pylist() == [f"toy-{i}" for i in range(24)]


def test_the_schema_has_the_width_of_vectors(tmp_path):
    TOY.write(toy(), tmp_path / "toy.parquet")
    assert TOY.read_schema(tmp_path / "toy.parquet").field("beta").type.list_size == 3
    with pytest.raises(ContractError, match="no such file"):
        TOY.read_schema(tmp_path / "none.parquet")


@pytest.mark.parametrize(
    ("batches", "expected", "found"),
    [
        ([], "rows of table 'toy'", "none"),
        ([batch(0, 5), batch(4, 5)], "one row per name, side", "1 of 10 rows repeat a key"),
        ([batch(0, 5), batch(5, 5, width=4)], "fixed_size_list<element: float not null>[3]", "[4]"),
        ([batch(0, 5), batch(5, 1, side=["up"])], "one of left, right", "up"),
    ],
)
def test_bad_batches_are_refused_and_leave_no_file(tmp_path, batches, expected, found):
    with pytest.raises(ContractError) as error:
        TOY.write_batches(batches, tmp_path / "toy.parquet")
    assert expected in error.value.expected
    assert found in error.value.found
    assert list(tmp_path.iterdir()) == []


def test_a_batch_that_cannot_be_made_leaves_no_file(tmp_path):
    def broken():
        yield batch(0, 5)
        raise RuntimeError("the disk is gone")

    with pytest.raises(RuntimeError, match="the disk is gone"):
        TOY.write_batches(broken(), tmp_path / "toy.parquet")
    assert list(tmp_path.iterdir()) == []


def test_nan_in_a_later_row_group_is_found_on_reading(tmp_path, monkeypatch):
    monkeypatch.setattr(row_groups, "ROW_GROUP_BYTES", 100)
    TOY.write(batch(0, 20), tmp_path / "toy.parquet")
    table = TOY.read(tmp_path / "toy.parquet")
    values = matrix(table, "beta").copy()
    values[15] = np.nan
    spoilt = table.set_column(3, table.schema.field("beta"), vectors(values))
    monkeypatch.setattr(row_groups, "ROW_GROUP_BYTES", spoilt.nbytes // 2)
    write_row_groups([spoilt], tmp_path / "toy.parquet", {}, ["name"])
    read = TOY.read_batches(tmp_path / "toy.parquet")
    assert next(read).num_rows == 10
    with pytest.raises(ContractError, match="NaN or Inf in 1 rows, first 5"):
        next(read)


def test_an_optional_column_that_a_table_lacks_is_null(tmp_path):
    kind = Column("kind", pa.string(), "", "its kind", nullable=True, optional=True)
    longer = dataclasses.replace(TOY, columns=(*TOY.columns, kind))
    longer.write(toy(), tmp_path / "written.parquet")
    TOY.write(toy(), tmp_path / "older.parquet", seed=7)
    for name in ("written", "older"):
        assert longer.read(tmp_path / f"{name}.parquet")["kind"].to_pylist() == [None, None]
    assert longer.read(tmp_path / "older.parquet").schema.metadata[b"seed"] == b"7"
    longer.write(toy(kind=["car", None]), tmp_path / "stated.parquet")
    assert longer.read(tmp_path / "stated.parquet")["kind"].to_pylist() == ["car", None]


def test_no_flipped_bit_changes_what_is_read(tmp_path):
    """Bits all over a small file in turn: the same table, or a refusal."""
    path = tmp_path / "toy.parquet"
    TOY.write(toy(), path, seed=7)
    right, whole = TOY.read(path), path.read_bytes()
    flipped, refused = range(0, 8 * len(whole), 13), 0
    for bit in flipped:
        damaged = bytearray(whole)
        damaged[bit // 8] ^= 1 << bit % 8
        path.write_bytes(damaged)
        try:
            assert TOY.read(path).equals(right, check_metadata=True), f"bit {bit}"
        except ContractError:
            refused += 1
    assert refused > 0.8 * len(flipped)


@pytest.mark.parametrize("reading", [TOY.read, lambda path: list(TOY.read_batches(path)), TOY.read_keys])
def test_flipped_bits_among_the_values_are_refused_however_they_are_read(tmp_path, monkeypatch, reading):
    monkeypatch.setattr(row_groups, "ROW_GROUP_BYTES", 200)
    path = tmp_path / "toy.parquet"
    TOY.write(batch(0, 24), path)
    damaged = bytearray(path.read_bytes())
    chunk = pq.read_metadata(path).row_group(0).column(0)
    damaged[chunk.dictionary_page_offset + chunk.total_compressed_size - 1] ^= 1
    path.write_bytes(damaged)
    with pytest.raises(ContractError, match=r"whole Parquet table 'toy'(.|\n)*delete the file"):
        reading(path)


@pytest.mark.parametrize("reading", [TOY.read, lambda path: list(TOY.read_batches(path)), TOY.read_keys])
def test_a_table_without_a_key_is_refused_however_it_is_read(tmp_path, reading):
    path = tmp_path / "toy.parquet"
    other = dataclasses.replace(TOY, columns=(SIDE, *TOY.columns[2:]), key=("side",))
    other.write({name: column for name, column in toy().items() if name != "name"}, path)
    with pytest.raises(ContractError, match=r"toy\.parquet\n(.|\n)*missing \['name'\]"):
        reading(path)
