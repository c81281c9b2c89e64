"""Events, confounds and the table of pictures, as they should be and as they should not."""

from pathlib import Path

import numpy as np
import pytest

from cortex2image.data.bids.tables import read_confounds, read_events, read_stimuli, stimulus_id
from cortex2image.data.recording import Event
from cortex2image.errors import DataError

EVENTS = ("onset", "duration", "trial_type", "stim_file")
STIMULI = ("stim_file", "split", "captions", "category")


def write(path: Path, columns: tuple[str, ...], *rows: tuple[str, ...]) -> Path:
    path.write_text("".join("\t".join(row) + "\n" for row in (columns, *rows)), encoding="utf-8")
    return path


def test_events_come_in_order_of_onset(tmp_path):
    path = write(
        tmp_path / "events.tsv",
        EVENTS,
        ("8", "2.5", "image", "b/two.png"),
        ("5e-1", " 2", "image", "one.jpg"),
        ("n/a", "n/a", "button", "n/a"),
        ("8", "0", "blank", ""),
        ("-1.5", "0", "image", "early.png"),
    )
    events = Event(-1.5, 0.0, "early"), Event(0.5, 2.0, "one"), Event(8.0, 2.5, "b/two")
    assert read_events(path) == events


@pytest.mark.parametrize(
    ("row", "match"),
    [
        (("n/a", "1", "image", "a.png"), r"row 3(.|\n)*onset in seconds(.|\n)*'n/a'"),
        (("1_000", "1", "image", "a.png"), r"row 3(.|\n)*onset in seconds(.|\n)*'1_000'"),
        (("1,5", "1", "image", "a.png"), r"row 3(.|\n)*onset in seconds(.|\n)*'1,5'"),
        (("1", "-1", "image", "a.png"), r"row 3(.|\n)*at least 0(.|\n)*'-1'"),
        (("1", "long", "image", "a.png"), r"row 3(.|\n)*duration in seconds(.|\n)*'long'"),
        (("1", "inf", "image", "a.png"), r"duration in seconds"),
        (("1", "1", "image", "../a.png"), r"row 3(.|\n)*inside the stimuli folder(.|\n)*'\.\./a\.png'"),
        (("0", "2", "image", "b.png"), r"row 2 \(first\.png\) and row 3 \(b\.png\) at 0 s"),
        (("0.004", "1", "answer", "first.png"), r"row 2 (.|\n)* row 3 (.|\n)*such as answers"),
    ],
)
def test_bad_events(tmp_path, row, match):
    path = write(tmp_path / "events.tsv", EVENTS, ("0", "1", "image", "first.png"), row)
    with pytest.raises(DataError, match=rf"events\.tsv(.|\n)*{match}"):
        read_events(path)


def test_columns_that_are_not_used_may_be_anything(tmp_path):
    columns = ("", "onset", "note", "note", "duration", "stim_file", "")
    path = write(tmp_path / "events.tsv", columns, ("0", "4", "x", "?", "2", "a.png", "7"))
    assert read_events(path) == (Event(4.0, 2.0, "a"),)


def test_a_used_column_that_is_there_twice(tmp_path):
    path = write(tmp_path / "events.tsv", (*EVENTS, "onset"), ("1", "1", "image", "a.png", "9"))
    with pytest.raises(DataError, match="2 columns onset"):
        read_events(path)


def test_events_without_stim_file(tmp_path):
    path = write(tmp_path / "events.tsv", EVENTS[:3], ("1", "1", "image"))
    with pytest.raises(DataError, match=r"events\.tsv(.|\n)*no stim_file"):
        read_events(path)


def test_events_without_rows(tmp_path):
    assert read_events(write(tmp_path / "events.tsv", EVENTS)) == ()


@pytest.mark.parametrize("path", ["/etc/a.png", "../a.png", "b/../../a.png", "."])
def test_paths_that_lead_out(path):
    with pytest.raises(DataError, match="inside the stimuli folder"):
        stimulus_id(path, "here")


def test_identity_keeps_folders_and_inner_dots():
    assert stimulus_id("./set/a.v2.png", "here") == "set/a.v2"


def test_confounds(tmp_path):
    columns = ("trans_x", "trans_x_derivative1", "dvars")
    rows = (("1", "n/a", "n/a"), ("3.5", "2.5", "n/a"), ("3", "-5e-1", "7"))
    confounds = read_confounds(write(tmp_path / "confounds.tsv", columns, *rows), 3)
    expected = np.array([[1, 0, np.nan], [3.5, 2.5, np.nan], [3, -0.5, 7]])
    np.testing.assert_array_equal(confounds.to_numpy(), expected)
    assert tuple(confounds) == columns


def test_confounds_of_another_length(tmp_path):
    path = write(tmp_path / "confounds.tsv", ("trans_x",), ("1",), ("2",))
    with pytest.raises(DataError, match=r"confounds\.tsv(.|\n)*3 rows(.|\n)*2 rows"):
        read_confounds(path, 3)


def test_confounds_of_text_and_of_one_name_are_left_as_they_are(tmp_path):
    columns = ("trans_x", "note", "rot_x", "rot_x")
    path = write(tmp_path / "confounds.tsv", columns, ("1", "n/a", "1", "2"), ("NaN", "fast", "3", "4"))
    confounds = read_confounds(path, 2)
    assert tuple(confounds) == columns
    assert confounds["note"].tolist() == ["n/a", "fast"]
    np.testing.assert_array_equal(confounds["rot_x"], [[1, 2], [3, 4]])
    np.testing.assert_array_equal(confounds["trans_x"], [1, np.nan])


def test_stimuli(tmp_path):
    path = write(
        tmp_path / "stimuli.tsv",
        STIMULI,
        ("a.png", "train", "a cat | one cat, sitting", "cat"),
        ("b.png", "test", "NA", "n/a"),
    )
    stimuli = read_stimuli(path)
    assert stimuli["a"][0] == "a.png"
    assert stimuli["a"][1].captions == ("a cat", "one cat, sitting")
    assert (stimuli["b"][1].captions, stimuli["b"][1].category) == (("NA",), None)
    assert (stimuli["a"][1].category, stimuli["a"][1].setting) == ("cat", None)


def test_a_setting_may_be_stated(tmp_path):
    header = (*STIMULI, "setting")
    path = write(tmp_path / "stimuli.tsv", header, ("a.png", "train", "a cat", "n/a", "room"))
    stimulus = read_stimuli(path)["a"][1]
    assert (stimulus.category, stimulus.setting) == (None, "room")


@pytest.mark.parametrize(
    ("row", "match"),
    [
        (("b.png", "validation", "a cat", "cat"), "'validation'"),
        (("b.png", "train", "", "cat"), "at least one caption"),
        (("b.png", "train", "n/a", "cat"), "at least one caption"),
        (("b.png", "train", "a cat | ", "cat"), "none empty"),
        (("a.jpg", "train", "a cat", "cat"), r"a\.png and a\.jpg"),
        (("../b.png", "train", "a cat", "cat"), "inside the stimuli folder"),
    ],
)
def test_bad_stimuli(tmp_path, row, match):
    path = write(tmp_path / "stimuli.tsv", STIMULI, ("a.png", "train", "a dog", "dog"), row)
    with pytest.raises(DataError, match=rf"stimuli\.tsv, row 3(.|\n)*{match}(.|\n)*to do"):
        read_stimuli(path)
