"""The tables of a study that the pages rest on: where they lie, their columns, copies of small ones."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq

from cortex2image.report.study import StudyResults
from cortex2image.tables.contract import Contract
from cortex2image.tables.folder import BY_NAME

MOST_MB, MOST_MB_TOGETHER = 1.0, 8.0
"""Size of a table that is copied beside the pages, and of all copies together."""


@dataclass(frozen=True)
class TableFile:
    """A table on disk: its path below the study, rows, size, and the link to its copy, if there is one."""

    path: str
    rows: int
    megabytes: float
    copy: str | None


@dataclass(frozen=True)
class TableKind:
    """All tables of one contract."""

    contract: Contract
    files: tuple[TableFile, ...]

    @property
    def rows(self) -> int:
        """Return the number of rows of all files."""
        return sum(file.rows for file in self.files)

    @property
    def megabytes(self) -> float:
        """Return the size of all files."""
        return sum(file.megabytes for file in self.files)


def table_kinds(study: StudyResults) -> tuple[list[TableKind], Mapping[str, Path]]:
    """Return every table that the pages may read, by contract, and the copies of small ones as downloads.

    Tables of the whole study are copied first, then those of subjects.
    """
    files: dict[str, list[TableFile]] = {}
    copies: dict[str, Path] = {}
    left = MOST_MB_TOGETHER
    for path in sorted(study.folder.files(".parquet"), key=lambda path: (len(path.parts), path)):
        facts, size = pq.read_metadata(path), path.stat().st_size / 1e6
        name, place = facts.metadata[b"contract"].decode(), path.relative_to(study.folder.root).as_posix()
        copied = size <= min(MOST_MB, left)
        if copied:
            copies[f"tables/{place}"] = path
            left -= size
        link = f"downloads/tables/{place}" if copied else None
        files.setdefault(name, []).append(TableFile(place, facts.num_rows, size, link))
    return [TableKind(BY_NAME[name], tuple(found)) for name, found in files.items()], copies
