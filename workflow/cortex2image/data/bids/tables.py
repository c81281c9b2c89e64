"""The tab-separated tables of a BIDS data set: events, confounds, stimuli."""

from pathlib import Path, PurePosixPath

import numpy as np
import pandas as pd

from cortex2image.data.picture_folder import normal_form
from cortex2image.data.recording import Event, Stimulus
from cortex2image.errors import DataError
from cortex2image.tables.recordings import SPLITS

MISSING = ("n/a", "")
CAPTION_SEPARATOR = " | "


def read_tsv(path: Path, columns: tuple[str, ...]) -> pd.DataFrame:
    """Read a tab-separated table as text, one string per cell; ``n/a`` stays ``n/a``.

    Raises
    ------
    DataError
        The file is unreadable, or lacks one of `columns`.
    """
    try:
        text = pd.read_csv(path, sep="\t", dtype=str, keep_default_na=False, encoding="utf-8-sig")
    except (OSError, ValueError) as error:
        fix = "write the table as BIDS asks: tabs between columns, one header line, UTF-8"
        raise DataError(path, "a tab-separated table", str(error), fix) from None
    table = text.fillna("n/a")  # cells that a short row lacks
    missing = [name for name in columns if name not in table.columns]
    if missing:
        found = f"no {', '.join(missing)} among {', '.join(map(str, table.columns))}"
        raise DataError(path, f"the columns {', '.join(columns)}", found, "add the missing columns")
    return table


def stimulus_id(stim_file: str, where: object) -> str:
    """Return the identity of a picture: its path below the stimuli folder without the suffix, in Unicode NFC.

    Raises
    ------
    DataError
        The path is absolute or leads out of the stimuli folder.
    """
    path = PurePosixPath(stim_file)
    if path.is_absolute() or ".." in path.parts or not path.name:
        fix = "name the picture by its path inside the stimuli folder"
        raise DataError(where, "stim_file inside the stimuli folder", f"'{stim_file}'", fix)
    return normal_form(str(path.with_suffix("")))


def read_events(path: Path, run_seconds: float) -> tuple[Event, ...]:
    """Read the trials of one run in order of onset; rows whose stim_file is ``n/a`` are no trials.

    Parameters
    ----------
    path : path of an ``events.tsv``
    run_seconds : float
        Length of the recording in seconds.

    Raises
    ------
    DataError
        A column is missing, an onset or duration is negative or no number, a trial ends after the recording,
        or a stim_file leads out of the stimuli folder.
    """
    table = read_tsv(path, ("onset", "duration", "stim_file"))
    trials = table[~table["stim_file"].isin(MISSING)]
    events = [
        Event(
            _seconds(row["onset"], f"{path}, row {number + 2}", "onset"),
            _seconds(row["duration"], f"{path}, row {number + 2}", "duration"),
            stimulus_id(row["stim_file"], f"{path}, row {number + 2}"),
        )
        for number, row in trials.iterrows()
    ]
    _check_within(path, events, run_seconds)
    return tuple(sorted(events, key=lambda event: event.onset))


def _seconds(text: str, where: str, column: str) -> float:
    value = pd.to_numeric(text, errors="coerce")
    if not np.isfinite(value) or value < 0:
        fix = "correct the row, or set its stim_file to n/a if nothing was shown"
        raise DataError(where, f"{column} in seconds from the first volume, at least 0", f"'{text}'", fix)
    return float(value)


def _check_within(path: Path, events: list[Event], run_seconds: float) -> None:
    # Rounding in the table may move the end of a trial slightly past the last volume.
    late = [event for event in events if event.onset + event.duration > run_seconds + 1e-3]
    if late:
        last = max(event.onset + event.duration for event in late)
        found = f"{len(late)} trials end later, the last after {last:g} s"
        fix = "check RepetitionTime and that the recording is whole; give unrecorded trials stim_file n/a"
        raise DataError(path, f"trials within the run's {run_seconds:g} s", found, fix)


def read_confounds(path: Path, volumes: int) -> pd.DataFrame:
    """Read the confounds of one run as float64, one row per volume.

    ``n/a`` becomes NaN; where it stands in the first row only, it becomes 0, because derivatives and
    framewise displacement have no value in the first volume.

    Raises
    ------
    DataError
        A value is no number, or the table has not one row per volume.
    """
    table = read_tsv(path, ())
    if len(table) != volumes:
        fix = "take recording and confounds from one fMRIPrep run; one of them was cut"
        raise DataError(path, f"{volumes} rows, one per volume", f"{len(table)} rows", fix)
    try:
        values = table.mask(table.isin(MISSING)).astype(np.float64)
    except ValueError as error:
        raise DataError(path, "numbers or n/a", str(error), "correct the cell") from None
    only_first = values.isna().sum().eq(1) & values.iloc[0].isna()
    values.loc[0, only_first] = 0.0
    return values


def read_stimuli(path: Path) -> dict[str, tuple[str, Stimulus]]:
    """Read the table of pictures of a BIDS data set.

    Returns
    -------
    stimuli : dict
        stimulus_id to stim_file and :class:`Stimulus`, whose `image_path` is still None.

    Raises
    ------
    DataError
        A column is missing, a split is neither train nor test, a caption is empty, or an id repeats.
    """
    table = read_tsv(path, ("stim_file", "split", "captions"))
    stimuli: dict[str, tuple[str, Stimulus]] = {}
    for number, row in table.iterrows():
        where = f"{path}, row {number + 2}"
        stimulus = _stimulus(row, where)
        if stimulus.stimulus_id in stimuli:
            found = f"{stimuli[stimulus.stimulus_id][0]} and {row['stim_file']}"
            fix = "name every picture once, differing in more than the suffix"
            raise DataError(where, "stim_files of different names", found, fix)
        stimuli[stimulus.stimulus_id] = row["stim_file"], stimulus
    return stimuli


def _stimulus(row: pd.Series, where: str) -> Stimulus:
    if row["split"] not in SPLITS:
        fix = "decide the split before anything is fitted"
        raise DataError(where, f"split {' or '.join(SPLITS)}", f"'{row['split']}'", fix)
    captions = read_captions(row["captions"], where)
    identity = stimulus_id(row["stim_file"], where)
    category, setting = stated(row, "category"), stated(row, "setting")
    return Stimulus(identity, row["split"], captions, None, category, setting)


def stated(row: pd.Series, column: str) -> str | None:
    """Return a cell of a table of pictures, None without such a column or value."""
    cell = row.get(column, "n/a")
    return None if cell in MISSING else cell


def read_captions(cell: str, where: str) -> tuple[str, ...]:
    """Return the captions of one picture from their cell in the table of pictures.

    Raises
    ------
    DataError
        There is no caption, or one is empty.
    """
    captions = tuple(part.strip() for part in cell.split(CAPTION_SEPARATOR.strip()))
    if cell in MISSING or not all(captions):
        fix = f"describe each picture; several captions are joined by '{CAPTION_SEPARATOR}'"
        raise DataError(where, "at least one caption, none empty", f"'{cell}'", fix)
    return captions
