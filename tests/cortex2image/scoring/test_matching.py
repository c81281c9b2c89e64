"""Both sides together: what is missing on one of them, and what the plan of a run depends on."""

import os

import pandas as pd
import pytest
from tests.support.elsewhere import IDS, write_files, write_stimuli

from cortex2image.errors import DataError
from cortex2image.scoring.matching import match


@pytest.fixture
def stimuli(tmp_path, rng):
    return write_stimuli(tmp_path / "seen", rng)


def names(samples=(0, 1), ids=IDS):
    return [f"{name}_{number}.png" for name in ids for number in samples]


def test_rows_are_sorted_by_stimulus_and_sample(tmp_path, rng, stimuli):
    drawn = write_files(tmp_path / "drawn", names()[::-1], rng)
    matched = match(str(drawn), str(stimuli))
    assert matched.stimuli == list(IDS)
    assert matched.samples == [0, 1]
    assert matched.reconstructions[1] == [str(drawn / "scene-2_0.png"), str(drawn / "scene-2_1.png")]
    assert matched.originals[1] == str(stimuli / "scene-2.png")
    assert len(list(matched.files())) == 3 * len(IDS)


@pytest.mark.parametrize(
    ("drawn", "message"),
    [
        (names(ids=IDS[1:]), r"every stimulus of .*seen\n.*1 of 5 without, first 'scene-1'"),
        ([*names(), "scene-9_0.png"], "1 of other stimuli, first 'scene-9_0'"),
        (
            names()[:-1],
            r"every stimulus: 0, 1\n.*1 of 5 stimuli have fewer; 'scene-5' lacks sample 1",
        ),
        ([*names(), "scene-3_7.png"], "4 of 5 stimuli have fewer; 'scene-1' lacks sample 7"),
    ],
)
def test_pictures_missing_on_one_side_are_named(tmp_path, rng, stimuli, drawn, message):
    write_files(tmp_path / "drawn", drawn, rng)
    with pytest.raises(DataError, match=message):
        match(str(tmp_path / "drawn"), str(stimuli))


def test_two_stimuli_are_too_few(tmp_path, rng):
    seen = write_stimuli(tmp_path / "seen", rng, IDS[:2])
    drawn = write_files(tmp_path / "drawn", names(ids=IDS[:2]), rng)
    with pytest.raises(DataError, match=r"3 stimuli or more\n.*2\n.*no interval"):
        match(str(drawn), str(seen))


def write_table(path, splits, stimuli):
    rows = [
        {"stimulus_id": name, "image_path": str(stimuli / f"{name}.png"), "split": split, "category": "cat"}
        for name, split in zip(IDS, splits, strict=True)
    ]
    pd.DataFrame(rows).to_csv(path, index=False)
    return str(path)


def test_training_stimuli_of_a_table_need_no_reconstruction(tmp_path, rng, stimuli):
    drawn = write_files(tmp_path / "drawn", names(ids=IDS[:3]), rng)
    source = write_table(tmp_path / "stimuli.csv", ["test"] * 3 + ["train"] * 2, stimuli)
    matched = match(str(drawn), source)
    assert matched.stimuli == list(IDS[:3])
    assert matched.categories == ["cat"] * 3
    everyone = write_table(tmp_path / "crossed.csv", ["train"] * 5, stimuli)
    assert match(str(drawn), everyone).stimuli == list(IDS[:3])
    with pytest.raises(DataError, match="1 of 4 without, first 'scene-4'"):
        match(str(drawn), write_table(tmp_path / "more.csv", ["test"] * 4 + ["train"], stimuli))


def test_tables_that_name_no_files_are_refused(tmp_path, rng, stimuli):
    drawn = write_files(tmp_path / "drawn", names((0,)), rng)
    source = write_table(tmp_path / "stimuli.csv", ["test"] * 5, tmp_path / "moved")
    with pytest.raises(DataError, match=r"stimuli\.csv\n.*\n.*5 of 5 are not there, first .*scene-1\.png"):
        match(str(drawn), source)
    rows = pd.read_csv(source).assign(image_path="")
    rows.to_csv(source, index=False)
    with pytest.raises(DataError, match="5 without image_path, first 'scene-1'"):
        match(str(drawn), source)
    rows[["stimulus_id"]].assign(image_path="gone.png").to_csv(tmp_path / "drawn.csv", index=False)
    with pytest.raises(DataError, match=r"drawn\.csv\n.*\n.*5 of 5 are not there, first gone\.png"):
        match(str(tmp_path / "drawn.csv"), str(stimuli))


def test_the_state_changes_with_a_file_and_with_nothing_else(tmp_path, rng, stimuli):
    drawn = write_files(tmp_path / "drawn", names((0,)), rng)
    source = write_table(tmp_path / "stimuli.csv", ["test"] * 5, stimuli)
    before = match(str(drawn), source).state()
    assert match(str(drawn), source).state() == before
    states = {before}
    for file in (drawn / "scene-1_0.png", stimuli / "scene-1.png", tmp_path / "stimuli.csv"):
        os.utime(file, (1, 1))
        states.add(match(str(drawn), source).state())
    write_files(drawn, [f"{name}_1.png" for name in IDS], rng)
    states.add(match(str(drawn), source).state())
    assert len(states) == 5
