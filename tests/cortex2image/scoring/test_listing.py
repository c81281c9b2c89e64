"""Folders and tables of pictures: which file is which sample of which stimulus, or why it cannot be told."""

import unicodedata

import pandas as pd
import pytest
from tests.support.elsewhere import IDS, save, write_files, write_stimuli

from cortex2image.errors import DataError
from cortex2image.scoring.listing import list_reconstructions, list_stimuli


def listed(folder, names, rng, stimuli=IDS):
    return list_reconstructions(str(write_files(folder, names, rng)), stimuli)


def table(path, rows):
    frame = pd.DataFrame(rows)
    if path.suffix == ".parquet":
        frame.to_parquet(path)
    else:
        frame.to_csv(path, sep="," if path.suffix == ".csv" else "\t", index=False)
    return str(path)


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["a.png", "b.JPG"], {("a", 0), ("b", 0)}),
        (["a_0.png", "a_12.png"], {("a", 0), ("a", 12)}),
        (["a/0.png", "a/1.png", "b/0.tif"], {("a", 0), ("a", 1), ("b", 0)}),
        (["nsd_02950.png", "nsd_02950_1.png"], {("nsd_02950", 0), ("nsd_02950", 1)}),
        (["in/door.png", "in/door_3.png", "in/door/4.png"], {("in/door", n) for n in (0, 3, 4)}),
    ],
)
def test_names_of_files_tell_stimulus_and_sample(tmp_path, rng, names, expected):
    found = listed(tmp_path, names, rng, ["a", "b", "nsd_02950", "in/door"])
    assert set(found) == expected
    assert {path[len(str(tmp_path)) + 1 :] for path in found.values()} == set(names)


def test_other_files_do_not_count(tmp_path, rng):
    write_files(tmp_path, ["a.png", ".hidden.png", ".cache/b.png"], rng)
    (tmp_path / "notes.txt").write_text("a_1.png is worse")
    assert set(list_reconstructions(str(tmp_path), ["a"])) == {("a", 0)}


def test_accents_may_be_written_in_two_ways(tmp_path, rng):
    composed, decomposed = (unicodedata.normalize(form, "café") for form in ("NFC", "NFD"))
    assert set(listed(tmp_path, [f"{decomposed}_1.png"], rng, [composed])) == {(composed, 1)}
    with pytest.raises(DataError, match="sample 1 of 'café' twice"):
        listed(tmp_path, [f"{composed}_1.png"], rng, [composed])


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["a.png", "a.jpg"], r"sample 0 of 'a' twice: .*a\.jpg and .*a\.png"),
        (["a_1.png", "a_01.png"], "sample 1 of 'a' twice"),
        (["a_1.png", "a/1.png"], "sample 1 of 'a' twice"),
        (["a.png", "a_0.png"], "sample 0 of 'a' twice"),
        (["a.png", "q.png", "z.png"], r"files named (.|\n)*2 of other stimuli, first 'q'"),
        (["door.png"], r"first 'door'(.|\n)*did you mean 'in/door'"),
        (["unlike-all.png"], r"first 'unlike-all'\n *to do: *correct the names"),
        (["a_x.png"], "1 of other stimuli, first 'a_x'"),
        (["B_2.png"], r"first 'B_2'(.|\n)*did you mean 'b_2'"),
        (["b_2.png"], r"b_2\.png\n.*one way\n.*sample 0 of 'b_2' or sample 2 of 'b'\n.*\{stimulus\}/"),
    ],
)
def test_names_that_do_not_tell_are_refused(tmp_path, rng, names, message):
    with pytest.raises(DataError, match=message):
        listed(tmp_path, names, rng, ["a", "b", "b_2", "in/door"])


def test_empty_and_absent_folders_are_refused(tmp_path):
    with pytest.raises(DataError, match=r"pictures: a folder(.|\n)*no such path"):
        list_reconstructions(str(tmp_path / "gone"), IDS)
    with pytest.raises(DataError, match="no file"):
        list_reconstructions(str(tmp_path), IDS)
    (tmp_path / "a.txt").write_text("no picture")
    with pytest.raises(DataError, match="1 files, none of them such a picture"):
        list_stimuli(str(tmp_path))
    with pytest.raises(DataError, match=r"stimuli: a folder(.|\n)*a file \.txt"):
        list_stimuli(str(tmp_path / "a.txt"))


@pytest.mark.parametrize("suffix", ["csv", "tsv", "parquet"])
def test_tables_name_files_from_the_working_directory_or_from_their_own(tmp_path, rng, monkeypatch, suffix):
    monkeypatch.chdir(tmp_path)
    write_files(tmp_path, ["here.png", "made/there.png"], rng)
    rows = [{"stimulus_id": "01", "sample": 2, "image_path": "here.png", "other": 1}]
    rows.append({"stimulus_id": "02", "sample": 0, "image_path": "there.png", "other": 2})
    source = table(tmp_path / "made" / f"pictures.{suffix}", rows)
    found = list_reconstructions(source, ["01", "02"])
    assert found == {("01", 2): "here.png", ("02", 0): str(tmp_path / "made" / "there.png")}


def test_a_table_without_samples_has_one_of_each(tmp_path, rng):
    path = save(tmp_path / "x.png", rng.integers(0, 256, (4, 4, 3), dtype="uint8"))
    source = table(tmp_path / "pictures.csv", [{"stimulus_id": 7, "image_path": path}])
    assert list_reconstructions(source, ["7"]) == {("7", 0): path}


def test_a_separator_at_the_end_of_rows_shifts_nothing(tmp_path):
    (tmp_path / "t.tsv").write_text(
        "\ufeffstimulus_id\timage_path\tsample\na\tx.png\t3\t\n", encoding="utf-8"
    )
    assert list_reconstructions(str(tmp_path / "t.tsv"), ["a"]) == {("a", 3): "x.png"}


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"sample": "-1"}, r"row 3\n.*whole number from 0\n.*'-1'"),
        ({"sample": "first"}, "'first'"),
        ({"sample": "0.5"}, "'0.5'"),
        ({"sample": ""}, "whole number"),
        ({"image_path": ""}, r"row 3\n.*image_path of a picture\n.*none"),
        ({"stimulus_id": ""}, r"row 3\n.*a stimulus_id"),
        ({"stimulus_id": "Scene-2"}, "did you mean 'scene-2'"),
        ({"stimulus_id": "scene-1"}, "sample 0 of 'scene-1' twice: 1.png and 2.png"),
    ],
)
def test_wrong_rows_are_named(tmp_path, row, message):
    rows = [{"stimulus_id": f"scene-{n}", "sample": "0", "image_path": f"{n}.png"} for n in (1, 2)]
    rows[1] |= row
    with pytest.raises(DataError, match=message):
        list_reconstructions(table(tmp_path / "t.csv", rows), IDS)


def test_what_is_no_such_table_is_refused(tmp_path):
    (tmp_path / "t.csv").write_text("stimulus_id;image_path\na;x.png\n")
    with pytest.raises(DataError, match=r"columns stimulus_id, image_path\n.*stimulus_id;image_path"):
        list_reconstructions(str(tmp_path / "t.csv"), IDS)
    (tmp_path / "t.csv").write_text("stimulus_id,image_path\n")
    with pytest.raises(DataError, match="no rows"):
        list_stimuli(str(tmp_path / "t.csv"))
    (tmp_path / "t.csv").write_text("stimulus_id,image_path\na,x,1.png\n")
    with pytest.raises(DataError, match=r"t\.csv, row 2\n.*2 cells\n.*3 cells: a, x, 1\.png\n.*quotation"):
        list_stimuli(str(tmp_path / "t.csv"))
    for name, content, expected in (
        ("t.csv", b"", "the columns stimulus_id"),
        ("t.tsv", b"\xff\xfe\x00", "a table of text"),
        ("t.parquet", b"no table", "a Parquet table"),
    ):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(DataError, match=rf"{name}\n.*{expected}"):
            list_stimuli(str(tmp_path / name))


def test_stimuli_of_a_folder_have_the_names_of_their_files(tmp_path, rng):
    write_stimuli(tmp_path, rng, ["a", "b_1", "in/door"])
    found = list_stimuli(str(tmp_path))
    assert {name: stimulus.path for name, stimulus in found.items()} == {
        name: str(tmp_path / f"{name}.png") for name in ("a", "b_1", "in/door")
    }
    assert all(stimulus.wanted and stimulus.category is None for stimulus in found.values())


def test_stimuli_of_a_table_say_category_and_split(tmp_path):
    rows = [
        {"stimulus_id": "a", "image_path": "a.png", "category": "cat", "split": "test"},
        {"stimulus_id": "b", "image_path": None, "category": None, "split": "train"},
    ]
    found = list_stimuli(table(tmp_path / "stimuli.parquet", rows))
    assert (found["a"].category, found["a"].wanted) == ("cat", True)
    assert (found["b"].path, found["b"].category, found["b"].wanted) == (None, None, False)


@pytest.mark.parametrize(
    ("names", "message"),
    [(["a.png", "a.jpg"], "'a' twice"), (["a.png", "A.jpg"], "differ in more than their spelling")],
)
def test_stimuli_that_are_not_told_apart_are_refused(tmp_path, rng, names, message):
    write_files(tmp_path, names, rng)
    with pytest.raises(DataError, match=message):
        list_stimuli(str(tmp_path))
