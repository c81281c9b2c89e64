"""A table under another contract: same rows and columns, other metadata."""

import io
import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from cortex2image.files import atomic
from cortex2image.tables.contract import Contract
from cortex2image.tables.footer import MAGIC, replace_footer, require_whole_footer


def copy_under(contract: Contract, source: str | Path, path: str | Path, **metadata: object) -> None:
    """Copy a table under a contract whose columns have the names and types that they have in `source`.

    Only the footer of the Parquet file is written anew. The row groups are copied as bytes with their
    checksums, neither decoded nor checked: read `source` under its own contract before.

    Parameters
    ----------
    contract : Contract
    source, path : paths of Parquet files
    **metadata
        As in :meth:`cortex2image.tables.contract.Contract.write`; metadata of `source` are not copied.

    Raises
    ------
    ContractError
        `contract` has other columns than `source`, or the footer of `source` is damaged.
    """
    require_whole_footer(source)
    with pq.ParquetFile(source) as file:
        rows = file.metadata
        no_rows = file.schema_arrow.empty_table().replace_schema_metadata(None)
    stamped = contract.check(no_rows, source).schema
    facts = {key.encode(): str(value).encode() for key, value in metadata.items()}
    footer = _footer(stamped.with_metadata({**stamped.metadata, **facts}), rows)
    with atomic(path) as temporary:
        shutil.copyfile(source, temporary)
        replace_footer(temporary, footer)


def _footer(schema: pa.Schema, rows: pq.FileMetaData) -> bytes:
    """Return the end of a Parquet file from the first byte of its metadata, with the row groups of `rows`."""
    empty = io.BytesIO()
    pq.ParquetWriter(empty, schema).close()
    metadata = pq.read_metadata(io.BytesIO(empty.getvalue()))
    metadata.append_row_groups(rows)
    written = io.BytesIO()
    metadata.write_metadata_file(written)
    return written.getvalue().removeprefix(MAGIC)
