"""Step stimuli: the table it writes, and bad input that must leave none."""

import json

import numpy as np
import pytest
from PIL import Image
from tests.support.studies import as_option
from tests.support.synthetic_betas import SyntheticBetas

from cortex2image.errors import Cortex2imageError, DataError
from cortex2image.steps import stimuli
from cortex2image.steps.stimuli import main
from cortex2image.tables.recordings import STIMULI

# Those of the tests lie below the root, as is the default of the reader.
DERIVATIVES = {"derivatives": None}


def run(root, out, *subjects, reader="bids"):
    settings = as_option(subjects=subjects, dataset={"reader": reader, "root": str(root), **DERIVATIVES})
    main(["--stimuli", str(out), *settings])


def test_bids(small_study, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    run("bids", "stimuli.parquet", "sub-01", "sub-02")
    rows = STIMULI.read(tmp_path / "stimuli.parquet").to_pylist()
    assert [row["stimulus_id"] for row in rows] == ["a", "b", "set/c", "t"]
    assert rows[2] == {
        "stimulus_id": "set/c",
        "split": "train",
        "captions": ["a cat", "one cat"],
        "image_path": "bids/stimuli/set/c.png",
        "category": "cat",
        "setting": None,
    }


def test_image_paths_do_not_depend_on_how_the_root_is_written(small_study, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    run("bids", "one.parquet", "sub-01")
    run(small_study.root, "two.parquet", "sub-01")
    assert STIMULI.read("one.parquet").equals(STIMULI.read("two.parquet"))


def test_data_set_outside_the_working_directory(small_study, tmp_path, monkeypatch):
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    run(small_study.root, "stimuli.parquet", "sub-01")
    paths = STIMULI.read("stimuli.parquet").column("image_path").to_pylist()
    assert paths[0] == str(small_study.root / "stimuli" / "a.png")


def test_a_changed_picture_changes_the_table_though_its_rows_are_equal(small_study, tmp_path, monkeypatch):
    """Or what was computed from the old picture would pass for new after a run that broke off."""
    monkeypatch.chdir(tmp_path)
    run("bids", "before.parquet", "sub-01")
    run("bids", "again.parquet", "sub-01")
    picture = small_study.root / "stimuli" / "a.png"
    Image.fromarray(255 - np.asarray(Image.open(picture).convert("RGB"))).save(picture)
    run("bids", "after.parquet", "sub-01")
    before, again, after = (tmp_path / f"{name}.parquet" for name in ("before", "again", "after"))
    assert STIMULI.read(after).equals(STIMULI.read(before))
    assert before.read_bytes() == again.read_bytes() != after.read_bytes()


def test_haxby(haxby_root, tmp_path):
    run(haxby_root, tmp_path / "stimuli.parquet", "sub-1", reader="haxby2001")
    table = STIMULI.read(tmp_path / "stimuli.parquet")
    assert table.num_rows == 6
    assert table.column("image_path").null_count == 6


def edit(path, old, new):
    path.write_text(path.read_text().replace(old, new))


@pytest.mark.parametrize(
    ("break_it", "match"),
    [
        (lambda study: (study.root / "stimuli/t.png").unlink(), r"stimuli/t\.png"),
        (
            lambda study: edit(study.root / "stimuli/stimuli.tsv", "a cat | one cat", ""),
            r"stimuli\.tsv, row 2",
        ),
        (
            lambda study: study.add_events("sub-01/ses-1", "sub-01_ses-1_task-scenes_run-1", "../t.png"),
            r"run-1_events\.tsv, row 2(.|\n)*stimuli folder",
        ),
        (lambda study: (study.root / "stimuli/stimuli.tsv").unlink(), r"stimuli\.tsv"),
    ],
)
def test_bad_input_leaves_no_table(small_study, tmp_path, break_it, match):
    break_it(small_study)
    with pytest.raises(Cortex2imageError, match=rf"{match}(.|\n)*to do"):
        run(small_study.root, tmp_path / "stimuli.parquet", "sub-01")
    assert not (tmp_path / "stimuli.parquet").exists()


@pytest.mark.parametrize(("subjects", "match"), [(("sub-1", "sub-01"), "one subject"), (("sub-7",), "sub-7")])
def test_bad_subjects_leave_no_table(small_study, tmp_path, subjects, match):
    with pytest.raises(Cortex2imageError, match=match):
        run(small_study.root, tmp_path / "stimuli.parquet", *subjects)
    assert not (tmp_path / "stimuli.parquet").exists()


def told_pictures(monkeypatch, tmp_path):
    """The step reads a made-up data set that keeps its pictures in one file."""
    dataset = SyntheticBetas()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(stimuli, "open_dataset", lambda settings: dataset)
    options = as_option(subjects=["sub-01"], dataset={"reader": "nsd", "root": "nowhere"})
    return dataset, [*options, "--stimuli", "stimuli.parquet", "--pictures", "results/pictures"]


def test_pictures_out_of_one_file(monkeypatch, tmp_path):
    _, options = told_pictures(monkeypatch, tmp_path)
    main(options)
    table = STIMULI.read("stimuli.parquet")
    assert table["image_path"].to_pylist() == [f"results/pictures/told-{i}.png" for i in range(4)]
    for number, path in enumerate(table["image_path"].to_pylist()):
        np.testing.assert_array_equal(np.asarray(Image.open(path)), np.full((8, 8, 3), 10 * number))
    assert len(list((tmp_path / "results").rglob("*"))) == 5


def test_a_picture_that_is_missing_leaves_nothing(monkeypatch, tmp_path):
    dataset, options = told_pictures(monkeypatch, tmp_path)
    all_pictures = dataset.pictures
    monkeypatch.setattr(dataset, "pictures", lambda names: all_pictures(names[:-1]))
    with pytest.raises(DataError, match=r"one of every stimulus\n.*none of 1, first told-3"):
        main(options)
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_no_folder_without_pictures_of_ones_own(monkeypatch, tmp_path):
    _, options = told_pictures(monkeypatch, tmp_path)
    main(options[:-1])
    assert STIMULI.read("stimuli.parquet")["image_path"].null_count == 4


def test_pictures_that_are_all_alike_are_said_and_kept_for_the_report(small_study, tmp_path, capsys):
    whole = (small_study.root / "stimuli" / "a.png").read_bytes()
    for picture in (small_study.root / "stimuli").rglob("*.png"):
        picture.write_bytes(whole)
    run(small_study.root, tmp_path / "stimuli.parquet", "sub-01")
    assert "warning: all 4 pictures are alike" in capsys.readouterr().err
    (line,) = json.loads(STIMULI.read(tmp_path / "stimuli.parquet").schema.metadata[b"alike"])
    assert line.startswith("all 4 pictures are alike")


def test_a_picture_that_cannot_be_read_leaves_no_table(small_study, tmp_path):
    (small_study.root / "stimuli" / "b.png").write_bytes(b"no picture")
    with pytest.raises(DataError, match=r"b\.png"):
        run(small_study.root, tmp_path / "stimuli.parquet", "sub-01")
    assert not (tmp_path / "stimuli.parquet").exists()
