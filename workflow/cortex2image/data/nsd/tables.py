"""The two tables of NSD that repeat what the design says, and say more: trials done, and pictures' origin."""

from pathlib import Path

import numpy as np
import pandas as pd

from cortex2image.data.nsd.design import Design
from cortex2image.data.nsd.facts import CAPTION_SPLITS, PICTURES, TRIALS_PER_SESSION
from cortex2image.errors import DataError

FIX = "take nsd_expdesign.mat, nsd_stim_info_merged.csv and responses.tsv from one release of NSD"
RESPONSES = ("SESSION", "RUN", "73KID", "10KID")
STIM_INFO = {"nsdId": np.int64, "cocoId": np.int64, "cocoSplit": str}
TRUE = ("1", "1.0", "true")


def load_responses(path: str | Path) -> pd.DataFrame:
    """Read ``responses.tsv``: per trial SESSION, RUN, 73KID and 10KID, each from 1.

    Raises
    ------
    DataError
        The file is missing, lacks a column, holds an id that is no number, or a session of another number of
        trials than 750.
    """
    responses = _read(path, "\t", dict.fromkeys(RESPONSES, np.float64))
    if (responses != np.rint(responses)).any(axis=None):
        raise DataError(path, f"whole numbers in {', '.join(RESPONSES)}", "others, or gaps", FIX)
    responses = responses.astype(np.int64)
    expected = np.repeat(np.arange(1, len(responses) // TRIALS_PER_SESSION + 1), TRIALS_PER_SESSION)
    if not len(responses) or not np.array_equal(responses["SESSION"], expected):
        counts = responses["SESSION"].value_counts(sort=False)
        odd = counts[counts != TRIALS_PER_SESSION]
        found = f"{odd.iloc[0]} in session {odd.index[0]}" if len(odd) else "sessions out of order, or none"
        raise DataError(path, f"{TRIALS_PER_SESSION} trials per session, in order", found, FIX)
    return responses


def sessions_done(responses: pd.DataFrame) -> int:
    """Return how many sessions the subject took part in."""
    return len(responses) // TRIALS_PER_SESSION


def check_responses(path: str | Path, responses: pd.DataFrame, design: Design, number: int) -> None:
    """Test that the trials of subject `number` (from 1) are those that the design says.

    Raises
    ------
    DataError
        A trial that shows another picture or lies in another run: the files are of different subjects or
        releases.
    """
    sessions = sessions_done(responses)
    if sessions > len(design.slots):
        raise DataError(path, f"at most {len(design.slots)} sessions", str(sessions), FIX)
    runs = np.concatenate([design.times(session)[0] for session in range(1, sessions + 1)])
    planned = {
        "73KID": design.shown(number, sessions).ravel() + 1,
        "10KID": design.ordering[: len(responses)] + 1,
        "RUN": runs,
    }
    for name, values in planned.items():
        differs = np.flatnonzero(responses[name].to_numpy() != values)
        if len(differs):
            row = int(differs[0])
            expected = f"{name} {values[row]} in row {row + 1}, as nsd_expdesign.mat has it"
            raise DataError(path, expected, f"{responses[name].iloc[row]}", FIX)


def load_stim_info(path: str | Path, numbers: tuple[int, ...]) -> pd.DataFrame:
    """Read ``nsd_stim_info_merged.csv``: one row per picture, in the order of nsdId, from 0.

    Parameters
    ----------
    path : path
    numbers : tuple of int
        Subjects (from 1) whose columns are wanted.

    Returns
    -------
    DataFrame
        Columns nsdId, cocoId, cocoSplit, shared1000 and subject1, subject2, ... (bool).

    Raises
    ------
    DataError
        The file is missing, lacks a column, is cut short, or names a split that COCO does not have.
    """
    flags = ["shared1000", *(f"subject{number}" for number in numbers)]
    info = _read(path, ",", {**STIM_INFO, **dict.fromkeys(flags, str)})
    for name in flags:
        info[name] = info[name].str.lower().isin(TRUE)
    if not np.array_equal(info["nsdId"], np.arange(PICTURES)):
        raise DataError(path, f"nsdId 0 to {PICTURES - 1} in order", f"{len(info)} rows", FIX)
    unknown = sorted(set(info["cocoSplit"]) - set(CAPTION_SPLITS))
    if unknown:
        raise DataError(path, f"cocoSplit {' or '.join(CAPTION_SPLITS)}", ", ".join(unknown), FIX)
    return info


def check_stim_info(path: str | Path, info: pd.DataFrame, design: Design, number: int, sessions: int) -> None:
    """Test that the table has the shared pictures, and those that subject `number` (from 1) saw.

    Whether pictures that a subject never came to see are flagged as its own is left open.

    Raises
    ------
    DataError
        The pictures are others.
    """
    own, shared = np.flatnonzero(info[f"subject{number}"]), np.flatnonzero(info["shared1000"])
    _check_none(path, "shared1000", np.setxor1d(shared, design.shared()))
    _check_none(path, f"subject{number}", np.setdiff1d(design.shown(number, sessions), own))
    _check_none(path, f"subject{number}", np.setdiff1d(own, design.pictures[number - 1]))


def _check_none(path: str | Path, column: str, stray: np.ndarray) -> None:
    if len(stray):
        found = f"nsdId {stray[0]} in one of the two only"
        raise DataError(path, f"the pictures of nsd_expdesign.mat in column {column}", found, FIX)


def _read(path: str | Path, separator: str, columns: dict[str, type]) -> pd.DataFrame:
    try:
        return pd.read_csv(path, sep=separator, usecols=list(columns), dtype=columns)
    except (OSError, ValueError) as error:
        expected = f"a table with the columns {', '.join(columns)}"
        raise DataError(path, expected, " ".join(str(error).split()), FIX) from None
