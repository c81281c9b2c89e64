"""Write a Parquet file one row group at a time."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from cortex2image.tables.footer import seal

ROW_GROUP_BYTES = 64 * 2**20


def write_row_groups(
    tables: Iterable[pa.Table], path: Path, facts: Mapping[str, str], plain_columns: Sequence[str]
) -> None:
    """Write tables of one schema as one file, in row groups of 64 to 128 MB; without tables, no file.

    Every page of values has a checksum, and the footer a seal: see :mod:`cortex2image.tables.footer`.

    Parameters
    ----------
    tables : iterable of tables
        Each table is written before the next is asked for; small tables are held until they fill a row group.
    path : path of the Parquet file
    facts : mapping
        Metadata to add to the metadata of the first table.
    plain_columns : names of the columns without vectors
        These columns get dictionaries and statistics.
    """
    writer: pq.ParquetWriter | None = None
    with ExitStack() as files:
        for table in _filled(tables):
            if writer is None:
                schema = table.schema.with_metadata({**(table.schema.metadata or {}), **facts})
                writer = files.enter_context(_writer(path, schema, list(plain_columns)))
            groups = max(1, table.nbytes // ROW_GROUP_BYTES)
            writer.write_table(table, row_group_size=max(1, math.ceil(table.num_rows / groups)))
            del table  # or it would stay in memory while the next table is made
    if writer is not None:
        seal(path)


def _writer(path: Path, schema: pa.Schema, plain_columns: list[str]) -> pq.ParquetWriter:
    return pq.ParquetWriter(
        path,
        schema,
        compression="zstd",
        compression_level=1,
        use_dictionary=plain_columns,
        write_statistics=plain_columns,
        write_page_checksum=True,
    )


def _filled(tables: Iterable[pa.Table]) -> Iterator[pa.Table]:
    """Join small tables until they fill a row group."""
    held: list[pa.Table] = []
    for table in tables:
        held.append(table)
        del table
        if sum(part.nbytes for part in held) >= ROW_GROUP_BYTES:
            yield pa.concat_tables(held)
            held.clear()
    if held:
        yield pa.concat_tables(held)
