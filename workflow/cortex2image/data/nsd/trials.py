"""What a subject was shown, trial by trial: the design as far as the subject came through it."""

from itertools import groupby

import numpy as np

from cortex2image.data.nsd.design import PICTURE_SECONDS, Design
from cortex2image.data.nsd.facts import SUBJECTS
from cortex2image.data.nsd.layout import Layout, subject_number
from cortex2image.data.nsd.stimuli import stimulus_id
from cortex2image.data.nsd.tables import check_responses, load_responses, sessions_done
from cortex2image.data.prepared import ShownRun
from cortex2image.data.recording import Event


def session_label(number: int) -> str:
    """Return the label of a session, from 1: ``ses-01``."""
    return f"ses-{number:02d}"


def count_sessions(layout: Layout, subject: str, asked: int | None) -> int:
    """Return how many sessions of a subject the study takes: those asked for, as far as they took place.

    Before ``responses.tsv`` is there, which knows how many took place, it is the number of released sessions.
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
        ``responses.tsv`` is missing, or is not that of this subject.
    """
    path, number = layout.responses(subject), subject_number(subject)
    responses = load_responses(path)
    check_responses(path, responses, design, number)
    return design.shown(number, count_sessions(layout, subject, asked))


def session_runs(number: int, nsd_ids: np.ndarray, kept: np.ndarray, design: Design) -> list[ShownRun]:
    """Return the runs of a session (from 1) with those of its 750 trials that are kept, bool (750,).

    Events keep their number among all presentations of the run, so that a trial has one name in every study.
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
        )
        for run, group in groupby(trials, key=lambda trial: trial[0])
    ]
