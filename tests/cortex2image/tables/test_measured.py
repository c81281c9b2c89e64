"""The size of a table from outside, found without reading it."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cortex2image.tables.measured import largest_column

TABLE = pa.table({"n": range(100), "v": [[1.0] * 5] * 100, "other": [[1.0] * 90] * 100})


@pytest.fixture
def path(tmp_path):
    pq.write_table(TABLE, tmp_path / "t.parquet", row_group_size=30)
    return tmp_path / "t.parquet"


def test_values_of_the_longest_column(path):
    assert largest_column(str(path), ("n", "v")) == 500
    assert largest_column(str(path), ("n", "absent")) == 100


def test_no_table(tmp_path):
    (tmp_path / "t.parquet").write_bytes(b"PAR1 no table PAR1")
    with pytest.raises(ValueError, match="Parquet"):
        largest_column(str(tmp_path / "t.parquet"), ("n",))


def test_a_column_of_another_type_which_ends_the_process(tmp_path):
    """Of a column of text, the footer says how long its texts are; numbers have no such fact."""
    pq.write_table(pa.table({"n": ["a", "b"]}), tmp_path / "t.parquet")
    whole = (tmp_path / "t.parquet").read_bytes()
    size = int.from_bytes(whole[-8:-4], "little")
    footer = whole[-8 - size : -8]
    # The second element of the schema: a column (0x15) of the type BYTE_ARRAY (6 as 0x0c), which may be null.
    assert footer.count(b"\x15\x0c\x25\x02") == 1
    changed = footer.replace(b"\x15\x0c\x25\x02", b"\x15\x00\x25\x02")
    (tmp_path / "t.parquet").write_bytes(whole[: -8 - size] + changed + whole[-8:])
    with pytest.raises(ValueError, match="BOOLEAN"):
        largest_column(str(tmp_path / "t.parquet"), ("n",))
