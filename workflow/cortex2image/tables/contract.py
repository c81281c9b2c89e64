"""The declaration of a Parquet table, checked on every write and every read."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from cortex2image.errors import ContractError
from cortex2image.files import atomic
from cortex2image.tables.checks import RowCheck
from cortex2image.tables.columns import Column, matrix, vectors
from cortex2image.tables.footer import ANEW, require_whole_footer
from cortex2image.tables.row_groups import write_row_groups


@dataclass(frozen=True)
class Contract:
    """A table: what one row is, its columns, and its key: the columns whose values together never repeat.

    `path` is the table's place below ``results/{study}``, with wildcards such as ``{subject}``. `checks` are
    rules that every row keeps.
    """

    name: str
    version: int
    path: str
    row: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    checks: tuple[RowCheck, ...] = ()

    def write(self, data: pa.Table | Mapping[str, object], path: str | Path, **metadata: object) -> None:
        """Check `data` and write the file, whole or not at all.

        Parameters
        ----------
        data : pyarrow.Table or mapping of column name to values
            Vector columns are arrays made by :func:`vectors`.
        path : path of the Parquet file
        **metadata : facts such as a model hash or a seed, stored as text in the schema of the file

        Raises
        ------
        ContractError
            Missing or surplus columns, repeated keys, values that :meth:`Column.cast` refuses, or a row that
            breaks a rule of `checks`.
        """
        self.write_batches([data], path, **metadata)

    def write_batches(
        self, batches: Iterable[pa.Table | Mapping[str, object]], path: str | Path, **metadata: object
    ) -> None:
        """Write a table from batches of rows; no more than one batch need fit into memory.

        Each batch is checked as it comes, the keys of all batches at the end. Only then does the file appear.

        Parameters
        ----------
        batches : iterable of tables or mappings, each as `data` of :meth:`write`
            At least one; vectors have the same width in all of them.
        path, **metadata : as in :meth:`write`

        Raises
        ------
        ContractError
            As in :meth:`write`; also if there is no batch, or if vectors of two batches differ in width.
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
        """Read and check a table. Each vector column lies in one piece of memory: `matrix` copies nothing.

        Raises
        ------
        ContractError
            The file is missing, damaged or no Parquet file, or was written under another contract or version.
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
        """Join checked row groups, holding no more than one of them beside the joined table."""
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
        """Yield the row groups of a table, each checked; keys are compared within a group only.

        Raises
        ------
        ContractError
            As in :meth:`read`.
        """
        with self._open(path) as file:
            for number in range(file.num_row_groups):
                yield self.check(file.read_row_group(number), path)

    def read_keys(self, path: str | Path) -> pa.Table:
        """Read only the key columns of a table, and its metadata; errors are those of :meth:`read`."""
        optional = [column.name for column in self.columns if column.optional]
        with self._open(path) as file:
            self._check_names([*file.schema_arrow.names, *optional], path)
            keys = file.read(list(self.key))
        self._check_key(keys, path)
        return keys

    def read_schema(self, path: str | Path) -> pa.Schema:
        """Read the columns of a table with the widths of its vectors, and no row."""
        with self._open(path) as file:
            return file.schema_arrow

    @contextmanager
    def _open(self, path: str | Path) -> Iterator[pq.ParquetFile]:
        try:
            require_whole_footer(path)
            with pq.ParquetFile(path, page_checksum_verification=True) as file:
                self._check_stamp(file.schema_arrow.metadata or {}, path)
                yield file
        except FileNotFoundError:
            fix = "run the workflow, which makes it, or correct the path"
            raise ContractError(path, f"a Parquet table '{self.name}'", "no such file", fix) from None
        except (OSError, pa.ArrowException, UnicodeDecodeError) as error:
            expected = f"a whole Parquet table '{self.name}'"
            raise ContractError(path, expected, " ".join(str(error).split()) or repr(error), ANEW) from None

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
        """Yield each batch after its check, and append its key columns to `keys`."""
        first: pa.Schema | None = None
        for batch in batches:
            table = self.check(batch if isinstance(batch, pa.Table) else pa.table(dict(batch)), path)
            first = first or table.schema
            self._check_widths(first, table.schema, path)
            keys.append(table.select(list(self.key)))
            yield table
            del batch, table  # or both would stay in memory while the next batch is made

    def check(self, table: pa.Table, source: str | Path) -> pa.Table:
        """Return `table` in the declared types, after checking its columns, values and keys.

        `source` is the file named in error messages.
        """
        for column in self.columns:
            if column.optional and column.name not in table.column_names:
                table = table.append_column(column.name, pa.nulls(len(table), column.dtype))
        self._check_names(table.column_names, source)
        arrays = [c.cast(table.column(c.name), self.name, source) for c in self.columns]
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
        for rule in self.checks:
            rule.check(checked, self.key, f"{source}, table {self.name}")
        return checked

    def _check_names(self, names: Iterable[str], source: str | Path) -> None:
        wanted, there = {c.name for c in self.columns}, set(names)
        missing, surplus = sorted(wanted - there), sorted(there - wanted)
        if missing or surplus:
            raise ContractError(
                source,
                f"table '{self.name}' with the columns {', '.join(c.name for c in self.columns)}",
                f"missing {missing or 'none'}, surplus {surplus or 'none'}",
                "write exactly the columns of docs/tables.md",
            )

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
