"""Order, sessions and runs of the pictures of BOLD5000."""

import nibabel as nib
import numpy as np
import pytest

from cortex2image.data.bold5000.trials import (
    read_names,
    repeated_stimuli,
    session_lengths,
    session_runs,
    stimulus_of,
)
from cortex2image.errors import DataError


def test_identity_is_the_same_in_every_repetition():
    assert stimulus_of("rep_COCO_train2014_000000419379.jpg") == "COCO_train2014_000000419379"
    assert stimulus_of("n01930112_19568.JPEG") == "n01930112_19568"
    assert stimulus_of("reprint1.png") == "reprint1"


@pytest.mark.parametrize(
    "names",
    [
        ["a.jpg", "rep_b.jpg", "c.jpg", "rep_b.jpg"],  # every presentation is marked
        ["a.jpg", "b.jpg", "c.jpg", "rep_b.jpg"],  # only later ones are
        ["a.jpg", "b.jpg", "c.jpg", "b.jpg"],  # none is
        ["a.jpg", "rep_b.jpg", "c.jpg"],  # the others are in sessions this subject never did
    ],
)
def test_repeats_however_they_are_marked(names):
    assert repeated_stimuli(names) == {"b"}


def test_line_endings(tmp_path):
    path = tmp_path / "names.txt"
    path.write_bytes(b"a.jpg\r\nrep_b.jpg\r\n\r\n")
    assert read_names(path) == ["a.jpg", "rep_b.jpg"]


@pytest.mark.parametrize(
    ("content", "match"),
    [(b"", "empty file"), (b"a.jpg\n\nb.jpg\n", "line 2 is empty"), (b"\xff\xfe", "codec")],
)
def test_broken_lists(tmp_path, content, match):
    path = tmp_path / "CSI1_imgnames.txt"
    path.write_bytes(content)
    with pytest.raises(DataError, match=rf"imgnames\.txt(.|\n)*{match}"):
        read_names(path)


@pytest.fixture
def volumes(tmp_path):
    """Sessions of 37, 74 and 37 trials of one voxel."""
    paths = [tmp_path / f"ses-{number}.nii.gz" for number in (1, 2, 3)]
    for path, length in zip(paths, (37, 74, 37), strict=True):
        nib.save(nib.Nifti1Image(np.zeros((1, 1, 1, length), np.float32), np.eye(4)), path)
    return paths


@pytest.mark.parametrize(("first", "lengths"), [(None, [37, 74, 37]), (2, [37, 74]), (9, [37, 74, 37])])
def test_lengths(volumes, first, lengths):
    assert session_lengths(volumes, "names.txt", 148, first) == lengths


def test_only_the_first_sessions_were_fetched(volumes):
    assert session_lengths(volumes[:2], "names.txt", 148, 2) == [37, 74]
    with pytest.raises(DataError, match=r"148 names, 111 trials in 2 sessions(.|\n)*set dataset/sessions"):
        session_lengths(volumes[:2], "names.txt", 148, None)


def test_more_trials_than_names(volumes):
    with pytest.raises(DataError, match="100 names, 111 trials"):
        session_lengths(volumes, "names.txt", 100, 2)


def test_no_whole_number_of_runs(volumes):
    nib.save(nib.Nifti1Image(np.zeros((1, 1, 1, 73), np.float32), np.eye(4)), volumes[1])
    with pytest.raises(DataError, match=r"ses-2(.|\n)*37 trials(.|\n)*73 trials"):
        session_lengths(volumes, "names.txt", 147, None)


def test_runs_begin_anew():
    runs = session_runs("ses-03", [f"s{number}" for number in range(74)])
    assert [run.run for run in runs] == ["run-01", "run-02"]
    assert [event.stimulus_id for event in runs[1].events] == [f"s{number}" for number in range(37, 74)]
