"""The BIDS reader: runs, timing, stimuli, what it refuses, and what is tested before a run."""

import json
import os
import unicodedata
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest
from tests.support.bids_tree import GRID

from cortex2image.data.bids.reader import BidsDataset, check_files
from cortex2image.data.recording import Event
from cortex2image.errors import ConfigError, DataError


def test_runs(small_study):
    dataset = BidsDataset(small_study.root)
    assert dataset.subjects() == ["sub-01", "sub-02"]
    runs = dataset.runs("sub-02")
    assert [(r.session, r.run) for r in runs] == [
        (f"ses-{session}", f"run-{run}") for session in (1, 2) for run in (1, 2)
    ]
    first = runs[0]
    assert (first.subject, first.volumes, first.tr, first.slice_time_reference) == ("sub-02", (0, 20), 1.5, 0)
    assert first.events == (Event(1.0, 2.0, "a"), Event(5.0, 2.0, "t"))
    assert first.confounds is not None
    assert np.isfinite(first.confounds.to_numpy()).all()
    assert set(dataset.subject_files("sub-02")) >= {first.bold, first.mask}
    assert len(dataset.subject_files("sub-02")) == 4 * 5


def test_derivatives_elsewhere_and_in_the_older_layout(small_study, tmp_path):
    (tmp_path / "out").mkdir()
    small_study.fmriprep.rename(tmp_path / "out" / "fmriprep")
    for derivatives in (tmp_path / "out", tmp_path / "out" / "fmriprep"):
        assert len(BidsDataset(small_study.root, derivatives).runs("sub-01")) == 4


@pytest.mark.parametrize(
    ("facts", "tr", "reference"),
    [
        ({}, 1.5, 0.0),
        ({"RepetitionTime": 1.6}, 1.6, 0.0),
        ({"RepetitionTime": 1.6, "SliceTimingCorrected": True}, 1.6, 0.8),
        ({"RepetitionTime": 1.6, "SliceTimingCorrected": False}, 1.6, 0.0),
        ({"RepetitionTime": 1.6, "SliceTimingCorrected": True, "StartTime": 0.7}, 1.6, 0.7),
    ],
)
def test_timing(bids_tree, facts, tr, reference):
    bids_tree.add_events("sub-01", "sub-01_task-x", "a.png")
    bids_tree.add_bold("sub-01", "sub-01_task-x", **facts)
    (run,) = BidsDataset(bids_tree.root).runs("sub-01")
    assert (run.tr, run.slice_time_reference) == pytest.approx((tr, reference))
    assert run.confounds is None


def test_timing_is_inherited_and_overruled(bids_tree):
    bids_tree.add_run("sub-01", "sub-01_task-x_run-1", "a.png")
    bids_tree.add_events("sub-01", "sub-01_task-x_run-2", "a.png")
    bids_tree.add_bold("sub-01", "sub-01_task-x_run-2", RepetitionTime=1.7).with_suffix("").with_suffix(
        ".json"
    ).unlink()
    (bids_tree.root / "task-x_bold.json").write_text(json.dumps({"RepetitionTime": 1.7}))
    assert [run.tr for run in BidsDataset(bids_tree.root).runs("sub-01")] == [1.5, 1.7]


def test_header_and_sidecar_that_contradict_each_other(small_study):
    for path in small_study.fmriprep.rglob("*run-2*bold.json"):
        path.write_text('{"RepetitionTime": 2.5}')
    with pytest.raises(DataError) as error:
        BidsDataset(small_study.root).runs("sub-01")
    assert "ses-1_task-scenes_run-2_space-T1w_desc-preproc_bold.nii.gz" in error.value.where
    assert "1.5 s in the header, RepetitionTime 2.5 s" in error.value.found


def test_the_sources_of_a_run_are_known(small_study):
    sources = BidsDataset(small_study.root).runs("sub-01")[0].sources
    assert sources.events.name == "sub-01_ses-1_task-scenes_run-1_events.tsv"
    assert sources.confounds.name == "sub-01_ses-1_task-scenes_run-1_desc-confounds_timeseries.tsv"
    assert sources.tr.endswith("sub-01_ses-1_task-scenes_run-1_space-T1w_desc-preproc_bold.json")


@pytest.mark.parametrize("shown", [(), ("n/a", "n/a")])
def test_a_run_without_trials_is_reported(small_study, capsys, shown):
    small_study.add_events("sub-01/ses-2", "sub-01_ses-2_task-scenes_run-1", *shown)
    dataset = BidsDataset(small_study.root)
    (problem,) = dataset.problems("sub-01")
    assert problem.startswith("sub-01_ses-2_task-scenes_run-1_events.tsv: names no picture; not used: sub")
    assert len(dataset.runs("sub-01")) == 4
    assert capsys.readouterr().err.count(f"warning: {problem}") == 1


@pytest.mark.parametrize("content", ["{", '{"RepetitionTime": "fast"}', '{"RepetitionTime": null}'])
def test_useless_sidecar(small_study, content):
    path = small_study.root / "task-scenes_bold.json"
    path.write_text(content)
    with pytest.raises(DataError, match=r"task-scenes_bold\.json(.|\n)*RepetitionTime"):
        BidsDataset(small_study.root).runs("sub-01")


def test_no_repetition_time(small_study):
    for path in small_study.fmriprep.rglob("*bold.json"):
        path.write_text('{"RepetitionTime": 0}')
    with pytest.raises(DataError, match=r"a repetition time(.|\n)*write RepetitionTime"):
        BidsDataset(small_study.root).runs("sub-01")


def test_gaps_are_reported(small_study, capsys):
    small_study.add_events("sub-01/ses-1", "sub-01_ses-1_task-scenes_run-9", "a.png")
    assert len(BidsDataset(small_study.root).runs("sub-01")) == 4
    (problem,) = BidsDataset(small_study.root).problems("sub-01")
    assert problem.startswith("sub-01_ses-1_task-scenes_run-9_events.tsv: no preprocessed recording")
    assert f"warning: {problem}" in capsys.readouterr().err
    assert BidsDataset(small_study.root).problems("sub-02") == []


def test_stimuli_are_those_that_were_seen(small_study):
    stimuli = BidsDataset(small_study.root).stimuli(["sub-01", "sub-02"])
    assert [s.stimulus_id for s in stimuli] == ["a", "b", "set/c", "t"]
    assert [s.split for s in stimuli] == ["train", "train", "train", "test"]
    assert stimuli[2].image_path == str(small_study.root / "stimuli" / "set" / "c.png")
    assert (stimuli[0].captions, stimuli[0].category) == (("a cat", "one cat"), "cat")


def test_picture_missing(small_study):
    (small_study.root / "stimuli" / "t.png").unlink()
    with pytest.raises(DataError, match=r"stimuli/t\.png(.|\n)*no such file(.|\n)*put the picture there"):
        BidsDataset(small_study.root).stimuli(["sub-01"])


def test_picture_not_in_the_table(small_study):
    small_study.add_pictures("a.png", "b.png", "t.png")
    with pytest.raises(DataError, match=r"ses-2.*_events\.tsv(.|\n)*no picture 'set/c'(.|\n)*add it to"):
        BidsDataset(small_study.root).stimuli(["sub-01"])


def test_link_out_of_the_stimuli_folder(small_study, tmp_path):
    picture = small_study.root / "stimuli" / "t.png"
    picture.rename(tmp_path / "elsewhere.png")
    os.symlink(tmp_path / "elsewhere.png", picture)
    with pytest.raises(DataError, match=r"stimuli/t\.png(.|\n)*a link to(.|\n)*copy"):
        BidsDataset(small_study.root).stimuli(["sub-01"])


def test_link_into_the_store_of_git_annex(small_study):
    picture = small_study.root / "stimuli" / "t.png"
    store = small_study.root / ".git" / "annex" / "objects" / "key"
    store.parent.mkdir(parents=True)
    picture.rename(store)
    os.symlink(store, picture)
    assert len(BidsDataset(small_study.root).stimuli(["sub-01"])) == 4


def test_one_subject_twice(small_study):
    with pytest.raises(ConfigError, match="sub-1 and sub-01 are one subject"):
        BidsDataset(small_study.root).stimuli(["sub-1", "sub-01"])


@pytest.mark.parametrize("missing", ["root", "derivatives"])
def test_missing_folder(small_study, tmp_path, missing):
    folders = {"root": small_study.root, "derivatives": small_study.fmriprep}
    folders[missing] = tmp_path / "nowhere"
    with pytest.raises(DataError, match=r"nowhere(.|\n)*no such folder(.|\n)*dataset/root"):
        BidsDataset(**folders).runs("sub-01")


def test_truncated_recording(small_study):
    for path in small_study.fmriprep.rglob("sub-01_ses-1_*run-1*bold.nii.gz"):
        path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(DataError, match=r"run-1.*bold\.nii\.gz(.|\n)*whole NIfTI"):
        BidsDataset(small_study.root).runs("sub-01")


@pytest.fixture
def dataset(small_study):
    return BidsDataset(small_study.root)


def test_a_complete_study_passes(dataset, tmp_path):
    atlas = nib.Nifti1Image(np.ones(GRID, np.uint8), np.eye(4))
    nib.save(atlas, tmp_path / "atlas.nii.gz")
    check_files(dataset, "sub-01", str(tmp_path / "atlas.nii.gz"))
    check_files(dataset, "sub-01", None)


@pytest.mark.parametrize("of", ["atlas", "mask", "bold"])
def test_grids_are_compared_before_anything_runs(dataset, tmp_path, of):
    bold, mask = dataset.files_with_grid("sub-01")[1]
    path = {"atlas": tmp_path / "atlas.nii.gz", "mask": mask, "bold": bold}[of]
    nib.save(nib.Nifti1Image(np.ones(GRID, np.uint8), np.eye(4)), tmp_path / "atlas.nii.gz")
    wrong = (*GRID[::-1], 20) if of == "bold" else GRID[::-1]
    nib.save(nib.Nifti1Image(np.ones(wrong, np.uint8), np.eye(4)), path)
    with pytest.raises(DataError, match=r"shape \(3, 4, 2\)(.|\n)*shape \(2, 4, 3\)") as error:
        check_files(dataset, "sub-01", str(tmp_path / "atlas.nii.gz"))
    assert error.value.where == str(path)


def test_a_run_without_a_mask_is_refused_before_anything_runs(dataset):
    dataset.files_with_grid("sub-01")[1][1].unlink()
    with pytest.raises(DataError, match="a brain mask of the run"):
        check_files(dataset, "sub-01", None)


def test_another_padding_names_the_spelling_of_the_folder(dataset):
    with pytest.raises(DataError, match="write sub-01 under subjects"):
        check_files(dataset, "sub-1", None)


def test_a_missing_atlas_is_named(dataset, tmp_path):
    with pytest.raises(DataError, match="dataset/rois/atlas") as error:
        check_files(dataset, "sub-01", str(tmp_path / "nowhere.nii.gz"))
    assert "nowhere.nii.gz" in error.value.where


def test_a_missing_table_of_pictures_is_named_with_its_columns(dataset):
    dataset.stimuli_table.unlink()
    with pytest.raises(DataError, match=r"stim_file, split(.|\n)*dataset/reader: bids_categories"):
        check_files(dataset, "sub-01", None)


@pytest.mark.parametrize("table", ["NFC", "NFD"])
@pytest.mark.parametrize("events", ["NFC", "NFD"])
@pytest.mark.parametrize("disk", ["NFC", "NFD"])
def test_accents_in_either_form_name_one_picture(bids_tree, table, events, disk):
    names = {form: unicodedata.normalize(form, "été/ö.png") for form in ("NFC", "NFD")}
    bids_tree.add_pictures(names[table], "t.png", test=("t.png",))
    (bids_tree.root / "stimuli" / names[table]).unlink()
    (bids_tree.root / "stimuli" / names[disk]).parent.mkdir(exist_ok=True)
    (bids_tree.root / "stimuli" / names[disk]).write_bytes(b"here")
    bids_tree.add_run("sub-01", "sub-01_task-x_run-1", names[events], "t.png")
    dataset = BidsDataset(bids_tree.root)
    stimuli = {stimulus.stimulus_id: stimulus for stimulus in dataset.stimuli(["sub-01"])}
    assert set(stimuli) == {"été/ö", "t"}
    assert Path(stimuli["été/ö"].image_path).read_bytes() == b"here"
    assert [event.stimulus_id for event in dataset.runs("sub-01")[0].events] == ["été/ö", "t"]


def test_derivatives_under_another_name_are_shown(small_study):
    small_study.fmriprep.rename(small_study.fmriprep.with_name("fmriprep-24.1"))
    with pytest.raises(DataError, match=r"derivatives/fmriprep\n(.|\n)*folders beside it: fmriprep-24\.1"):
        BidsDataset(small_study.root).runs("sub-01")
