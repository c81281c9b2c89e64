"""What a subject of NSD was shown, trial by trial: the design, as far as the subject took part."""

from itertools import groupby
from pathlib import Path

import numpy as np
import pandas as pd

from cortex2image.data.nsd.design import PICTURE_SECONDS, SLOT_SECONDS, SLOTS_PER_RUN, Design
from cortex2image.data.nsd.facts import SUBJECTS, TRIALS_PER_SESSION
from cortex2image.data.nsd.layout import Layout, subject_number
from cortex2image.data.nsd.stimuli import ONE_RELEASE, read_table, stimulus_id
from cortex2image.data.prepared import ShownRun
from cortex2image.data.recording import Event
from cortex2image.errors import DataError

RESPONSES = ("SESSION", "RUN", "73KID", "10KID")
LARGEST_ID = 10**6  # of anything that NSD counts; infinity is no id either


def load_responses(path: str | Path) -> pd.DataFrame:
    """Read ``responses.tsv``: per trial SESSION, RUN, 73KID and 10KID, each from 1.

    Raises
    ------
    DataError
        The file is missing, lacks a column, holds an id that is no whole number, or a session that does not
        have 750 trials.
    """
    responses = read_table(path, "\t", dict.fromkeys(RESPONSES, np.float64))
    if not ((responses == np.rint(responses)) & (responses.abs() <= LARGEST_ID)).all(axis=None):
        raise DataError(path, f"whole numbers in {', '.join(RESPONSES)}", "others, or gaps", ONE_RELEASE)
    responses = responses.astype(np.int64)
    expected = np.repeat(np.arange(1, len(responses) // TRIALS_PER_SESSION + 1), TRIALS_PER_SESSION)
    if not len(responses) or not np.array_equal(responses["SESSION"], expected):
        counts = responses["SESSION"].value_counts(sort=False)
        odd = counts[counts != TRIALS_PER_SESSION]
        found = f"{odd.iloc[0]} in session {odd.index[0]}" if len(odd) else "sessions out of order, or none"
        raise DataError(path, f"{TRIALS_PER_SESSION} trials per session, in order", found, ONE_RELEASE)
    return responses


def sessions_done(responses: pd.DataFrame) -> int:
    """Return how many sessions a subject took part in."""
    return len(responses) // TRIALS_PER_SESSION


def check_responses(path: str | Path, responses: pd.DataFrame, design: Design, number: int) -> None:
    """Test that the trials of subject `number` (from 1) follow the design.

    Raises
    ------
    DataError
        A trial shows another picture or lies in another run: the files are of different subjects or
        releases.
    """
    sessions = sessions_done(responses)
    if sessions > len(design.slots):
        raise DataError(path, f"at most {len(design.slots)} sessions", str(sessions), ONE_RELEASE)
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
            raise DataError(path, expected, f"{responses[name].iloc[row]}", ONE_RELEASE)


def session_label(number: int) -> str:
    """Return the label of a session, from 1: ``ses-01``."""
    return f"ses-{number:02d}"


def count_sessions(layout: Layout, subject: str, asked: int | None) -> int:
    """Return how many sessions of a subject a study takes: as many as it asks for, if they took place.

    ``responses.tsv`` says how many took place; without this file, the number of released sessions counts.
    """
    path = layout.responses(subject)
    done = SUBJECTS[subject_number(subject)].sessions
    if path.exists():
        done = sessions_done(load_responses(path))
    return done if asked is None else min(asked, done)


def shown_pictures(layout: Layout, subject: str, design: Design, asked: int | None) -> np.ndarray:
    """Return the nsdId of every trial, (sessions, 750) int64.

    Raises
    ------
    DataError
        ``responses.tsv`` is missing, or belongs to another subject.
    """
    path, number = layout.responses(subject), subject_number(subject)
    responses = load_responses(path)
    check_responses(path, responses, design, number)
    return design.shown(number, count_sessions(layout, subject, asked))


def session_runs(number: int, nsd_ids: np.ndarray, kept: np.ndarray, design: Design) -> list[ShownRun]:
    """Return the runs of session `number` (from 1) with the trials that are kept.

    Events keep their number among all presentations of the run, so that a trial has one name in every study.

    Parameters
    ----------
    number : int
    nsd_ids : (750,) int array
    kept : (750,) bool array
    design : Design
    """
    runs, onsets = design.times(number)
    places = np.arange(len(runs)) - np.searchsorted(runs, runs)
    trials = zip(*(values[kept].tolist() for values in (runs, onsets, nsd_ids, places)), strict=True)
    return [
        ShownRun(
            session_label(number),
            f"run-{run:02d}",
            tuple(
                Event(onset, PICTURE_SECONDS, stimulus_id(nsd_id), place) for _, onset, nsd_id, place in group
            ),
            SLOTS_PER_RUN * SLOT_SECONDS,
        )
        for run, group in groupby(trials, key=lambda trial: trial[0])
    ]
