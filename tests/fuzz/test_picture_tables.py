"""Tables that name pictures: no row leads out of the folder of the stimuli, whatever it says."""

import os

import pytest
from hypothesis import given
from tests.support.bids_tree import BidsTree, write_small_study
from tests.support.fuzzing import FUZZ, bounded, damaged, read_or_refused, tables

from cortex2image.data.bids.entities import files_of
from cortex2image.data.bids.reader import BidsDataset
from cortex2image.data.picture_table import described_stimuli
from cortex2image.errors import DataError
from cortex2image.scoring.matching import match

STIMULI = {"stim_file": ("a.png", "b.png", "set/c.png"), "captions": ("a cat", "a dog | one dog")}
SCORED = {
    "stimulus_id": ("a", "b", "c"),
    "image_path": ("a.png", "b.png", "set/c.png"),
    "sample": ("0", "1"),
    "split": ("test", "train"),
}


@pytest.fixture(scope="module")
def tree(tmp_path_factory) -> BidsTree:
    """A data set beside a picture that is none of its own."""
    tree = BidsTree(tmp_path_factory.mktemp("outside") / "data")
    write_small_study(tree)
    (tree.root.parent / "secret.png").write_bytes((tree.root / "stimuli" / "a.png").read_bytes())
    return tree


@FUZZ
@given(tables(STIMULI) | damaged(b"stim_file\tcaptions\na.png\ta cat\nset/c.png\ta dog\n"))
def test_pictures_of_other_data_sets(tree, content):
    table = tree.root / "stimuli" / "described.tsv"
    table.write_bytes(content)
    for stimulus in read_or_refused(described_stimuli, table, {"a": "train", "c": "test"}) or []:
        assert os.path.realpath(stimulus.image_path).startswith(str(tree.root / "stimuli"))


@FUZZ
@given(tables(SCORED, ","), tables(SCORED, ","))
def test_scored_pictures(tree, pictures, stimuli):
    folder = tree.root / "stimuli"
    (folder / "pictures.csv").write_bytes(pictures)
    (folder / "stimuli.csv").write_bytes(stimuli)
    read_or_refused(match, str(folder / "pictures.csv"), str(folder / "stimuli.csv"))


LEADING_OUT = {
    "a link to a picture": lambda tree: (tree.root / "stimuli" / "a.png", tree.root.parent / "secret.png"),
    "a link to a folder": lambda tree: (tree.root / "stimuli" / "set", tree.root.parent / "set"),
}


@pytest.mark.parametrize("kind", LEADING_OUT)
@pytest.mark.parametrize("reader", ["bids", "table"])
def test_links_that_lead_out(tmp_path, kind, reader):
    tree = BidsTree(tmp_path / "data")
    write_small_study(tree)
    place, target = LEADING_OUT[kind](tree)
    os.replace(place, target)
    place.symlink_to(target)
    table = tree.root / "stimuli" / "stimuli.tsv"
    with pytest.raises(DataError, match="a link to"):
        if reader == "bids":
            BidsDataset(tree.root).stimuli(["sub-01"])
        else:
            described_stimuli(table, {"a": "train", "b": "train", "c": "train", "t": "test"})


@pytest.mark.parametrize("name", ["/etc/passwd", "../secret.png", "set/../../secret.png", "x" * 300 + ".png"])
def test_names_that_lead_out(tmp_path, name):
    tree = BidsTree(tmp_path / "data")
    write_small_study(tree)
    (tmp_path / "secret.png").write_bytes(b"not of the data set")
    (tree.root / "stimuli" / "stimuli.tsv").write_text(f"stim_file\tsplit\tcaptions\n{name}\ttrain\ta cat\n")
    for events in tree.root.rglob("*events.tsv"):
        events.write_text(f"onset\tduration\tstim_file\n1\t2\t{name}\n")
    with pytest.raises(DataError, match=r"stim_file"):
        BidsDataset(tree.root).stimuli(["sub-01"])


def test_a_pipe_is_no_file_of_the_data_set(tmp_path):
    """To open one would wait until somebody writes into it."""
    tree = BidsTree(tmp_path)
    write_small_study(tree)
    func = tree.root / "sub-01" / "ses-1" / "func"
    os.mkfifo(func / "sub-01_ses-1_task-scenes_run-1_desc-more_events.tsv")
    with bounded(5):
        assert not [file for file in files_of(tree.root, "sub-01") if file.path.is_fifo()]
        assert len(BidsDataset(tree.root).runs("sub-01")) == 4
