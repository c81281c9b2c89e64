"""Finding a subject's files, and refusing to guess."""

import pytest

from cortex2image.data.bdpy.files import find_files, subject_labels
from cortex2image.errors import DataError

TRAINING, TEST = (f"sub-01_perceptionNaturalImage{part}_original_VC.h5" for part in ("Training", "Test"))
NEW_TRAINING, NEW_TEST = (f"sub-01_ImageNet{part}_fmriprep_volume_native.h5" for part in ("Training", "Test"))


def files(root, *names, subject="sub-01", betas=None):
    for name in names:
        (root / name).touch()
    found = find_files(root, subject, betas)
    return {split: path.name for split, path in found.files.items()}, [p.name for p in found.others]


@pytest.mark.parametrize("subject", ["sub-01", "sub-1"])
@pytest.mark.parametrize("name", ["Subject1.h5", "sub-01.h5", "sub-1.h5"])
def test_one_file(tmp_path, subject, name):
    assert files(tmp_path, name, "Subject11.h5", "Subject2.h5", subject=subject) == ({None: name}, [])


def test_training_and_test(tmp_path):
    letters = "sub-01_perceptionLetterImage_original_VC.h5"
    found = files(tmp_path, TRAINING, TEST, letters, "sub-02_x_Training.h5")
    assert found == ({"train": TRAINING, "test": TEST}, [letters])


def test_one_version_of_two(tmp_path):
    found, _ = files(tmp_path, TRAINING, TEST, NEW_TRAINING, NEW_TEST, betas="fmriprep_volume_native")
    assert found == {"train": NEW_TRAINING, "test": NEW_TEST}


@pytest.mark.parametrize(
    "names",
    [
        [],
        [TRAINING],
        [TRAINING, TEST, NEW_TEST],
        [TRAINING, TEST, NEW_TRAINING, NEW_TEST],
        ["Subject1.h5", "sub-01.h5"],
        ["Subject1.h5", TRAINING, TEST],
    ],
)
def test_several_or_too_few(tmp_path, names):
    with pytest.raises(DataError, match=r"one \.h5 file of sub-01(.|\n)*dataset\.betas") as error:
        files(tmp_path, *names, "sub-02.h5")
    assert all(name in error.value.found for name in names)


def test_subjects(tmp_path):
    for name in ("Subject10.h5", "Subject2.h5", TRAINING, TEST, "ImageFeatures.h5"):
        (tmp_path / name).touch()
    assert subject_labels(tmp_path) == ["sub-01", "sub-02", "sub-10"]
