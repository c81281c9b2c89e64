"""Events that name kinds of pictures: blocks become trials, and each run has stimuli of its own."""

import pytest
from tests.support.studies import some_dataset, some_study

from cortex2image.data.bids.categories import BidsCategories, check_study, joined, open_data
from cortex2image.data.recording import Event
from cortex2image.errors import ConfigError, DataError

STEM = "sub-01_task-look_run-"
NOUNS = {"FaceBlock": "face", "HouseBlock": "house", "House2": "house"}


def write_run(tree, run, *rows):
    tree.add_run("sub-01", f"{STEM}{run}")
    path = tree.root / "sub-01" / "func" / f"{STEM}{run}_events.tsv"
    path.write_text("onset\tduration\ttrial_type\n" + "".join("\t".join(row) + "\n" for row in rows))
    return path


@pytest.fixture
def blocks(bids_tree):
    """Two runs in which pictures of a kind follow each other, with rest and answers in between."""
    write_run(
        bids_tree,
        1,
        ("1", "0.5", "FaceBlock"),
        ("3", "0.5", "FaceBlock"),
        ("4", "n/a", "answer"),
        ("5", "0.5", "FaceBlock"),
        ("8", "4", "rest"),
        ("12", "0.5", "HouseBlock"),
        ("14", "0.5", "House2"),
    )
    write_run(bids_tree, 2, ("2", "3", "HouseBlock"), ("9", "3", "FaceBlock"), ("20", "1", "n/a"))
    return bids_tree


def opened(tree, gap=0.0, categories=NOUNS):
    return BidsCategories(tree.root, categories=categories, block_gap_s=gap)


def shown(dataset):
    return {
        run.run: [(e.onset, e.duration, e.stimulus_id) for e in run.events] for run in dataset.runs("sub-01")
    }


def test_rows_close_to_each_other_are_one_trial(blocks):
    assert shown(opened(blocks, gap=1.5)) == {
        "run-1": [(1.0, 4.5, "sub-01_ses-1_run-1_face"), (12.0, 2.5, "sub-01_ses-1_run-1_house")],
        "run-2": [(2.0, 3.0, "sub-01_ses-1_run-2_house"), (9.0, 3.0, "sub-01_ses-1_run-2_face")],
    }


def test_without_a_gap_each_row_is_a_trial_and_that_is_said(blocks):
    dataset = opened(blocks)
    assert [event[0] for event in shown(dataset)["run-1"]] == [1, 3, 5, 12, 14]
    (line,) = [line for line in dataset.problems("sub-01") if "block_gap_s" in line]
    assert line.startswith("3 rows follow one of their category, most within 1.5 s")
    assert not [line for line in opened(blocks, gap=1.5).problems("sub-01") if "block_gap_s" in line]


def test_what_is_no_category_is_left_out_and_counted(blocks):
    (said,) = opened(blocks, gap=1.5).problems("sub-01")
    assert said.endswith("no category of the study, not modelled: answer (1 rows), rest (1 rows)")


def test_a_run_without_a_category_is_said(blocks):
    write_run(blocks, 3, ("1", "1", "rest"))
    said = opened(blocks).problems("sub-01")
    assert any("run-3_events.tsv: names no category of the study; not used" in line for line in said)


def test_a_stimulus_per_run_and_category_has_captions_and_no_picture(blocks):
    stimuli = opened(blocks).stimuli(["sub-01"])
    assert [(s.stimulus_id, s.category) for s in stimuli] == [
        ("sub-01_ses-1_run-1_face", "face"),
        ("sub-01_ses-1_run-1_house", "house"),
        ("sub-01_ses-1_run-2_face", "face"),
        ("sub-01_ses-1_run-2_house", "house"),
    ]
    assert {(s.split, s.image_path) for s in stimuli} == {("train", None)}
    assert "a photo of a house" in stimuli[1].captions


def test_a_noun_that_no_scene_has_gets_captions_with_its_article(blocks):
    (first, *_) = opened(blocks, categories={"FaceBlock": "elephant"}).stimuli(["sub-01"])
    assert "a photo of an elephant" in first.captions


def test_names_in_another_form_of_unicode_are_the_same(bids_tree):
    write_run(bids_tree, 1, ("1", "1", "cafe\u0301 "), ("5", "1", "bar"))
    dataset = opened(bids_tree, categories={"caf\u00e9": "café", "bar": "bar"})
    assert [name for *_, name in shown(dataset)["run-1"]] == [
        f"sub-01_ses-1_run-1_{n}" for n in ("café", "bar")
    ]


def test_a_trial_without_a_time_is_refused_by_its_line(blocks):
    path = write_run(blocks, 1, ("1", "1", "rest"), ("n/a", "1", "FaceBlock"))
    with pytest.raises(
        DataError, match=r"row 3(.|\n)*onset in seconds(.|\n)*set its trial_type to n/a"
    ) as error:
        opened(blocks).runs("sub-01")
    assert str(path) in error.value.where


def test_blocks_of_one_name_are_joined_by_the_gap_between_end_and_onset():
    events = [Event(0, 2, "a"), Event(3, 2, "a"), Event(6.5, 2, "a"), Event(8.5, 1, "b"), Event(9.5, 1, "a")]
    assert joined(events, 0) == events
    touching = [Event(0, 2, "a"), Event(2, 2, "a")]
    assert (joined(touching, 0), joined(touching, 0.1)) == (touching, [Event(0, 4, "a")])
    assert joined(events, 1) == [Event(0, 5, "a"), *events[2:]]
    assert joined(events, 1.5) == [Event(0, 8.5, "a"), *events[3:]]


def test_a_picture_within_another_does_not_shorten_the_block():
    assert joined([Event(0, 10, "a"), Event(2, 1, "a"), Event(10.5, 1, "a")], 1) == [Event(0, 11.5, "a")]


def study_of(tree, categories, subjects=("sub-01",)):
    dataset = {
        "reader": "bids_categories",
        "root": str(tree.root),
        "derivatives": None,
        "categories": categories,
    }
    reads = ("subjects", "dataset/@source", "dataset/mask", "dataset/rois")
    return some_study(reads, subjects=list(subjects), dataset=dataset)


def test_a_study_is_checked_without_a_table_of_pictures(blocks):
    check_study(study_of(blocks, NOUNS), "sub-01")


def test_a_category_that_no_event_names_is_refused_with_what_is_there(blocks):
    with pytest.raises(
        ConfigError, match=r"dataset/categories(.|\n)*FaceBlock \(4 rows\)(.|\n)*Faces"
    ) as error:
        check_study(study_of(blocks, {"Faces": "face", "HouseBlock": "house"}), "sub-01")
    assert error.value.found == "Faces"


def test_a_category_that_another_subject_saw_is_no_mistake(blocks):
    blocks.add_run("sub-02", "sub-02_task-look_run-1")
    events = blocks.root / "sub-02" / "func" / "sub-02_task-look_run-1_events.tsv"
    events.write_text("onset\tduration\ttrial_type\n1\t2\tFaceBlock\n9\t2\tHouseBlock\n")
    study = study_of(blocks, NOUNS, subjects=["sub-01", "sub-02"])
    check_study(study, "sub-02")
    with pytest.raises(ConfigError, match=r"House2 \(1 rows\)(.|\n)*Faces"):
        check_study(study_of(blocks, {**NOUNS, "Faces": "face"}, subjects=["sub-01", "sub-02"]), "sub-02")


def test_another_padding_names_the_spelling_of_the_folder(blocks):
    with pytest.raises(DataError, match="write sub-01 under subjects"):
        check_study(study_of(blocks, NOUNS), "sub-1")


def test_settings_reach_the_reader(tmp_path):
    chosen = {"categories": NOUNS, "block_gap_s": 1.5, "task": "look", "space": "T1w"}
    dataset = open_data(some_dataset("bids_categories", tmp_path, **chosen))
    assert (dataset.categories, dataset.block_gap_s) == (NOUNS, 1.5)
    assert (dataset.task, dataset.space) == ("look", "T1w")
