"""Names taken apart, and files matched by what their names say."""

from pathlib import Path

import pytest

from cortex2image.data.bids.entities import (
    applies,
    by_inheritance,
    closest,
    files_of,
    natural_key,
    parse_name,
)
from cortex2image.errors import DataError


def name(text: str):
    return parse_name(Path("folder") / text)


def test_name_is_taken_apart():
    file = name("sub-01_ses-02_task-scenes_run-003_space-T1w_desc-preproc_bold.nii.gz")
    expected = {"sub": "1", "ses": "2", "task": "scenes", "run": "3", "space": "T1w", "desc": "preproc"}
    assert file.entities == expected
    assert file.spelled["run"] == "003"
    assert (file.suffix, file.extension) == ("bold", ".nii.gz")


def test_old_names_keep_their_two_words():
    assert name("sub-1_task-x_bold_confounds.tsv").suffix == "bold_confounds"
    assert name("sub-1_task-x_bold_space-T1w_preproc.nii.gz").suffix == "bold_preproc"


def test_order_and_padding_do_not_matter():
    one = name("sub-01_task-x_run-01_space-T1w_desc-preproc_bold.nii.gz")
    other = name("sub-1_run-1_task-x_desc-preproc_space-T1w_bold.nii.gz")
    assert one.entities == other.entities


@pytest.mark.parametrize(
    ("general", "belongs"),
    [
        ("task-x_bold.json", True),
        ("sub-1_task-x_bold.json", True),
        ("sub-01_task-x_run-02_desc-confounds_timeseries.tsv", True),
        ("sub-01_task-x_run-1_events.tsv", False),
        ("sub-01_ses-1_task-x_run-2_events.tsv", False),
        ("sub-10_task-x_events.tsv", False),
    ],
)
def test_a_file_belongs_where_everything_it_says_holds(general, belongs):
    bold = name("sub-01_task-x_run-2_space-T1w_desc-preproc_bold.nii.gz")
    assert applies(name(general), bold) is belongs


def test_the_most_specific_file_wins():
    bold = name("sub-1_task-x_run-1_desc-preproc_bold.nii.gz")
    files = [name("sub-1_task-x_run-1_bold.json"), name("task-x_bold.json"), name("sub-1_task-x_bold.json")]
    assert [len(f.entities) for f in by_inheritance(files, bold)] == [1, 2, 3]
    assert closest(files, bold) is files[0]
    assert closest(files, name("sub-2_task-y_bold.nii.gz")) is None


def test_a_tie_of_different_files_is_an_error(tmp_path):
    bold = name("sub-1_task-x_run-1_desc-preproc_bold.nii.gz")
    paths = [tmp_path / f"{stem}_events.tsv" for stem in ("sub-1_task-x_run-1", "sub-01_task-x_run-01")]
    for path in paths:
        path.write_text("one")
    files = [parse_name(path) for path in paths]
    assert closest(files, bold) in files
    paths[0].write_text("two")
    with pytest.raises(DataError, match=r"run-1_events(.|\n)*run-01_events(.|\n)*choose one"):
        closest(files, bold)
    paths[0].unlink()
    with pytest.raises(DataError, match="choose one"):
        closest(files, bold)


def test_files_above_and_beside_a_run_are_listed(tmp_path):
    for path in ("task-x_bold.json", "sub-1/ses-1/func/a-1_bold.json", "sub-1/ses-1/anat/a-1_T1w.json"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).touch()
    (tmp_path / "sub-1" / "func").mkdir()
    (tmp_path / "sub-1" / "func" / ".hidden_bold.json").touch()
    found = [str(f.path.relative_to(tmp_path)) for f in files_of(tmp_path, "sub-1")]
    assert found == ["task-x_bold.json", "sub-1/ses-1/func/a-1_bold.json"]
    assert len(files_of(tmp_path, None)) == 1


def test_numbers_sort_by_value():
    labels = ["run-10", "run-2", "run-1", "acq-b_run-1"]
    assert sorted(labels, key=natural_key) == ["acq-b_run-1", "run-1", "run-2", "run-10"]
