"""The tab-separated tables of a BIDS data set: events, confounds, stimuli."""

from collections.abc import Callable
from pathlib import Path, PurePosixPath

import numpy as np
import pandas as pd

from cortex2image.data.bids.tsv import MISSING, numbers_of, read_tsv, texts_among
from cortex2image.data.picture_folder import normal_form
from cortex2image.data.recording import Event, Stimulus
from cortex2image.errors import DataError
from cortex2image.tables.recordings import SPLITS

CAPTION_SEPARATOR = " | "
OPTIONAL = ("category", "setting")
LONGEST_PATH = 4096  # characters; file systems allow fewer
SAME_ONSET_S = 0.01  # rounding in the tables; nobody sees two pictures within it


def stimulus_id(stim_file: str, where: object) -> str:
    """Return the identity of a picture: its path below the stimuli folder without the suffix, in Unicode NFC.

    Raises
    ------
    DataError
        The path is absolute, leads out of the stimuli folder, or is longer than any path.
    """
    path = PurePosixPath(stim_file)
    if path.is_absolute() or ".." in path.parts or not path.name or len(stim_file) > LONGEST_PATH:
        fix = "name the picture by its path inside the stimuli folder"
        found = f"'{stim_file[:LONGEST_PATH]}'"
        raise DataError(where, "stim_file inside the stimuli folder", found, fix)
    return normal_form(str(path.with_suffix("")))


def read_events(path: Path) -> tuple[Event, ...]:
    """Read the trials of one run that name pictures; rows whose stim_file is ``n/a`` are no trials.

    Parameters
    ----------
    path : path of an ``events.tsv``

    Raises
    ------
    DataError
        As :func:`read_trials`, or a stim_file leads out of the stimuli folder.
    """

    def identity(cell: str, where: str) -> str | None:
        return None if cell.strip() in MISSING else stimulus_id(cell, where)

    return read_trials(path, "stim_file", identity)


def read_trials(path: Path, column: str, named: Callable[[str, str], str | None]) -> tuple[Event, ...]:
    """Read the trials of one run in order of onset.

    An onset may be negative, as BIDS allows for what happened before the first volume. Whether the response
    to a trial lies in the recording is tested with the model of the run.

    Parameters
    ----------
    path : path of an ``events.tsv``
    column : str
        Column that says what was shown.
    named : function of a cell of that column and its place in words
        Returns the name of the stimulus; None for a row that is no trial.

    Raises
    ------
    DataError
        The table is no BIDS table, a column is missing, an onset is no number, a duration is negative or no
        number, or two trials have one onset.
    """
    table = read_tsv(path, ("onset", "duration", column))
    names = {line: named(cell, f"{path}, row {line}") for line, cell in table[column].items()}
    trials = table.loc[[line for line, name in names.items() if name is not None]]
    onsets = _seconds(path, trials["onset"], -np.inf, "onset in seconds from the first volume", column)
    durations = _seconds(path, trials["duration"], 0, "duration in seconds, at least 0", column)
    _check_apart(path, trials[column], onsets, column)
    facts = zip(onsets.items(), durations.tolist(), strict=True)
    events = [Event(onset, seconds, str(names[line])) for (line, onset), seconds in facts]
    return tuple(sorted(events, key=lambda event: event.onset))


def _seconds(path: Path, cells: pd.Series, least: float, expected: str, column: str) -> pd.Series:
    values = numbers_of(cells)
    bad = cells[~(np.isfinite(values) & (values >= least))]
    if len(bad):
        fix = f"correct the row, or set its {column} to n/a if nothing was shown"
        raise DataError(f"{path}, row {bad.index[0]}", expected, f"'{bad.iloc[0]}'", fix)
    return values


def _check_apart(path: Path, shown: pd.Series, onsets: pd.Series, column: str) -> None:
    """Raise if two trials begin at one time: no model tells what each of them evoked."""
    ordered = onsets.sort_values(kind="stable")
    together = np.flatnonzero(np.diff(ordered) < SAME_ONSET_S)
    if together.size:
        first, second = ordered.index[together[0]], ordered.index[together[0] + 1]
        found = f"row {first} ({shown[first]}) and row {second} ({shown[second]}) at {ordered[second]:g} s"
        more = f"; {together.size - 1} more such pairs" if together.size > 1 else ""
        fix = f"set {column} to n/a in rows that show no picture of their own, such as answers or copies"
        raise DataError(path, "one trial at a time", found + more, fix)


def read_confounds(path: Path, volumes: int) -> pd.DataFrame:
    """Read the confounds of one run, one row per volume.

    Columns of numbers become float64. ``n/a`` becomes NaN; where it stands in the first row only, it becomes
    0, because derivatives and framewise displacement have no value in the first volume. Columns that hold
    text are left as they are, since a study may not use them; so are columns that share a name.

    Raises
    ------
    DataError
        The table is no BIDS table, or has not one row per volume.
    """
    table = read_tsv(path, (), None)
    if len(table) != volumes:
        fix = "take recording and confounds from one fMRIPrep run; one of them was cut"
        raise DataError(path, f"{volumes} rows, one per volume", f"{len(table)} rows", fix)
    columns = [_confound(table.iloc[:, place]) for place in range(table.shape[1])]
    return pd.concat(columns, axis=1) if columns else table


def _confound(cells: pd.Series) -> pd.Series:
    if len(texts_among(cells)):
        return cells
    values = numbers_of(cells)
    if values.isna().sum() == 1 and np.isnan(values.iloc[0]):
        values.iloc[0] = 0.0
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
    table = read_tsv(path, ("stim_file", "split", "captions"), OPTIONAL)
    stimuli: dict[str, tuple[str, Stimulus]] = {}
    for line, row in table.iterrows():
        where = f"{path}, row {line}"
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
