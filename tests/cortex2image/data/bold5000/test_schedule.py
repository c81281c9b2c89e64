"""Sessions and runs from the headers of volumes."""

import nibabel as nib
import numpy as np
import pytest

from cortex2image.data.bold5000.trials import session_lengths, session_runs
from cortex2image.errors import DataError


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
    with pytest.raises(DataError, match=r"148 names, 111 trials in 2 sessions(.|\n)*set dataset\.sessions"):
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
