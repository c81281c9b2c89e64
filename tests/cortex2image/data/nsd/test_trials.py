"""What subjects of NSD were shown, and tables of responses that do not fit the design."""

import numpy as np
import pandas as pd
import pytest

from cortex2image.data.nsd.design import load_design
from cortex2image.data.nsd.layout import Layout
from cortex2image.data.nsd.trials import (
    check_responses,
    count_sessions,
    load_responses,
    session_runs,
    sessions_done,
    shown_pictures,
)
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
    assert {run.seconds for run in runs} == {300.0}
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


def test_responses(tree, design):
    path = tree.layout.responses("sub-01")
    responses = load_responses(path)
    assert sessions_done(responses) == 3
    assert sessions_done(load_responses(tree.layout.responses("sub-02"))) == 2
    np.testing.assert_array_equal(responses["73KID"], tree.brains["sub-01"].shown.ravel())
    check_responses(path, responses, design, 1)


def test_responses_of_another_subject_do_not_fit_the_design(tree, design):
    path = tree.layout.responses("sub-02")
    with pytest.raises(DataError, match=r"responses\.tsv(.|\n)*73KID \d+ in row \d+"):
        check_responses(path, load_responses(path), design, 1)


@pytest.mark.parametrize("name", ["10KID", "RUN"])
def test_responses_of_another_order(tree, design, name):
    path = tree.layout.responses("sub-01")
    responses = load_responses(path)
    responses.loc[700, name] += 1
    with pytest.raises(DataError, match=f"{name} .* in row 701"):
        check_responses(path, responses, design, 1)


def test_more_sessions_than_planned(tree, design):
    responses = pd.concat([load_responses(tree.layout.responses("sub-01"))] * 14)
    with pytest.raises(DataError, match=r"at most 40 sessions(.|\n)*42"):
        check_responses("responses.tsv", responses, design, 1)


@pytest.mark.parametrize(
    ("change", "match"),
    [
        (lambda lines: lines[:-1], r"750 trials per session(.|\n)*749 in session 2"),
        (lambda lines: lines[:1], "750 trials per session"),
        (lambda lines: [lines[0], *lines[751:], *lines[1:751]], "out of order"),
        (lambda lines: [lines[0].replace("73KID", "KID"), *lines[1:]], "73KID"),
        (lambda lines: [lines[0], *[line.replace("\t", "\tx", 1) for line in lines[1:]]], "columns SESSION"),
        (lambda lines: [lines[0], lines[1].replace("\t1\t", "\t\t", 1), *lines[2:]], "gaps"),
    ],
)
def test_damaged_responses(tree, copied, change, match):
    path = copied(tree.layout.responses("sub-02"))
    path.write_text("\n".join(change(path.read_text().splitlines())) + "\n")
    with pytest.raises(DataError, match=rf"responses\.tsv(.|\n)*{match}"):
        load_responses(path)
