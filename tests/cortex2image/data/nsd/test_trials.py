"""What a subject was shown, trial by trial."""

import numpy as np
import pytest

from cortex2image.data.nsd.design import load_design
from cortex2image.data.nsd.layout import Layout
from cortex2image.data.nsd.trials import count_sessions, session_runs, shown_pictures
from cortex2image.errors import DataError


@pytest.fixture(scope="module")
def design(tree):
    return load_design(tree.layout.design())


def test_sessions_are_those_that_took_place(tree, tmp_path):
    assert [count_sessions(tree.layout, "sub-01", asked) for asked in (None, 2, 40)] == [3, 2, 3]
    assert [count_sessions(tree.layout, "sub-02", asked) for asked in (None, 1, 3)] == [2, 1, 2]
    nothing = Layout(tmp_path)
    assert [count_sessions(nothing, "sub-03", asked) for asked in (None, 10, 37)] == [32, 10, 32]


def test_shown(tree, design):
    for subject, brain in tree.brains.items():
        np.testing.assert_array_equal(shown_pictures(tree.layout, subject, design, None), brain.shown - 1)
    assert shown_pictures(tree.layout, "sub-01", design, 1).shape == (1, 750)


def test_responses_of_another_subject(tree, design, own_root):
    layout = Layout(own_root)
    layout.responses("sub-02").write_bytes(tree.layout.responses("sub-01").read_bytes())
    with pytest.raises(DataError, match="one release"):
        shown_pictures(layout, "sub-02", design, None)


def test_runs_of_a_session(tree, design):
    shown = tree.brains["sub-01"].shown[1]
    runs = session_runs(2, shown - 1, np.ones(750, bool), design)
    assert [run.run for run in runs] == [f"run-{number:02d}" for number in range(1, 13)]
    assert {run.session for run in runs} == {"ses-02"}
    assert [len(run.events) for run in runs] == [63, 62] * 6
    events = [event for run in runs for event in run.events]
    assert [event.stimulus_id for event in events] == [f"nsd-{number - 1:05d}" for number in shown.tolist()]
    assert [event.onset for event in runs[3].events] == (np.flatnonzero(tree.plan.slots[1, 3]) * 4.0).tolist()
    assert {event.duration for event in events} == {3.0}


def test_trials_that_are_left_out(design):
    shown, kept = np.arange(750), np.ones(750, bool)
    kept[[0, 62, 63, 749]] = False
    runs = session_runs(1, shown, kept, design)
    assert [len(run.events) for run in runs] == [61, 61, *([63, 62] * 4), 63, 61]
    assert runs[1].events[0].stimulus_id == "nsd-00064"


def test_a_trial_has_its_number_whatever_is_left_out(design):
    shown, kept = np.arange(750), np.ones(750, bool)
    kept[[0, 30, 62, 63]] = False
    every = session_runs(1, shown, np.ones(750, bool), design)
    names = {e.stimulus_id: (run.run, e.number) for run in every for e in run.events}
    assert [e.number for e in every[1].events] == list(range(62))
    for run in session_runs(1, shown, kept, design):
        assert all(names[e.stimulus_id] == (run.run, e.number) for e in run.events)
