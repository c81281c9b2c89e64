"""The list of pictures: identities, repeats, and broken lists."""

import pytest

from cortex2image.data.bold5000.trials import read_names, repeated_stimuli, stimulus_of
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
