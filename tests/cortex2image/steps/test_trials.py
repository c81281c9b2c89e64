"""Step trials: order, repetitions and folds, and bad input that must leave no table."""

import json

import pytest
from tests.support.studies import as_option

from cortex2image.data.bids.reader import BidsDataset
from cortex2image.data.prepared import ShownRun
from cortex2image.data.recording import Event
from cortex2image.errors import Cortex2imageError, DataError
from cortex2image.steps import stimuli, trials
from cortex2image.tables.recordings import TRIALS


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


def test_stimuli_made_before_the_events_changed(study, tmp_path):
    study.add_events("sub-01/ses-2", "sub-01_ses-2_task-scenes_run-2", "unseen.png")
    with pytest.raises(Cortex2imageError, match=r"stimuli\.parquet(.|\n)*unseen(.|\n)*--forcerun stimuli"):
        run(study, tmp_path)
    assert not (tmp_path / "trials.parquet").exists()


@pytest.mark.parametrize(
    ("shown", "match"),
    [
        (["a.png"] * 8, r"run-1_events\.tsv(.|\n)*within the run's 30 s(.|\n)*to do"),
        (["../a.png"], r"run-1_events\.tsv, row 2(.|\n)*stimuli folder"),
    ],
)
def test_bad_events_leave_no_table(study, tmp_path, shown, match):
    study.add_events("sub-01/ses-1", "sub-01_ses-1_task-scenes_run-1", *shown)
    with pytest.raises(Cortex2imageError, match=match):
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
