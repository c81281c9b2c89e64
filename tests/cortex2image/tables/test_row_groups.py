"""Parquet files grow a row group at a time, and no more than that is held."""

import weakref
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cortex2image.tables import row_groups
from cortex2image.tables.row_groups import write_row_groups

ROW_BYTES = 8 + 10 * 8


def table(first: int, rows: int) -> pa.Table:
    values = pa.FixedSizeListArray.from_arrays(np.arange(10.0 * rows), 10)
    return pa.table({"number": np.arange(first, first + rows), "values": values})


@pytest.mark.parametrize(
    ("sizes", "groups"),
    [([3, 3, 3, 3], [6, 6]), ([12], [6, 6]), ([1, 20], [6, 6, 6, 3]), ([2, 2], [4]), ([3, 8, 1], [6, 5, 1])],
)
def test_small_tables_share_a_row_group_and_large_ones_are_divided(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sizes: list[int], groups: list[int]
) -> None:
    monkeypatch.setattr(row_groups, "ROW_GROUP_BYTES", 5 * ROW_BYTES)
    starts = np.cumsum([0, *sizes])[:-1]
    write_row_groups(map(table, starts, sizes), tmp_path / "t.parquet", {"seed": "7"}, ["number"])
    written = pq.ParquetFile(tmp_path / "t.parquet")
    assert [written.metadata.row_group(i).num_rows for i in range(written.num_row_groups)] == groups
    assert written.read()["number"].to_pylist() == list(range(sum(sizes)))
    assert written.schema_arrow.metadata[b"seed"] == b"7"


def test_no_table_no_file(tmp_path: Path) -> None:
    write_row_groups(iter([]), tmp_path / "t.parquet", {}, [])
    assert not list(tmp_path.iterdir())


def test_one_table_is_held_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(row_groups, "ROW_GROUP_BYTES", 1)
    alive: set[int] = set()
    most = []

    def tables() -> Iterator[pa.Table]:
        for first in range(5):
            numbers = np.full(100, first)
            alive.add(first)
            weakref.finalize(numbers, alive.discard, first)
            most.append(len(alive))
            yield pa.table({"number": numbers})
            del numbers

    write_row_groups(tables(), tmp_path / "t.parquet", {}, ["number"])
    assert most == [1] * 5
