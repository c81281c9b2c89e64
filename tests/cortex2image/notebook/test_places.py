import pytest

from cortex2image.errors import DataError
from cortex2image.notebook.places import Places


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def test_a_file_of_the_study_is_looked_for_in_its_folder_then_where_the_workflow_ran_then_here(
    tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    root, named = tmp_path / "lab" / "results" / "copy", "results/demo/a.png"
    places = Places(root, "demo")
    for folder in (tmp_path, tmp_path / "lab"):
        write(folder / named, str(folder))
        assert places.find(named).read_text() == str(folder)
    write(root / "a.png", "own")
    assert places.find(named).read_text() == "own"
    assert places.find(str(root / "a.png")).read_text() == "own"


def test_a_file_that_lies_nowhere_is_named(tmp_path):
    places = Places(tmp_path / "results" / "demo", "demo")
    with pytest.raises(DataError, match=r"resources/b\.png"):
        places.find("resources/b.png")
    assert places.folder(tmp_path / "no").name == "no"
