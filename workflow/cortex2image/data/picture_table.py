"""The table of pictures that a user writes for a data set whose files name pictures in their own way."""

from collections.abc import Mapping
from pathlib import Path, PurePosixPath

import pandas as pd

from cortex2image.data.bids.tables import OPTIONAL, read_captions, stated, stimulus_id
from cortex2image.data.bids.tsv import MISSING, read_tsv
from cortex2image.data.picture_folder import PictureFolder, normal_form
from cortex2image.data.recording import Stimulus
from cortex2image.errors import DataError
from cortex2image.pictures import SUFFIXES


def picture_name(name: str) -> str:
    """Return the name of a picture, in Unicode NFC, without folders and the suffix of an image file."""
    file = normal_form(PurePosixPath(name).name)
    return file[: -len(PurePosixPath(file).suffix)] if file.lower().endswith(SUFFIXES) else file


def described_stimuli(table: Path, splits: Mapping[str, str]) -> list[Stimulus]:
    """Return the pictures that were shown as stimuli, with captions, category, setting and file.

    Parameters
    ----------
    table : path
        ``stimuli.tsv``: stim_file (relative to the table's folder, in any subfolder), captions (joined by
        ``|``), and category and setting if there are any. Rows of pictures that were not shown are ignored.
        The data set itself says which pictures are for testing: a column split may repeat that, but not
        contradict it.
    splits : mapping
        Name of every picture that was shown, as :func:`picture_name` returns it, to ``train`` or ``test``.

    Returns
    -------
    list of Stimulus, sorted by id, which is the name of the picture

    Raises
    ------
    DataError
        The table is unreadable, lacks a picture, names one twice or contradicts its split; a caption is
        empty; or a picture is no file.
    """
    rows = _rows_by_name(table)
    missing = sorted(set(splits) - set(rows))
    if missing:
        found = f"{len(missing)} are missing, first {missing[0]}"
        fix = "add a row for each: stim_file, captions joined by ' | ', category and setting if there are any"
        raise DataError(table, f"the {len(splits)} pictures that were shown", found, fix)
    folder = PictureFolder(table.parent, (table.parents[1] / ".git" / "annex",))
    return [_stimulus(folder, table, name, splits[name], *rows[name]) for name in sorted(splits)]


def _rows_by_name(table: Path) -> dict[str, tuple[pd.Series, str]]:
    """Return each row of the table, and its place for errors, by the name of the picture."""
    rows: dict[str, tuple[pd.Series, str]] = {}
    for line, row in read_tsv(table, ("stim_file", "captions"), ("split", *OPTIONAL)).iterrows():
        name, where = picture_name(row["stim_file"]), f"{table}, row {line}"
        if name in rows:
            found = f"{rows[name][0]['stim_file']} and {row['stim_file']}"
            fix = "name every picture once, differing in more than folder and suffix"
            raise DataError(where, "stim_files of different names", found, fix)
        rows[name] = row, where
    return rows


def _stimulus(
    folder: PictureFolder, table: Path, name: str, split: str, row: pd.Series, where: str
) -> Stimulus:
    if row.get("split", split) not in (split, *MISSING):
        found = f"'{row['split']}' for {name}, which the data set shows for '{split}'"
        raise DataError(where, f"split {split}", found, "correct the split, or leave out the column")
    stimulus_id(row["stim_file"], where)  # raises if the path leads out of the folder
    picture = folder.find(row["stim_file"], table)
    captions = read_captions(row["captions"], where)
    return Stimulus(name, split, captions, str(picture), stated(row, "category"), stated(row, "setting"))
