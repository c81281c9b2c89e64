"""Finding a subject's files among others."""

import pytest

from cortex2image.data.bold5000.layout import SubjectFiles, subject_names
from cortex2image.errors import DataError


def touch(root, *names):
    for name in names:
        (root / name).touch()


def test_sessions_in_order_of_their_number(tmp_path):
    names = [f"CSI1_GLMbetas-TYPED_ses-{n:02d}.nii.gz" for n in range(1, 12)]
    touch(tmp_path, *names, "CSI1_GLMbetas-TYPED_ses-mean.nii.gz", "CSI2_GLMbetas-TYPED_ses-12.nii.gz")
    assert [path.name for path in SubjectFiles(tmp_path, "CSI1", "TYPED").sessions()] == names


def test_other_preparations_do_no_harm(tmp_path):
    touch(tmp_path, "CSI1_GLMbetas-TYPED-A_ses-01.nii.gz", "CSI1_GLMbetas-TYPED-AB_ses-01.nii.gz")
    (found,) = SubjectFiles(tmp_path, "CSI1", "TYPED-A").sessions()
    assert found.name == "CSI1_GLMbetas-TYPED-A_ses-01.nii.gz"


@pytest.mark.parametrize("asked", ["TYPEB", "TYBEB"])
def test_both_spellings_of_one_preparation(tmp_path, asked):
    touch(tmp_path, "CSI1_GLMbetas-TYPEB_ses-01.nii.gz", "CSI1_GLMbetas-TYBEB_ses-01.nii.gz")
    with pytest.raises(DataError, match="TYPEB and TYBEB"):
        SubjectFiles(tmp_path, "CSI1", asked).sessions()


def test_tables_are_named_before_they_are_there(tmp_path):
    tables = SubjectFiles(tmp_path, "CSI4", "TYPED").tables()
    assert len(tables) == 10
    assert tables["left", "EarlyVis"].name == "CSI4_GLMbetas-TYPED_allses_LHEarlyVis.npy"


def test_lists_of_pictures_in_the_archive_of_stimuli(tmp_path):
    folder = tmp_path / "BOLD5000_Stimuli" / "Stimuli_Presentation_Lists" / "CSI1"
    folder.mkdir(parents=True)
    touch(folder, "CSI1_imgnames.txt")
    files = SubjectFiles(tmp_path, "CSI1", "TYPED")
    assert files.names == folder / "CSI1_imgnames.txt"
    assert subject_names(tmp_path) == ["CSI1"]
    touch(tmp_path, "CSI1_imgnames.txt")
    assert files.names == tmp_path / "CSI1_imgnames.txt"
    assert subject_names(tmp_path) == ["CSI1"]


def test_subjects(tmp_path):
    touch(tmp_path, "CSI4_imgnames.txt", "CSI1_imgnames.txt", "README.txt")
    assert subject_names(tmp_path) == ["CSI1", "CSI4"]


def test_two_files_of_one_session_are_both_named(tmp_path):
    touch(tmp_path, "CSI1_GLMbetas-TYPED_ses-1.nii.gz", "CSI1_GLMbetas-TYPED_ses-01.nii.gz")
    with pytest.raises(DataError, match=r"ses-01\.nii\.gz and CSI1_GLMbetas-TYPED_ses-1\.nii\.gz"):
        SubjectFiles(tmp_path, "CSI1", "TYPED").sessions()
