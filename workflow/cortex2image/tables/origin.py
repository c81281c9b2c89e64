"""Whose evaluation a table is."""

from pathlib import Path

import pyarrow as pa

from cortex2image.errors import DataError


def origin(table: pa.Table, path: str | Path) -> tuple[str, str]:
    """Return the subject and the method that the metadata of an evaluation name.

    Raises
    ------
    DataError
        The metadata lack the subject or the method.
    """
    facts = {key.decode(): value.decode() for key, value in table.schema.metadata.items()}
    if not {"subject", "method"} <= set(facts):
        fix = "delete the table and run the workflow again"
        raise DataError(path, "subject and method in the metadata", "no such entries", fix)
    return facts["subject"], facts["method"]
