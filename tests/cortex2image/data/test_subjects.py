"""One person, however the label is padded."""

import pytest

from cortex2image.data.subjects import check_folders, check_subjects, plain_label, subject_key
from cortex2image.errors import ConfigError, DataError


@pytest.mark.parametrize(
    ("label", "plain"), [("01", "1"), ("1", "1"), ("0", "0"), ("010", "10"), ("NDAR01", "NDAR01"), ("²", "²")]
)
def test_padding_goes(label, plain):
    assert plain_label(label) == plain


def test_prefix_and_padding_do_not_matter():
    assert subject_key("sub-01") == subject_key("sub-1") == subject_key("1")
    assert subject_key("sub-1") != subject_key("sub-10")


@pytest.mark.parametrize("labels", [["sub-1", "sub-01"], ["sub-2", "sub-2"]])
def test_one_subject_named_twice(labels):
    with pytest.raises(ConfigError, match=f"{labels[0]} and {labels[1]} are one subject(.|\n)*keep one"):
        check_subjects(labels)


def test_two_folders_of_one_subject(tmp_path):
    with pytest.raises(DataError, match=r"sub-1 and sub-01 are one subject(.|\n)*merge"):
        check_folders(tmp_path, ["sub-1", "sub-01"])


def test_different_subjects_pass():
    check_subjects(["sub-1", "sub-10", "sub-001a"])
    check_folders("here", ["sub-1", "sub-2"])
