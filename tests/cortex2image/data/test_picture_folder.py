"""Pictures found in the Unicode form of the disk, and what is said of those that are not there."""

import os
import unicodedata

import pytest

from cortex2image.data.picture_folder import PictureFolder, normal_form
from cortex2image.errors import DataError

COMPOSED = "étude/über.png"
DECOMPOSED = unicodedata.normalize("NFD", COMPOSED)


def write(root, name):
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).touch()
    return root / name


def test_the_two_forms_are_different_texts_of_one_name():
    assert COMPOSED != DECOMPOSED
    assert normal_form(DECOMPOSED) == COMPOSED


@pytest.mark.parametrize("stored", [COMPOSED, DECOMPOSED])
@pytest.mark.parametrize("asked", [COMPOSED, DECOMPOSED])
def test_a_picture_is_found_in_either_form(tmp_path, stored, asked):
    expected = write(tmp_path, stored)
    assert PictureFolder(tmp_path).find(asked, "table").read_bytes() == b""
    assert PictureFolder(tmp_path).find(asked, "table").samefile(expected)


def test_the_very_name_goes_before_another_form_of_it(tmp_path):
    files = [write(tmp_path, name) for name in (COMPOSED, DECOMPOSED)]
    assert [PictureFolder(tmp_path).find(name, "table") for name in (COMPOSED, DECOMPOSED)] == files


@pytest.mark.parametrize("asked", ["Set/A.PNG", "set/a.jpg", "set\\a.png", "SET\\A.jpeg"])
def test_a_name_that_is_nearly_right_is_shown_the_right_one(tmp_path, asked):
    write(tmp_path, "set/a.png")
    with pytest.raises(DataError, match=r"no such file, but set/a\.png\n.*correct stimuli\.tsv"):
        PictureFolder(tmp_path).find(asked, "stimuli.tsv")


@pytest.mark.parametrize("asked", ["b.png", "set", "set/a.png/c.png", "nowhere/a.png"])
def test_a_picture_that_is_not_there_is_named(tmp_path, asked):
    write(tmp_path, "set/a.png")
    with pytest.raises(DataError, match=r"no such file\n") as error:
        PictureFolder(tmp_path).find(asked, "stimuli.tsv")
    assert error.value.where == str(tmp_path / asked)


def test_a_folder_is_listed_once(tmp_path, monkeypatch):
    for number in range(5):
        write(tmp_path, unicodedata.normalize("NFD", f"ä{number}.png"))
    listed = []
    whole = os.listdir
    monkeypatch.setattr("os.listdir", lambda folder: listed.append(folder) or whole(folder))
    folder = PictureFolder(tmp_path)
    assert len({folder.find(f"ä{number}.png", "table") for number in range(5)}) == 5
    assert len(listed) == 1


def test_a_name_that_is_longer_than_any_file(tmp_path):
    with pytest.raises(DataError, match="no such file"):
        PictureFolder(tmp_path).find("x" * 300 + ".png", "stimuli.tsv")


def test_links_may_lead_into_the_folder_and_its_stores_alone(tmp_path):
    root, store, outside = (tmp_path / name for name in ("stimuli", "annex", "outside"))
    for folder, name in ((root, "a.png"), (store, "b.png"), (outside, "c.png")):
        (root / f"link-{name}").parent.mkdir(exist_ok=True)
        (root / f"link-{name}").symlink_to(write(folder, name))
    folder = PictureFolder(root, (store,))
    for name in ("link-a.png", "link-b.png"):
        assert folder.find(name, "table") == root / name
    with pytest.raises(DataError, match=r"a link to .*/outside/c\.png"):
        folder.find("link-c.png", "table")
    with pytest.raises(DataError, match=r"annex/b\.png"):
        PictureFolder(root).find("link-b.png", "table")
