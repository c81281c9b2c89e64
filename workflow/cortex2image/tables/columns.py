"""One column of a Parquet table: its declaration, the check of its values, and vectors as matrices."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cortex2image.errors import ContractError


@dataclass(frozen=True)
class Column:
    """A column: its Arrow type, unit and meaning. `dtype` None means float32 vectors of one width.

    A table may lack a column that is `optional`, which then is null throughout; it is nullable, too.
    """

    name: str
    dtype: pa.DataType | None
    unit: str
    doc: str
    nullable: bool = False
    allowed: tuple[str, ...] = ()
    optional: bool = False

    def field(self, width: int | None = None) -> pa.Field:
        """Return the Arrow field; `width` is the length of the vectors in a vector column."""
        dtype = vector_type(width or 0) if self.dtype is None else self.dtype
        return pa.field(self.name, dtype, self.nullable, {"unit": self.unit, "doc": self.doc})

    def cast(self, values: pa.ChunkedArray, table: str, source: str | Path) -> pa.ChunkedArray:
        """Return `values` in the declared type.

        Parameters
        ----------
        values : pyarrow.ChunkedArray
        table, source : name of the table and its file, for error messages

        Raises
        ------
        ContractError
            A type that cannot be cast, nulls in a column that allows none, values outside `allowed`, or NaN
            or Inf in a vector.
        """
        where, fix = f"{source}, column {self.name}", f"see table '{table}' in docs/tables.md"
        dtype = self._type_of(values, where, fix)
        try:
            cast = values if values.type == dtype else values.cast(dtype)
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
            raise ContractError(where, str(dtype), f"{values.type}: {error}", fix) from None
        if cast.null_count and not self.nullable:
            raise ContractError(where, "no missing values", f"{cast.null_count} nulls", fix)
        self._check_finite(cast, where)
        self._check_allowed(cast, where)
        return cast

    def _type_of(self, values: pa.ChunkedArray, where: str, fix: str) -> pa.DataType:
        if self.dtype is not None:
            return self.dtype
        if not pa.types.is_fixed_size_list(values.type):
            raise ContractError(where, "float32 vectors of one width", str(values.type), fix)
        return vector_type(values.type.list_size)

    def _check_finite(self, values: pa.ChunkedArray, where: str) -> None:
        if self.dtype is None and not np.isfinite(_flat(values)).all():
            bad = np.flatnonzero(~np.isfinite(_flat(values).reshape(len(values), -1)).all(1))
            fix = "find the input that holds them; no result may be made of them"
            raise ContractError(
                where, "finite numbers", f"NaN or Inf in {len(bad)} rows, first {bad[0]}", fix
            )

    def _check_allowed(self, values: pa.ChunkedArray, where: str) -> None:
        if not self.allowed:
            return
        strange = set(pc.unique(values).to_pylist()) - set(self.allowed) - {None}
        if strange:
            found = ", ".join(sorted(map(str, strange))[:5])
            raise ContractError(where, f"one of {', '.join(self.allowed)}", found, "correct these rows")


def as_columns(columns: Sequence[Column], rows: Sequence[Mapping[str, object]]) -> dict[str, list[object]]:
    """Turn rows into the declared columns; without any row, into columns without values."""
    return {column.name: [row[column.name] for row in rows] for column in columns}


def vector_type(width: int) -> pa.DataType:
    """Return the Arrow type of a float32 vector with `width` values."""
    # Parquet keeps this name of the child field when a table is written and read again.
    return pa.list_(pa.field("element", pa.float32(), nullable=False), width)


def vectors(rows: np.ndarray) -> pa.FixedSizeListArray:
    """Turn a (rows, width) matrix into a vector column; float32 data are not copied."""
    values = np.ascontiguousarray(rows, dtype=np.float32)
    return pa.FixedSizeListArray.from_arrays(pa.array(values.reshape(-1)), type=vector_type(values.shape[1]))


def matrix(table: pa.Table, column: str) -> np.ndarray:
    """Return a vector column as a (rows, width) float32 matrix; it is read-only if no copy was needed."""
    values = table.column(column)
    return _flat(values).reshape(len(values), values.type.list_size)


def _flat(values: pa.ChunkedArray) -> np.ndarray:
    parts = [chunk.flatten().to_numpy(zero_copy_only=False) for chunk in values.chunks]
    return parts[0] if len(parts) == 1 else np.concatenate(parts or [np.empty(0, np.float32)])
