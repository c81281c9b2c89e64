"""The Haxby reader on a small tree of the public layout, and on the real data where they are."""

import os
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest

from cortex2image.data.haxby2001 import CATEGORIES, Haxby2001Dataset, parse_labels
from cortex2image.data.recording import Event
from cortex2image.data.volumes import load_bold, load_mask
from cortex2image.errors import ConfigError, DataError


def test_runs(haxby_root):
    dataset = Haxby2001Dataset(haxby_root)
    assert dataset.subjects() == ["sub-1", "sub-5"]
    runs = dataset.runs("sub-1")
    assert [(r.run, r.volumes) for r in runs] == [
        ("run-00", (0, 15)),
        ("run-01", (15, 30)),
        ("run-02", (30, 45)),
    ]
    assert runs[1].events == (
        Event(2.5, 10.0, "sub-1_run-01_face"),
        Event(17.5, 12.5, "sub-1_run-01_house"),
    )
    assert (runs[0].tr, runs[0].session, runs[0].confounds) == (2.5, "ses-1", None)
    assert runs[0].mask == haxby_root / "mask.nii.gz"


def test_stimuli(haxby_root):
    stimuli = Haxby2001Dataset(haxby_root).stimuli(["sub-1", "sub-5"])
    assert len(stimuli) == 6 + 4
    assert stimuli == sorted(stimuli, key=lambda s: s.stimulus_id)
    assert {(s.split, s.image_path) for s in stimuli} == {("train", None)}
    assert {s.category for s in stimuli} == {"face", "house"}
    assert all(s.category in caption for s in stimuli for caption in s.captions)


def test_corrupted_run_is_left_out_and_reported(haxby_root, capsys):
    runs = Haxby2001Dataset(haxby_root).runs("sub-5")
    assert [run.run for run in runs] == ["run-00", "run-01"]
    (problem,) = Haxby2001Dataset(haxby_root).problems("sub-5")
    assert problem.startswith("subj5/labels.txt: run 2 is rest throughout")
    assert problem in capsys.readouterr().err
    assert Haxby2001Dataset(haxby_root).problems("sub-1") == []


def test_mask_beside_the_subject(haxby_root):
    (haxby_root / "mask.nii.gz").rename(haxby_root / "subj1" / "mask.nii.gz")
    assert Haxby2001Dataset(haxby_root).runs("sub-1")[0].mask == haxby_root / "subj1" / "mask.nii.gz"


def test_files_are_named_before_they_are_there(tmp_path):
    files = Haxby2001Dataset(tmp_path).subject_files("sub-03")
    assert [str(f.relative_to(tmp_path)) for f in files] == [
        f"subj3/{name}" for name in ("bold.nii.gz", "labels.txt", "mask.nii.gz")
    ]


@pytest.mark.parametrize("method", ["runs", "stimuli"])
def test_missing_data(haxby_root, method):
    argument = "sub-2" if method == "runs" else ["sub-2"]
    with pytest.raises(DataError, match=r"subj2/bold\.nii\.gz(.|\n)*place mask\.nii\.gz, subjN"):
        getattr(Haxby2001Dataset(haxby_root), method)(argument)


@pytest.mark.parametrize(
    ("content", "match"),
    [
        ("labels chunks\nrest zero\n", "condition and run number"),
        ("labels chunks\nrest 0 1\n", "condition and run number"),
        ("labels chunks\n", "no rows"),
        ("labels chunks\ndog 0\n", "dog"),
        ("labels chunks\nrest 0\nface 1\nrest 0\n", "one piece"),
    ],
)
def test_bad_labels(tmp_path, content, match):
    (tmp_path / "labels.txt").write_text(content)
    with pytest.raises(DataError, match=rf"labels\.txt(.|\n)*{match}(.|\n)*to do"):
        parse_labels(tmp_path / "labels.txt")


def test_labels_of_another_recording(haxby_root):
    with open(haxby_root / "subj1" / "labels.txt", "a") as file:
        file.write("rest 2\n")
    with pytest.raises(DataError, match=r"labels\.txt(.|\n)*46 rows, 45 volumes"):
        Haxby2001Dataset(haxby_root).runs("sub-1")


def test_rest_throughout(haxby_root):
    labels = haxby_root / "subj1" / "labels.txt"
    labels.write_text(labels.read_text().replace("face", "rest").replace("house", "rest"))
    with pytest.raises(DataError, match=r"labels\.txt(.|\n)*at least one run"):
        Haxby2001Dataset(haxby_root).runs("sub-1")


def test_one_subject_twice(haxby_root):
    with pytest.raises(ConfigError, match="sub-1 and sub-01 are one subject"):
        Haxby2001Dataset(haxby_root).stimuli(["sub-1", "sub-01"])


@pytest.mark.skipif("CORTEX2IMAGE_HAXBY" not in os.environ, reason="CORTEX2IMAGE_HAXBY names no data")
def test_real_data():
    dataset = Haxby2001Dataset(Path(os.environ["CORTEX2IMAGE_HAXBY"]))
    runs = dataset.runs("sub-1")
    assert len(runs) == 12
    assert all(sorted(e.stimulus_id.split("_")[2] for e in run.events) == list(CATEGORIES) for run in runs)
    mask, affine = load_mask(runs[3].mask)
    bold = load_bold(runs[3].bold, mask, runs[3].volumes)
    whole = nib.load(runs[3].bold)
    np.testing.assert_array_equal(bold, whole.get_fdata()[mask].T[363:484])
    np.testing.assert_allclose(affine, whole.affine)
