"""Tab-separated tables as BIDS defines them: every cell, column and row is one that stands in the file.

Readers of CSV files guess: they take a first column for row names, shift cells to fit, fill short rows and
lose empty ones. Here a row has as many cells as the header has names, or it is refused with its line.
BIDS 1.9, "Common principles", section "Tabular files".
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from cortex2image.errors import DataError
from cortex2image.given_files import read_bytes

MISSING = ("n/a", "")
SHOWN_NAMES = 30
# A cell in double quotes, which may hold tabs and doubled quotes, or else the text up to the next tab.
# It never goes back (*+), which would take the more memory the longer the cell.
_CELL = re.compile(r'"((?:[^"]++|"")*+)"(?=\t|$)|([^\t]*)')
MOST_COLUMNS = 100_000  # fMRIPrep writes up to two thousand
AS_BIDS_ASKS = (
    "write the table as BIDS asks: one header line, a tab between two columns, n/a for no value, UTF-8"
)


def read_tsv(path: Path, columns: Sequence[str], others: Sequence[str] | None = ()) -> pd.DataFrame:
    """Read a tab-separated table as text, one string per cell; ``n/a`` stays ``n/a``.

    Cells in double quotes lose them. A column without a name, such as the row numbers that pandas writes, is
    left out, and so are empty cells after the last column, which a tab at the end of a line makes. Empty
    lines at the end of the file are no rows.

    Parameters
    ----------
    path : path of the table
    columns : names of columns that must be there
    others : names of columns to read if they are there; None for all columns

    Returns
    -------
    DataFrame
        Columns in the order of the file. The index holds the line of each row in the file; the header is
        line 1.

    Raises
    ------
    DataError
        The file is unreadable or no UTF-8, a row has another number of cells than the header, or one of
        `columns` is missing, or one of `columns` or `others` is there twice.
    """
    lines = _lines(path)
    names = _cells(lines[0])
    _check_names(path, names, columns, [*columns, *(others or ())])
    rows = list(_rows(path, names, lines))
    _check_row_names(path, names, rows)
    numbers = pd.RangeIndex(2, len(rows) + 2)
    whole = pd.DataFrame([row[: len(names)] for row in rows], numbers, names, dtype=object)
    wanted = {*columns, *(others if others is not None else names)} - {""}
    return whole.loc[:, [name in wanted for name in names]]


def is_missing(cells: pd.Series) -> pd.Series:
    """Return which cells say that there is no value, whatever blanks surround it; a bool Series."""
    return cells.str.strip().isin(MISSING)


def numbers_of(cells: pd.Series) -> pd.Series:
    """Return cells as float64; NaN where a cell is missing, and where it is no number."""
    return pd.to_numeric(cells.where(~is_missing(cells), "nan"), errors="coerce").astype(np.float64)


def texts_among(cells: pd.Series) -> pd.Series:
    """Return the cells that hold neither a number nor a sign for a missing value, with their lines."""
    missing = is_missing(cells) | cells.str.strip().str.lower().eq("nan")
    return cells[numbers_of(cells).isna() & ~missing]


def _lines(path: Path) -> list[str]:
    try:
        text = read_bytes(path).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        found = f"bytes in line {line} that are no UTF-8"
        raise DataError(path, "a tab-separated table in UTF-8", found, AS_BIDS_ASKS) from None
    except (OSError, ValueError) as error:
        raise DataError(path, "a tab-separated table", str(error), "put the table there") from None
    # str.splitlines would also split at characters that may stand in a caption, such as U+2028.
    lines = re.split(r"\r\n|\n|\r", text)
    while lines and not lines[-1].strip():
        lines.pop()
    if not lines or "\0" in text:
        found = "zero bytes, as in UTF-16" if lines else "an empty file"
        raise DataError(path, "a tab-separated table", found, AS_BIDS_ASKS)
    return lines


def _cells(line: str) -> list[str]:
    if '"' not in line:
        return line.split("\t")
    cells, place = [], 0
    while place <= len(line):
        match = _CELL.match(line, place)
        assert match is not None  # the second alternative matches nothing at all
        quoted, plain = match.groups()
        cells.append(plain if quoted is None else quoted.replace('""', '"'))
        place = match.end() + 1
    return cells


def _rows(path: Path, names: Sequence[str], lines: Sequence[str]) -> Iterator[list[str]]:
    """Yield the cells of each row; raise unless each column with a name has one, and no cell is left over."""
    needed = max((place + 1 for place, name in enumerate(names) if name), default=0)
    for number, line in enumerate(lines[1:], 2):
        row = _cells(line)
        if len(row) < needed or any(row[len(names) :]) or not line.strip():
            raise DataError(f"{path}, row {number}", *_wrong_length(names, row, line))
        yield row + [""] * (len(names) - len(row))


def _wrong_length(names: Sequence[str], row: Sequence[str], line: str) -> tuple[str, str, str]:
    expected = f"{len(names)} cells, one for each name in the header"
    if not line.strip():
        return expected, "an empty line", "remove the line, or write n/a into each of its cells"
    fix = "write n/a for a cell without a value, and no line break within a cell"
    if len(row) > len(names):
        fix = "give each column a name; write no row names (R: write.table(..., row.names = FALSE))"
    return expected, f"{len(row)} cells: {_shown(row)}", fix


def _check_names(path: Path, names: list[str], needed: Sequence[str], used: Sequence[str]) -> None:
    if len(names) > MOST_COLUMNS:
        raise DataError(path, f"at most {MOST_COLUMNS} columns", f"{len(names)} in the header", AS_BIDS_ASKS)
    missing = [name for name in needed if name not in names]
    if missing:
        found = f"no {', '.join(missing)} among {_shown(names)}"
        raise DataError(
            path, f"the columns {', '.join(needed)}", found, f"add the columns, or {AS_BIDS_ASKS}"
        )
    double = [name for name in dict.fromkeys(used) if names.count(name) > 1]
    if double:
        found = f"{names.count(double[0])} columns {double[0]}"
        raise DataError(path, "columns of different names", found, "rename or remove all but one of them")


def _check_row_names(path: Path, names: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Raise if rows may be led by their numbers and end in a column without values, or else end in a tab."""
    led = [row[0] for row in rows] == [str(number) for number in range(1, len(rows) + 1)]
    if len(rows) > 1 and led and all(len(row) > len(names) for row in rows):
        expected = f"{len(names)} cells in each row, one for each name in the header"
        found = f"{len(rows[0])}, of which the first counts the rows and the last is empty"
        fix = "remove the row numbers in front, or the tabs at the ends of the rows"
        raise DataError(path, expected, found, fix)


def _shown(cells: Sequence[str]) -> str:
    """Return cells in quotes, which show blanks at their ends."""
    more = f" and {len(cells) - SHOWN_NAMES} more" if len(cells) > SHOWN_NAMES else ""
    return ", ".join(f"'{cell}'" for cell in cells[:SHOWN_NAMES]) + more
