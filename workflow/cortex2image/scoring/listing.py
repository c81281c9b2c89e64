"""Pictures made elsewhere, and the stimuli that they reconstruct, as a folder or a table lists them.

In a folder the name of a file says which stimulus and which sample it is; the names of the stimuli decide
how it is read, so that ``nsd_02950.png`` may be sample 2950 of ``nsd`` or the only one of ``nsd_02950``, but
never both. Names that differ in the normal form of their accents alone are one name.
"""

import csv
import difflib
import io
import os
import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from cortex2image.errors import DataError
from cortex2image.given_files import LARGEST_TEXT, read_bytes
from cortex2image.pictures import SUFFIXES
from cortex2image.study.scored import TABLES

NO_CATEGORY = ("", "n/a")
NAMES = "{stimulus}.png, {stimulus}_{sample}.png or {stimulus}/{sample}.png"
SEPARATORS = ("_", "/")
"""What may stand between the name of a stimulus and the number of a sample."""
LIKE = 0.85
"""Similarity of two names (:mod:`difflib`) from which one may be meant by the other."""
ANOTHER = "name the table of the pictures"
USED = ("stimulus_id", "image_path", "sample", "category", "setting", "split")
"""Columns of tables that are used; others do not count."""
MOST_ROWS, ROWS_AT_ONCE = 1_000_000, 256
"""Rows of a table in Parquet, of which a small file can claim any number."""
Pair = tuple[str, int]
Rows = dict[int, dict[str, Any]]


@dataclass(frozen=True)
class Stimulus:
    """A picture that was seen.

    Attributes
    ----------
    path : str or None
        Its file; None where a table names none.
    category, setting : str or None
    wanted : bool
        Whether a reconstruction of it must be there; training stimuli of a table need none.
    """

    path: str | None
    category: str | None = None
    setting: str | None = None
    wanted: bool = True


def list_stimuli(source: str) -> dict[str, Stimulus]:
    """Return the stimuli of a folder or a table by their ids.

    Parameters
    ----------
    source : str
        A folder, in which the path of a picture without its suffix is the id; or a table with the columns
        stimulus_id and image_path, and category, setting and split if they are known.

    Raises
    ------
    DataError
        There is no such folder or table, no picture in it, an id twice or in two spellings, or the table is
        not as described.
    """
    place = _existing(source, "stimuli")
    if place.is_dir():
        named = [(_stem(file), Stimulus(str(place / file))) for file in _pictures_in(place)]
    else:
        named = [_stimulus(row, where, place) for where, row in _rows(place, ("stimulus_id", "image_path"))]
    found: dict[str, Stimulus] = {}
    for name, stimulus in named:
        if name in found:
            twice = f"'{name}' twice: {found[name].path} and {stimulus.path}"
            raise DataError(source, "one picture of each stimulus", twice, "remove or rename one of them")
        found[name] = stimulus
    _refuse_spellings(found, source)
    return found


def list_reconstructions(source: str, stimuli: Collection[str]) -> dict[Pair, str]:
    """Return the reconstructions of a folder or a table: the file of each stimulus and sample.

    Parameters
    ----------
    source : str
        A folder of ``{stimulus}.png`` (sample 0), ``{stimulus}_{sample}.png`` or ``{stimulus}/{sample}.png``
        in any format that is read; or a table with the columns stimulus_id and image_path, and sample if
        there are several.
    stimuli : ids

    Raises
    ------
    DataError
        There is no such folder or table, no picture in it, a picture of another stimulus, a name that can be
        read in two ways, two files for a stimulus and sample, or the table is not as described.
    """
    place = _existing(source, "pictures")
    spelt = {_normal(name): name for name in stimuli}
    listed = _by_name(place, spelt) if place.is_dir() else _by_table(place, spelt)
    found: dict[Pair, str] = {}
    for pair, path in listed:
        if pair in found:
            twice = f"sample {pair[1]} of '{pair[0]}' twice: {found[pair]} and {path}"
            raise DataError(source, "one file for each stimulus and sample", twice, "remove one of them")
        found[pair] = path
    return found


def _existing(source: str, setting: str) -> Path:
    """Return the folder or the table that a setting names."""
    place = Path(source).expanduser()
    if not (place.is_dir() or (place.is_file() and place.suffix.lower() in TABLES)):
        found = f"a file {place.suffix or 'without suffix'}" if place.is_file() else "no such path"
        expected = f"{setting}: a folder of pictures, or a table ({', '.join(TABLES)})"
        raise DataError(source, expected, found, "correct the path; it starts from the working directory")
    return place


def _pictures_in(folder: Path) -> list[Path]:
    """Return the pictures at any depth of a folder, sorted, relative to it; hidden files do not count."""
    inside = [path.relative_to(folder) for path in folder.rglob("*") if path.is_file()]
    seen = [path for path in inside if not any(part.startswith(".") for part in path.parts)]
    pictures = sorted(path for path in seen if path.suffix.lower() in SUFFIXES)
    if not pictures:
        found = f"{len(seen)} files, none of them such a picture" if seen else "no file"
        raise DataError(folder, f"pictures ({', '.join(SUFFIXES)})", found, "name the folder that holds them")
    return pictures


def _stem(file: Path) -> str:
    return _normal(file.with_suffix("").as_posix())


def _normal(name: str) -> str:
    return unicodedata.normalize("NFC", name)


def _refuse_spellings(names: Collection[str], source: str) -> None:
    """Refuse ids that differ in case or accents alone, of which files could not be told apart everywhere."""
    first: dict[str, str] = {}
    for name in names:
        other = first.setdefault(_normal(name).casefold(), name)
        if other != name:
            found = f"'{other}' and '{name}'"
            fix = "rename one of them, or correct the spelling if both are the same stimulus"
            raise DataError(source, "stimulus ids that differ in more than their spelling", found, fix)


def _by_name(folder: Path, spelt: Mapping[str, str]) -> Iterator[tuple[Pair, str]]:
    """Yield stimulus, sample and file of every picture in a folder.

    Parameters
    ----------
    folder : path
    spelt : mapping of the normal form of a stimulus' id to the id
    """
    files = _pictures_in(folder)
    readings = {file: _readings(_stem(file), spelt) for file in files}
    strange = [file for file in files if not readings[file]]
    if strange:
        raise _strange(folder, [_stem(file) for file in strange], spelt, f"files named {NAMES}")
    for file, (pair, *others) in readings.items():
        if others:
            found = " or ".join(f"sample {number} of '{name}'" for name, number in (pair, *others))
            fix = "write {stimulus}/{sample}.png, or name the files in a table"
            raise DataError(folder / file, "a name that can be read in one way", found, fix)
        yield pair, str(folder / file)


def _readings(stem: str, spelt: Mapping[str, str]) -> list[Pair]:
    """Return every stimulus and sample that a name may stand for."""
    found = [(spelt[stem], 0)] if stem in spelt else []
    for separator in SEPARATORS:
        name, _, number = stem.rpartition(separator)
        if name in spelt and re.fullmatch(r"[0-9]{1,9}", number):
            found.append((spelt[name], int(number)))
    return found


def _strange(source: object, names: Sequence[str], spelt: Mapping[str, str], expected: str) -> DataError:
    """Return the error for names of no stimulus, with the stimulus that was probably meant."""
    fix = "correct the names, name the files in a table, or give the stimuli that they belong to"
    if meant := _meant(names[0], spelt):
        fix = f"did you mean '{meant}'? If not, {fix}"
    found = f"{len(names)} of other stimuli, first '{names[0]}'"
    return DataError(source, f"{expected}, of the {len(spelt)} stimuli", found, fix)


def _meant(name: str, spelt: Mapping[str, str]) -> str | None:
    """Return the stimulus whose id, or whose id without folders, is nearly the name; None without one."""
    known = {text.casefold(): meant for text, meant in spelt.items()}
    known = {text.rpartition("/")[2]: meant for text, meant in known.items()} | known
    near = difflib.get_close_matches(name.casefold(), known, n=1, cutoff=LIKE)
    return known[near[0]] if near else None


def _by_table(table: Path, spelt: Mapping[str, str]) -> Iterator[tuple[Pair, str]]:
    """Yield stimulus, sample and file of every row of a table; `spelt` as for names of files."""
    rows = list(_rows(table, ("stimulus_id", "image_path")))
    strange = [row["stimulus_id"] for _, row in rows if _normal(row["stimulus_id"]) not in spelt]
    if strange:
        raise _strange(table, strange, spelt, "stimulus_ids")
    for where, row in rows:
        path = _path(row["image_path"], table)
        if path is None:
            raise DataError(where, "the image_path of a picture", "none", "add it, or remove the row")
        yield (spelt[_normal(row["stimulus_id"])], _sample(row.get("sample", 0), where)), path


def _stimulus(row: Mapping[str, Any], where: str, table: Path) -> tuple[str, Stimulus]:
    wanted = row.get("split") != "train"
    groups = _group(row.get("category")), _group(row.get("setting"))
    return row["stimulus_id"], Stimulus(_path(row["image_path"], table), *groups, wanted)


def _group(value: object) -> str | None:
    return None if value is None or value in NO_CATEGORY else str(value)


def _sample(value: object, where: str) -> int:
    """Return the number of a sample; a table may hold it as text, or as 1.0 where other rows lacked it."""
    if not re.fullmatch(r"[0-9]{1,9}(\.0)?", str(value)):
        fix = "number the samples, with at most nine digits"
        raise DataError(where, "sample: a whole number from 0", f"'{value}'", fix)
    return int(str(value).removesuffix(".0"))


def _path(value: object, table: Path) -> str | None:
    """Return the file of a row: from the working directory, else from the folder of the table."""
    if value is None or value == "":
        return None
    path = Path(os.path.expanduser(str(value)))  # which leaves `~` of nobody as it is
    beside = table.parent / path
    return str(beside if not os.path.exists(path) and os.path.exists(beside) else path)


def _rows(table: Path, columns: tuple[str, ...]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the place of each row of a table for error messages, and its cells; stimulus_id as text.

    Raises
    ------
    DataError
        The file is no table, or lacks one of `columns`, or has no rows, or a row has no stimulus_id.
    """
    names, rows = _read_parquet(table) if table.suffix.lower() == ".parquet" else _read_text(table)
    missing = [name for name in columns if name not in names]
    if missing:
        found = f"no {', '.join(missing)} among {', '.join(names)}"
        fix = "name the columns so, with commas between them in .csv and tabs in .tsv"
        raise DataError(table, f"the columns {', '.join(columns)}", found, fix)
    if not rows:
        raise DataError(table, "a row for each picture", "no rows", "name the table that holds them")
    for number, row in rows.items():
        where = f"{table}, row {number}"
        strange = [name for name, cell in row.items() if not isinstance(cell, str | int | float | None)]
        if strange:
            found = f"{type(row[strange[0]]).__name__} in {strange[0]}"
            raise DataError(where, "texts and numbers", found, "write the column as text")
        if row["stimulus_id"] in (None, ""):
            raise DataError(where, "a stimulus_id", "none", "add it, or remove the row")
        yield where, row | {"stimulus_id": str(row["stimulus_id"])}


def _read_parquet(table: Path) -> tuple[list[str], Rows]:
    """Return the columns of a Parquet table that are used, and its rows by their numbers from 1."""
    try:
        with pq.ParquetFile(table, page_checksum_verification=True) as file:
            known = file.schema_arrow.names
            rows = list(_cells_of(file, [name for name in USED if name in known], table))
    except DataError:
        raise
    except (OSError, ValueError, LookupError, OverflowError, pa.ArrowException) as error:
        fix = "write the table anew"
        raise DataError(table, "a Parquet table", " ".join(str(error).split()), fix) from None
    return known, dict(enumerate(rows, 1))


def _cells_of(file: pq.ParquetFile, names: list[str], table: Path) -> Iterator[dict[str, Any]]:
    """Yield the rows of a Parquet table, of which a file of a kilobyte can hold any number."""
    _require_few_cells(file, names, table)
    left = LARGEST_TEXT
    for batch in file.iter_batches(ROWS_AT_ONCE, columns=names):
        batch.validate(full=True)
        left -= batch.nbytes
        if left < 0:
            raise DataError(table, f"at most {LARGEST_TEXT} bytes of text", "more", ANOTHER)
        yield from batch.to_pylist()


def _require_few_cells(file: pq.ParquetFile, names: list[str], table: Path) -> None:
    if file.metadata.num_rows > MOST_ROWS:
        raise DataError(table, f"at most {MOST_ROWS} rows", f"{file.metadata.num_rows}", ANOTHER)
    types = {name: file.schema_arrow.field(name).type for name in names}
    nested = [name for name, kind in types.items() if pa.types.is_nested(kind)]
    if nested:
        where, found = f"{table}, column {nested[0]}", str(types[nested[0]])
        raise DataError(where, "texts and numbers", found, "write the column as text")


def _read_text(table: Path) -> tuple[list[str], Rows]:
    """Return the columns of a text table, and its rows by their lines; cells as they are written.

    Separators may end a row; a cell that has no column may not.
    """
    try:
        file = io.StringIO(read_bytes(table).decode("utf-8-sig"), newline="")
        lines = list(csv.reader(file, delimiter="," if table.suffix.lower() == ".csv" else "\t"))
    except (OSError, ValueError, csv.Error) as error:
        fix = "write the table anew, as UTF-8"
        raise DataError(table, "a table of text", str(error), fix) from None
    head, *cells = lines or [[]]
    names = [name for name in head if name]
    rows = {number: line for number, line in enumerate(cells, 2) if any(line)}
    for number, line in rows.items():
        if any(line[len(names) :]):
            found = f"{len(line)} cells: {', '.join(line)[:200]}"
            fix = "put cells that hold the separator in quotation marks"
            raise DataError(f"{table}, row {number}", f"{len(names)} cells", found, fix)
    return names, {n: dict(zip(names, [*line, *[""] * len(names)], strict=False)) for n, line in rows.items()}
