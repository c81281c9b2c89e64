"""Matching pictures by name to the table of pictures."""

import unicodedata
from pathlib import Path

import pytest

from cortex2image.data.picture_table import described_stimuli, picture_name
from cortex2image.data.recording import Stimulus
from cortex2image.errors import DataError

SPLITS = {"a": "train", "b": "test"}


def write_table(folder: Path, *rows: str, header: str = "stim_file\tcaptions") -> Path:
    """Write a table, and an empty file for every picture it names inside its folder."""
    for row in rows:
        picture = folder / row.split("\t")[0]
        if folder in picture.resolve().parents:
            picture.parent.mkdir(exist_ok=True)
            picture.touch()
    table = folder / "stimuli.tsv"
    table.write_text("\n".join((header, *rows)) + "\n")
    return table


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("set/n01_5.JPEG", "n01_5"),
        ("n01_5", "n01_5"),
        ("v1.5_scene", "v1.5_scene"),
        ("v1.5_scene.tiff", "v1.5_scene"),
    ],
)
def test_names(name, expected):
    assert picture_name(name) == expected


def test_pictures_are_found_in_any_folder(tmp_path):
    table = write_table(
        tmp_path,
        "set/b.JPEG\tb one | b two\tdog\tbeach",
        "a.png\tan a\tn/a\tn/a",
        "unseen.png\tan unseen one\tcat\tsea",
        header="stim_file\tcaptions\tcategory\tsetting",
    )
    assert described_stimuli(table, SPLITS) == [
        Stimulus("a", "train", ("an a",), str(tmp_path / "a.png"), None),
        Stimulus("b", "test", ("b one", "b two"), str(tmp_path / "set/b.JPEG"), "dog", "beach"),
    ]


@pytest.mark.parametrize("split", ["test", "n/a", ""])
def test_a_split_that_agrees_or_is_silent(tmp_path, split):
    table = write_table(tmp_path, f"b.png\t{split}\tb", header="stim_file\tsplit\tcaptions")
    assert described_stimuli(table, {"b": "test"})[0].split == "test"


def test_a_split_that_contradicts(tmp_path):
    table = write_table(tmp_path, "b.png\ttrain\tb", header="stim_file\tsplit\tcaptions")
    with pytest.raises(DataError, match=r"row 2(.|\n)*split test(.|\n)*'train' for b"):
        described_stimuli(table, {"b": "test"})


@pytest.mark.parametrize(
    ("rows", "match"),
    [
        (["a.png\tan a"], r"2 pictures(.|\n)*1 are missing, first b"),
        (["a.png\tan a", "b.png\t "], r"row 3(.|\n)*caption"),
        (["a.png\tan a", "b.png\tb", "set/b.jpg\tb"], r"b\.png and set/b\.jpg"),
        (["a.png\tan a", "../../b.png\tb"], "inside the stimuli folder"),
    ],
)
def test_bad_tables(tmp_path, rows, match):
    with pytest.raises(DataError, match=match):
        described_stimuli(write_table(tmp_path, *rows), SPLITS)


def test_missing_picture(tmp_path):
    table = write_table(tmp_path, "a.png\tan a", "b.png\tb")
    (tmp_path / "b.png").unlink()
    with pytest.raises(DataError, match=r"b\.png(.|\n)*no such file"):
        described_stimuli(table, SPLITS)


def test_missing_table(tmp_path):
    with pytest.raises(DataError, match=r"stimuli\.tsv"):
        described_stimuli(tmp_path / "stimuli.tsv", SPLITS)


def test_names_of_the_data_set_and_the_table_may_differ_in_the_form_of_accents(tmp_path):
    composed, decomposed = (unicodedata.normalize(form, "é.png") for form in ("NFC", "NFD"))
    table = write_table(tmp_path, f"{decomposed}\tan e")
    (stimulus,) = described_stimuli(table, {picture_name(composed): "train"})
    assert (stimulus.stimulus_id, stimulus.image_path) == ("é", str(tmp_path / decomposed))
