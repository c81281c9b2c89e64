"""In a log, progress is plain lines."""

import pytest

from cortex2image.progress import duration, track


def test_items_pass_unchanged_and_the_end_is_reported(capsys):
    assert list(track([3, 1, 2], "count", every_s=0)) == [3, 1, 2]
    lines = capsys.readouterr().err.splitlines()
    assert lines[0].startswith("count: 1/3 after")
    assert lines[-1].startswith("count: 3/3 done in")


def test_items_may_count_more_than_one(capsys):
    list(track(["ab", "c"], "letters", total=3, every_s=0, counts=len))
    lines = capsys.readouterr().err.splitlines()
    assert [line.partition(" after")[0] for line in lines[:2]] == ["letters: 2/3", "letters: 3/3"]
    assert lines[-1].startswith("letters: 3/3 done in")


def test_speed_and_the_time_left_are_said(capsys, monkeypatch):
    now = iter([0.0, 4.0, 8.0, 8.0])
    monkeypatch.setattr("cortex2image.progress.time.monotonic", lambda: next(now))
    list(track([1, 2], "count", every_s=1))
    assert capsys.readouterr().err.startswith("count: 1/2 after 4 s, 0.25/s, 4 s left\n")


def test_unknown_lengths_and_empty_work(capsys):
    assert list(track(iter([]), "nothing")) == []
    assert "nothing: 0 done" in capsys.readouterr().err


DURATIONS = {
    0: "0 s",
    59.4: "59 s",
    59.6: "1 min 0 s",
    725: "12 min 5 s",
    3600: "1 h 0 min",
    12000: "3 h 20 min",
}


@pytest.mark.parametrize("seconds", DURATIONS)
def test_durations_are_said_as_people_say_them(seconds):
    assert duration(seconds) == DURATIONS[seconds]
