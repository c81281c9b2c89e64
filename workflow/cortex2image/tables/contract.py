"""What a Parquet table must be, and the check it passes on each write and each read."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from cortex2image.errors import ContractError
from cortex2image.files import atomic
from cortex2image.tables.row_groups import write_row_groups


@dataclass(frozen=True)
class Column:
    """One column: its Arrow type, unit and meaning. `dtype` None: float32 vectors of one width."""

    name: str
    dtype: pa.DataType | None
    unit: str
    doc: str
    nullable: bool = False
    allowed: tuple[str, ...] = ()

    def field(self, width: int | None = None) -> pa.Field:
        """Return the Arrow field; `width` is the length of a vector column."""
        dtype = vector_type(width or 0) if self.dtype is None else self.dtype
        return pa.field(self.name, dtype, self.nullable, {"unit": self.unit, "doc": self.doc})


@dataclass(frozen=True)
class Contract:
    """A table: what one row is, its columns and its key (columns that together never repeat)."""

    name: str
    version: int
    path: str
    row: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]

    def write(self, data: pa.Table | Mapping[str, object], path: str | Path, **metadata: object) -> None:
        """Check `data` and write it whole or not at all.

        Parameters
        ----------
        data : pyarrow.Table or mapping of column name to values
            Vector columns are arrays made by :func:`vectors`.
        path : path of the Parquet file
        **metadata : facts that travel in the file's schema (model hash, seed, ...), stored as text

        Raises
        ------
        ContractError
            Columns missing or surplus, wrong types, nulls, values outside the allowed ones, NaN or Inf in
            a vector, or repeated keys.
        """
        self.write_batches([data], path, **metadata)

    def write_batches(
        self, batches: Iterable[pa.Table | Mapping[str, object]], path: str | Path, **metadata: object
    ) -> None:
        """Write a table whose rows come in batches, of which no more than one need fit into memory.

        Every batch is checked when it comes, keys over the whole; the file appears once all are written.

        Parameters
        ----------
        batches : iterable of tables or mappings, as `write` takes one
            At least one, all with vectors of the same widths.
        path, **metadata
            As of :meth:`write`.

        Raises
        ------
        ContractError
            What :meth:`write` raises, no batch at all, or batches of different widths.
        """
        facts = {key: str(value) for key, value in metadata.items()}
        plain = [column.name for column in self.columns if column.dtype is not None]
        keys: list[pa.Table] = []
        with atomic(path) as temporary:
            write_row_groups(self._checked(batches, keys, path), temporary, facts, plain)
            if not keys:
                raise ContractError(path, f"rows of table '{self.name}'", "none", "give at least one batch")
            self._check_key(pa.concat_tables(keys), path)

    def read(self, path: str | Path) -> pa.Table:
        """Read a table written under this contract; vectors come in one piece, which `matrix` need not copy.

        Raises
        ------
        ContractError
            The file is missing, is no Parquet file, or keeps another contract or another version of it.
        """
        with self._open(path) as file:
            rows, several = file.metadata.num_rows, file.num_row_groups > 1
            if not several or not self._wide:
                return self.check(file.read(), path)
        table = self._joined(self.read_batches(path), rows)
        self._check_key(table, path)
        return table

    @property
    def _wide(self) -> list[str]:
        return [column.name for column in self.columns if column.dtype is None]

    def _joined(self, groups: Iterable[pa.Table], rows: int) -> pa.Table:
        """Join checked row groups; beside the whole, one group at a time is in memory."""
        whole: dict[str, np.ndarray] = {}
        others, first = [], 0
        for group in groups:
            for name in self._wide:
                part = matrix(group, name)
                if not first:
                    whole[name] = np.empty((rows, part.shape[1]), np.float32)
                whole[name][first : first + len(part)] = part
            others.append(group.drop_columns(self._wide))
            first += len(group)
        plain = pa.concat_tables(others)
        columns = [vectors(whole[c.name]) if c.name in whole else plain[c.name] for c in self.columns]
        return pa.Table.from_arrays(columns, schema=group.schema)

    def read_batches(self, path: str | Path) -> Iterator[pa.Table]:
        """Yield the row groups of a table written under this contract, each checked; keys are not compared.

        Raises
        ------
        ContractError
            As :meth:`read`.
        """
        with self._open(path) as file:
            for number in range(file.num_row_groups):
                yield self.check(file.read_row_group(number), path)

    def read_keys(self, path: str | Path) -> pa.Table:
        """Read the key columns of a table written under this contract; of vectors nothing is read."""
        with self._open(path) as file:
            return file.read(list(self.key))

    @contextmanager
    def _open(self, path: str | Path) -> Iterator[pq.ParquetFile]:
        try:
            with pq.ParquetFile(path) as file:
                self._check_stamp(file.schema_arrow.metadata or {}, path)
                yield file
        except (OSError, pa.ArrowInvalid) as error:
            fix = "run the workflow again, it makes the file anew once the broken one is deleted"
            expected = f"a Parquet table '{self.name}'"
            raise ContractError(path, expected, str(error).splitlines()[0], fix) from None

    def _check_stamp(self, metadata: Mapping[bytes, bytes], path: str | Path) -> None:
        stamp = {k.decode(): v.decode() for k, v in metadata.items()}
        found = f"{stamp.get('contract', 'no contract')} version {stamp.get('contract_version', '?')}"
        if found != f"{self.name} version {self.version}":
            fix = "delete the file and run the workflow again: another version of cortex2image wrote it"
            expected = f"contract {self.name} version {self.version}"
            raise ContractError(path, expected, f"contract {found}", fix)

    def _checked(
        self, batches: Iterable[pa.Table | Mapping[str, object]], keys: list[pa.Table], path: str | Path
    ) -> Iterator[pa.Table]:
        """Yield each batch once it is checked, and add its keys to `keys`."""
        first: pa.Schema | None = None
        for batch in batches:
            table = self.check(batch if isinstance(batch, pa.Table) else pa.table(dict(batch)), path)
            first = first or table.schema
            self._check_widths(first, table.schema, path)
            keys.append(table.select(list(self.key)))
            yield table
            del batch, table  # else they would still be held while the next ones are made

    def check(self, table: pa.Table, source: str | Path) -> pa.Table:
        """Cast `table` to the contract and test nulls, allowed values, vectors and keys."""
        self._check_names(table, source)
        arrays = [self._cast(column, table.column(column.name), source) for column in self.columns]
        fields = [
            c.field(a.type.list_size if c.dtype is None else None)
            for c, a in zip(self.columns, arrays, strict=True)
        ]
        stamp = {
            **(table.schema.metadata or {}),
            b"contract": self.name,
            b"contract_version": str(self.version),
        }
        checked = pa.Table.from_arrays(arrays, schema=pa.schema(fields, metadata=stamp))
        self._check_key(checked, source)
        return checked

    def _check_names(self, table: pa.Table, source: str | Path) -> None:
        wanted = {c.name for c in self.columns}
        missing, surplus = sorted(wanted - set(table.column_names)), sorted(set(table.column_names) - wanted)
        if missing or surplus:
            raise ContractError(
                source,
                f"table '{self.name}' with the columns {', '.join(c.name for c in self.columns)}",
                f"missing {missing or 'none'}, surplus {surplus or 'none'}",
                "write exactly the columns of docs/tables.md",
            )

    def _cast(self, column: Column, values: pa.ChunkedArray, source: str | Path) -> pa.ChunkedArray:
        where, fix = f"{source}, column {column.name}", f"see table '{self.name}' in docs/tables.md"
        if column.dtype is None:
            if not pa.types.is_fixed_size_list(values.type):
                raise ContractError(where, "float32 vectors of one width", str(values.type), fix)
            dtype = vector_type(values.type.list_size)
        else:
            dtype = column.dtype
        try:
            cast = values if values.type == dtype else values.cast(dtype)
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
            raise ContractError(where, str(dtype), f"{values.type}: {error}", fix) from None
        if cast.null_count and not column.nullable:
            raise ContractError(where, "no missing values", f"{cast.null_count} nulls", fix)
        self._check_values(column, cast, where)
        return cast

    def _check_values(self, column: Column, values: pa.ChunkedArray, where: str) -> None:
        if column.dtype is None and not np.isfinite(_flat(values)).all():
            bad = np.flatnonzero(~np.isfinite(_flat(values).reshape(len(values), -1)).all(1))
            fix = "find the input that holds them; no result may be made of them"
            raise ContractError(
                where, "finite numbers", f"NaN or Inf in {len(bad)} rows, first {bad[0]}", fix
            )
        if column.allowed:
            strange = set(pc.unique(values).to_pylist()) - set(column.allowed) - {None}
            if strange:
                found = f"{', '.join(sorted(map(str, strange))[:5])}"
                raise ContractError(where, f"one of {', '.join(column.allowed)}", found, "correct these rows")

    def _check_widths(self, first: pa.Schema, other: pa.Schema, source: str | Path) -> None:
        if not other.equals(first):
            expected, found = (
                ", ".join(f"{field.name} {field.type}" for field in schema) for schema in (first, other)
            )
            fix = "find out why two batches hold vectors of different widths"
            raise ContractError(source, f"batches of one schema: {expected}", found, fix)

    def _check_key(self, table: pa.Table, source: str | Path) -> None:
        keys = table.select(list(self.key))
        repeated = table.num_rows - keys.group_by(list(self.key)).aggregate([]).num_rows
        if repeated:
            found = f"{repeated} of {table.num_rows} rows repeat a key"
            fix = "find out which step wrote a row twice"
            raise ContractError(
                source, f"one row per {', '.join(self.key)} in table '{self.name}'", found, fix
            )


def vector_type(width: int) -> pa.DataType:
    """Arrow type of one float32 vector; the child's name is what survives a round trip through Parquet."""
    return pa.list_(pa.field("element", pa.float32(), nullable=False), width)


def vectors(rows: np.ndarray) -> pa.FixedSizeListArray:
    """Turn a (rows, width) matrix into a vector column, without copying float32 data."""
    values = np.ascontiguousarray(rows, dtype=np.float32)
    return pa.FixedSizeListArray.from_arrays(pa.array(values.reshape(-1)), type=vector_type(values.shape[1]))


def matrix(table: pa.Table, column: str) -> np.ndarray:
    """Return a vector column as a (rows, width) float32 matrix; read-only where no copy was needed."""
    values = table.column(column)
    return _flat(values).reshape(len(values), values.type.list_size)


def _flat(values: pa.ChunkedArray) -> np.ndarray:
    parts = [chunk.flatten().to_numpy(zero_copy_only=False) for chunk in values.chunks]
    return parts[0] if len(parts) == 1 else np.concatenate(parts or [np.empty(0, np.float32)])
