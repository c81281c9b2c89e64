"""Step trials: order, repetitions and folds, and bad input that must leave no table."""

import json

import pytest
from tests.support.studies import as_option

from cortex2image.data.bids.reader import BidsDataset
from cortex2image.data.prepared import ShownRun
from cortex2image.data.recording import Event
from cortex2image.errors import Cortex2imageError, DataError
from cortex2image.steps import stimuli, trials
from cortex2image.tables.recordings import STIMULI, TRIALS


@pytest.fixture
def study(small_study, tmp_path):
    settings = as_option(subjects=["sub-01"], dataset=source(small_study))
    stimuli.main(["--stimuli", str(tmp_path / "stimuli.parquet"), *settings])
    return small_study


def source(study):
    return {"reader": "bids", "root": str(study.root), "derivatives": None}


def run(study, tmp_path, cross_validate="none", subject="sub-01"):
    out = tmp_path / "trials.parquet"
    settings = as_option(dataset=source(study) | {"cross_validate": cross_validate})
    files = ["--stimuli", str(tmp_path / "stimuli.parquet"), "--trials", str(out)]
    trials.main(["--subject", subject, *files, *settings])
    return TRIALS.read(out).to_pydict()


def test_trials(study, tmp_path):
    table = run(study, tmp_path)
    assert table["trial_id"] == [
        f"ses-{session}_run-{number}_trial-{trial:03d}"
        for session in (1, 2)
        for number in (1, 2)
        for trial in (0, 1)
    ]
    assert table["stimulus_id"] == ["a", "t", "t", "b", "set/c", "t", "t", "b"]
    assert table["repetition"] == [0, 0, 1, 0, 0, 2, 3, 1]
    assert table["split"] == ["train", "test", "test", "train"] * 2
    assert table["fold"] == [None] * 8
    assert table["onset"] == [1, 5] * 4
    assert table["duration"] == [2] * 8


def test_trials_that_the_reader_numbers_keep_their_numbers():
    events = (Event(0.0, 3.0, "a", 2), Event(8.0, 3.0, "b", 4))
    rows = trials.trial_rows([ShownRun("ses-01", "run-01", events)], {"a": "train", "b": "test"}, "none")
    assert [row["trial_id"] for row in rows] == ["ses-01_run-01_trial-002", "ses-01_run-01_trial-004"]


@pytest.mark.parametrize(
    ("unit", "folds"), [("run", [0, 0, 1, 1, 2, 2, 3, 3]), ("session", [0] * 4 + [1] * 4)]
)
def test_folds(study, unit, folds):
    runs = BidsDataset(study.root).runs("sub-01")
    rows = trials.trial_rows(runs, dict.fromkeys("abt", "test") | {"set/c": "train"}, unit)
    assert [row["fold"] for row in rows] == folds
    assert {row["split"] for row in rows} == {"train"}


@pytest.mark.parametrize("unit", ["run", "session"])
def test_a_stimulus_in_two_folds_is_refused(study, tmp_path, unit):
    with pytest.raises(DataError, match=r"(?s)2 stimuli in several folds.*cross_validate: none"):
        run(study, tmp_path, unit)
    assert not (tmp_path / "trials.parquet").exists()


def test_haxby(haxby_root, tmp_path):
    dataset = {"reader": "haxby2001", "root": str(haxby_root)}
    listed, out = str(tmp_path / "stimuli.parquet"), tmp_path / "trials.parquet"
    stimuli.main(["--stimuli", listed, *as_option(subjects=["sub-5"], dataset=dataset)])
    settings = as_option(dataset=dataset | {"cross_validate": "run"})
    trials.main(["--subject", "sub-5", "--stimuli", listed, "--trials", str(out), *settings])
    table = TRIALS.read(out).to_pydict()
    assert table["trial_id"][2] == "ses-1_run-01_trial-000"
    assert table["stimulus_id"][2] == "sub-5_run-01_face"
    assert table["fold"] == [0, 0, 1, 1]


def test_what_was_left_out_travels_with_the_table(study, tmp_path):
    run(study, tmp_path)
    facts = TRIALS.read(tmp_path / "trials.parquet").schema.metadata
    assert (facts[b"runs"], facts[b"left_out"]) == (b"4", b"[]")
    next(study.fmriprep.rglob("sub-01_ses-2_*run-1*_bold.nii.gz")).unlink()
    run(study, tmp_path)
    facts = TRIALS.read(tmp_path / "trials.parquet").schema.metadata
    (problem,) = json.loads(facts[b"left_out"])
    assert facts[b"runs"] == b"3"
    assert problem.startswith("sub-01_ses-2_task-scenes_run-1_events.tsv: no preprocessed recording")


def test_a_run_without_trials_is_a_gap_and_is_not_counted(study, tmp_path):
    study.add_events("sub-01/ses-2", "sub-01_ses-2_task-scenes_run-1")
    table = run(study, tmp_path)
    facts = TRIALS.read(tmp_path / "trials.parquet").schema.metadata
    assert facts[b"runs"] == b"3"
    assert "ses-2_task-scenes_run-1_events.tsv: names no picture" in json.loads(facts[b"left_out"])[0]
    assert len(table["trial_id"]) == 6


def test_stimuli_made_before_the_events_changed(study, tmp_path):
    study.add_events("sub-01/ses-2", "sub-01_ses-2_task-scenes_run-2", "unseen.png")
    with pytest.raises(Cortex2imageError, match=r"stimuli\.parquet(.|\n)*unseen(.|\n)*--forcerun stimuli"):
        run(study, tmp_path)
    assert not (tmp_path / "trials.parquet").exists()


def test_bad_events_leave_no_table(study, tmp_path):
    study.add_events("sub-01/ses-1", "sub-01_ses-1_task-scenes_run-1", "../a.png")
    with pytest.raises(Cortex2imageError, match=r"run-1_events\.tsv, row 2(.|\n)*stimuli folder"):
        run(study, tmp_path)
    assert not (tmp_path / "trials.parquet").exists()


def test_no_trial_at_all(study, tmp_path):
    for path in study.root.rglob("*_events.tsv"):
        study.add_events(str(path.parents[1].relative_to(study.root)), path.name.removesuffix("_events.tsv"))
    with pytest.raises(Cortex2imageError, match="at least one trial of sub-01"):
        run(study, tmp_path)
    assert not (tmp_path / "trials.parquet").exists()


def test_subject_without_runs(study, tmp_path):
    with pytest.raises(Cortex2imageError, match="at least one run of sub-08"):
        run(study, tmp_path, subject="sub-08")
    assert not (tmp_path / "trials.parquet").exists()


def resplit(tmp_path, split, left_out=()):
    """Write stimuli.parquet as split_stimuli does, with these test stimuli and without those left out."""
    path = tmp_path / "stimuli.parquet"
    table = STIMULI.read(path).to_pandas()
    table = table[~table["stimulus_id"].isin(left_out)]
    table["split"] = ["test" if name in split else "train" for name in table["stimulus_id"]]
    STIMULI.write(table.to_dict("list"), path, split="tau 0.5", left_out=json.dumps(list(left_out)))


def run_split(study, tmp_path):
    """Run the step with a second table for all trials; return both."""
    files = ["--stimuli", "stimuli", "--trials", "trials", "--shown", "shown"]
    names = [part if part.startswith("--") else str(tmp_path / f"{part}.parquet") for part in files]
    trials.main(["--subject", "sub-01", *names, *as_option(dataset=source(study))])
    return tuple(TRIALS.read(tmp_path / f"{name}.parquet") for name in ("trials", "shown"))


def test_trials_of_stimuli_left_out_are_in_the_table_of_all_trials_alone(study, tmp_path):
    run(study, tmp_path)
    whole = TRIALS.read(tmp_path / "trials.parquet").to_pylist()
    resplit(tmp_path, "t", left_out=["b"])
    kept, shown = run_split(study, tmp_path)
    assert kept.to_pylist() == [row for row in whole if row["stimulus_id"] != "b"]
    assert shown.to_pylist() == whole
    assert kept.schema.metadata[b"left_out_trials"] == b"2"
    assert shown.schema.metadata[b"left_out_trials"] == b"0"
    (words,) = json.loads(kept.schema.metadata[b"left_out"])
    assert words == "2 trials of 1 stimuli left out by the split (tau 0.5)"


def test_how_often_test_stimuli_were_shown_is_said(study, tmp_path, capsys):
    resplit(tmp_path, ["t", "a", "b"])
    run_split(study, tmp_path)
    said = capsys.readouterr().err
    assert "3 test stimuli, 1 shown 1 x; 1 shown 2 x; 1 shown 4 x" in said
    assert "warning: 1 test stimuli of sub-01 have one trial" in said
    resplit(tmp_path, ["t"])
    run_split(study, tmp_path)
    assert "warning" not in capsys.readouterr().err


@pytest.mark.parametrize("tests", [[], ["a", "b", "t", "set/c"]])
def test_a_split_without_trials_on_a_side_is_refused(study, tmp_path, tests):
    resplit(tmp_path, tests)
    with pytest.raises(DataError, match="trials of sub-01 on both sides"):
        run_split(study, tmp_path)
    assert not (tmp_path / "trials.parquet").exists()


def test_the_length_of_runs_is_known_from_recordings(study, tmp_path):
    run(study, tmp_path)
    seconds = json.loads(TRIALS.read(tmp_path / "trials.parquet").schema.metadata[b"run_seconds"])
    lengths = {f"{r.session} {r.run}": r.volumes[1] * r.tr for r in BidsDataset(study.root).runs("sub-01")}
    assert seconds == lengths
    assert len(seconds) == 4


def test_pictures_that_are_alike_are_among_what_the_report_says_first(small_study, tmp_path):
    whole = (small_study.root / "stimuli" / "a.png").read_bytes()
    for picture in (small_study.root / "stimuli").rglob("*.png"):
        picture.write_bytes(whole)
    settings = as_option(subjects=["sub-01"], dataset=source(small_study))
    stimuli.main(["--stimuli", str(tmp_path / "stimuli.parquet"), *settings])
    run(small_study, tmp_path)
    (line,) = json.loads(TRIALS.read(tmp_path / "trials.parquet").schema.metadata[b"left_out"])
    assert line.startswith("all 4 pictures are alike")
