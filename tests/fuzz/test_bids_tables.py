"""events.tsv, confounds and the table of pictures: any bytes are read as they stand or refused, soon."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.fuzzing import FUZZ, bounded, damaged, read_or_refused, tables

from cortex2image.data.bids.tables import read_confounds, read_events, read_stimuli, read_trials
from cortex2image.errors import DataError

EVENTS = {
    "onset": ("1", "2.5", "12"),
    "duration": ("2", "0", "n/a"),
    "stim_file": ("a.png", "set/b.png", "n/a"),
    "trial_type": ("face", "house"),
}
STIMULI = {
    "stim_file": ("a.png", "b.png", "set/c.png"),
    "split": ("train", "test"),
    "captions": ("a cat | one cat", "a dog"),
    "category": ("cat", "n/a"),
}
CONFOUNDS = {"trans_x": ("0.1", "-3", "n/a"), "framewise_displacement": ("n/a", "0.2"), "label": ("a", "1")}
TEXT = b"onset\tduration\tstim_file\n1\t2\ta.png\n4\t2\tset/b.png\n"


def check_events(path):
    events = read_or_refused(read_events, path) or ()
    for event in events:
        assert math.isfinite(event.onset)
        assert 0 <= event.duration < math.inf
        assert not event.stimulus_id.startswith("/")
        assert ".." not in event.stimulus_id.split("/")
    read_or_refused(read_trials, path, "trial_type", lambda cell, _: cell or None)


@FUZZ
@given(tables(EVENTS) | damaged(TEXT))
def test_events(tmp_path, content):
    (tmp_path / "events.tsv").write_bytes(content)
    check_events(tmp_path / "events.tsv")


@FUZZ
@given(tables(CONFOUNDS) | damaged(b"a\tb\n1\t2\n3\t4\n"), st.integers(0, 6))
def test_confounds(tmp_path, content, volumes):
    (tmp_path / "confounds.tsv").write_bytes(content)
    found = read_or_refused(read_confounds, tmp_path / "confounds.tsv", volumes)
    assert found is None or len(found) == volumes


@FUZZ
@given(tables(STIMULI) | damaged(b"stim_file\tsplit\tcaptions\na.png\ttest\ta cat\n"))
def test_pictures(tmp_path, content):
    (tmp_path / "stimuli.tsv").write_bytes(content)
    for name, (_, stimulus) in (read_or_refused(read_stimuli, tmp_path / "stimuli.tsv") or {}).items():
        assert name == stimulus.stimulus_id
        assert stimulus.captions
        assert ".." not in name.split("/")


START = b"onset\tduration\tstim_file\n1\t2\t"
ENDLESS = {
    "zeros": (b"", b"\0", b""),
    "columns": (b"onset", b"\t", b""),
    "a cell": (START, b"a", b""),
    "a cell in quotes": (START + b'"', b'""', b""),
    "lines": (b"onset\tduration\tstim_file\n", b"\n", b"1"),
}


@pytest.mark.parametrize("kind", ENDLESS)
def test_a_table_without_end(tmp_path, kind):
    first, repeated, last = ENDLESS[kind]
    (tmp_path / "events.tsv").write_bytes(first + repeated * 2**24 + last)
    with bounded(room=2**29), pytest.raises(DataError) as refused:
        read_events(tmp_path / "events.tsv")
    assert len(str(refused.value)) < 50_000


def test_a_table_that_is_too_large(tmp_path):
    with open(tmp_path / "events.tsv", "wb") as file:
        file.truncate(2**40)
    with bounded(5), pytest.raises(DataError, match="1099511627776 bytes"):
        read_events(tmp_path / "events.tsv")


def test_a_table_that_is_a_device(tmp_path):
    (tmp_path / "events.tsv").symlink_to("/dev/zero")
    with bounded(5), pytest.raises(DataError, match="no regular file"):
        read_events(tmp_path / "events.tsv")
