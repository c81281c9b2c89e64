"""The pictures of NSD: names, origin in COCO, captions, split and pixels."""

import json

import h5py
import numpy as np
import pytest

from cortex2image.data.nsd.design import load_design, split_pictures
from cortex2image.data.nsd.layout import Layout
from cortex2image.data.nsd.stimuli import (
    check_stim_info,
    load_captions,
    load_stim_info,
    nsd_id_of,
    read_pictures,
    seen_stimuli,
    stimulus_id,
)
from cortex2image.errors import DataError
from cortex2image.scenes.captions import captions


def seen_by(layout, tree, test_images="shared"):
    design = load_design(layout.design())
    shown = {1: tree.brains["sub-01"].shown - 1, 2: tree.brains["sub-02"].shown - 1}
    return seen_stimuli(layout, design, shown, split_pictures(design, test_images))


def test_identity_counts_from_zero():
    assert stimulus_id(7) == "nsd-00007"
    assert nsd_id_of("nsd-72999") == 72_999


def test_what_was_seen(tree):
    stimuli = seen_by(tree.layout, tree)
    assert [nsd_id_of(s.stimulus_id) + 1 for s in stimuli] == sorted(tree.scenes)
    shared = set(tree.plan.pictures[0, :1000].tolist())
    for stimulus in stimuli:
        number = nsd_id_of(stimulus.stimulus_id) + 1
        assert stimulus.split == ("test" if number in shared else "train")
        assert stimulus.captions == tuple(captions(tree.scenes[number]))
        assert (stimulus.image_path, stimulus.category) == (None, None)


def test_special(tree):
    every, special = seen_by(tree.layout, tree), seen_by(tree.layout, tree, "special515")
    assert [s for s in special if s.split == "train"] == [s for s in every if s.split == "train"]
    assert {nsd_id_of(s.stimulus_id) + 1 for s in special if s.split == "test"} == tree.plan.special
    assert len(special) < len(every)


def test_captions_of_the_wrong_split(tree, own_root):
    layout = Layout(own_root)
    layout.captions("val2017").write_bytes(tree.layout.captions("train2017").read_bytes())
    with pytest.raises(DataError, match=r"captions_val2017\.json(.|\n)*val2017"):
        seen_by(layout, tree)


def test_pictures_of_another_experiment(tree, own_root):
    layout = Layout(own_root)
    text = layout.stim_info().read_text()
    rows = text.split("\n")
    row = rows[int(np.flatnonzero(np.arange(73_000) + 1 == tree.brains["sub-01"].shown[0, 0])[0]) + 1]
    layout.stim_info().write_text(text.replace(row, row.replace(",1,", ",0,").replace('"True"', '"False"')))
    with pytest.raises(DataError, match=r"nsd_stim_info_merged\.csv(.|\n)*nsd_expdesign\.mat"):
        seen_by(layout, tree)


@pytest.fixture(scope="module")
def wanted(tree):
    """Per split, cocoId to nsdId of the pictures that are seen."""
    ids = [number - 1 for number in tree.scenes]
    return {
        split: {int(tree.coco_ids[i]): i for i in ids if tree.coco_splits[i] == split}
        for split in ("train2017", "val2017")
    }


@pytest.mark.parametrize("split", ["train2017", "val2017"])
def test_captions(tree, wanted, split):
    found = load_captions(tree.layout.captions(split), wanted[split], split)
    assert found == {i: tuple(captions(tree.scenes[i + 1])) for i in wanted[split].values()}


def test_only_the_wanted_are_kept(tree, wanted):
    first = dict(list(wanted["val2017"].items())[:1])
    assert list(load_captions(tree.layout.captions("val2017"), first, "val2017")) == list(first.values())


def test_wrong_split(tree, wanted):
    count = len(wanted["train2017"])
    match = (
        rf"captions_val2017\.json(.|\n)*all {count} pictures(.|\n)*none of {count}(.|\n)*captions_train2017"
    )
    with pytest.raises(DataError, match=match):
        load_captions(tree.layout.captions("val2017"), wanted["train2017"], "train2017")


def test_cut_short_and_other_files(tree, wanted, copied, tmp_path):
    path = copied(tree.layout.captions("train2017"))
    path.write_text(path.read_text()[:-100])
    with pytest.raises(DataError, match=r"as COCO distributes them"):
        load_captions(path, wanted["train2017"], "train2017")
    path.write_text('{"annotations": [{"image_id": 1, "bbox": []}]}')
    with pytest.raises(DataError, match="caption"):
        load_captions(path, {1: 1}, "train2017")
    with pytest.raises(DataError, match=r"absent\.json"):
        load_captions(tmp_path / "absent.json", {1: 1}, "train2017")


def test_a_caption_without_words_is_none(tmp_path):
    def write(*captions):
        rows = [{"image_id": 7, "caption": caption} for caption in captions]
        (tmp_path / "c.json").write_text(json.dumps({"annotations": rows}))
        return tmp_path / "c.json"

    assert load_captions(write("", "a cat\n", " \n "), {7: 0}, "train2017") == {0: ("a cat",)}
    with pytest.raises(DataError, match=r"none of 1"):
        load_captions(write("", " \n "), {7: 0}, "train2017")


@pytest.fixture(scope="module")
def design(tree):
    return load_design(tree.layout.design())


@pytest.fixture(scope="module")
def info(tree):
    return load_stim_info(tree.layout.stim_info(), (1, 2))


def test_stim_info(tree, design, info):
    assert info["cocoId"].tolist() == tree.coco_ids.tolist()
    assert info["cocoSplit"].tolist() == tree.coco_splits.tolist()
    np.testing.assert_array_equal(np.flatnonzero(info["subject2"]), np.sort(tree.plan.pictures[1]) - 1)
    assert info["shared1000"].sum() == 1000
    check_stim_info("info", info, design, 1, 3)


def test_pictures_never_reached_may_lack_their_flag(design, info):
    changed, seen = info.copy(), design.shown(2, 2)
    changed["subject2"] = np.isin(changed["nsdId"], seen)
    check_stim_info("info", changed, design, 2, 2)


@pytest.mark.parametrize("column", ["shared1000", "subject1"])
@pytest.mark.parametrize("flag", [True, False])
def test_stim_info_of_other_pictures(design, info, column, flag):
    changed = info.copy()
    seen = design.shown(1, 3) if column == "subject1" else design.shared()
    changed.loc[np.setdiff1d(np.arange(73_000), design.pictures[0])[0] if flag else seen.min(), column] = flag
    with pytest.raises(DataError, match=f"nsdId \\d+|column {column}"):
        check_stim_info("info", changed, design, 1, 3)


def test_damaged_stim_info(tree, copied):
    path = copied(tree.layout.stim_info())
    text = path.read_text()
    path.write_text(text.replace("val2017", "test2015", 1))
    with pytest.raises(DataError, match=r"cocoSplit train2017 or val2017(.|\n)*test2015"):
        load_stim_info(path, (1,))
    path.write_text(text[: text.index("\n", len(text) // 2) + 1])
    with pytest.raises(DataError, match=r"nsdId 0 to 72999(.|\n)*rows"):
        load_stim_info(path, (1,))
    with pytest.raises(DataError, match="columns nsdId"):
        load_stim_info(path.with_name("absent.csv"), (1,))


def test_pictures(tree):
    wanted = [number - 1 for number in list(tree.pictures)[:7]]
    found = dict(read_pictures(tree.layout.stimuli(), wanted[::-1]))
    assert list(found) == sorted(wanted)
    for nsd_id, picture in found.items():
        assert picture.dtype == np.uint8
        np.testing.assert_array_equal(picture, tree.pictures[nsd_id + 1])


def test_cut_short(tree, copied):
    path = copied(tree.layout.stimuli())
    path.write_bytes(path.read_bytes()[:-5000])
    with pytest.raises(DataError, match=r"nsd_stimuli\.hdf5(.|\n)*truncated(.|\n)*download"):
        next(read_pictures(path, [0]))


@pytest.mark.parametrize(
    ("key", "shape", "dtype", "match"),
    [
        ("imgBrick", (72_999, 4, 4, 3), "u1", "73000 square pictures(.|\n)*72999"),
        ("imgBrick", (73_000, 4, 4), "u1", "73000 square pictures"),
        ("imgBrick", (73_000, 4, 5, 3), "u1", "73000 square pictures"),
        ("imgBrick", (73_000, 4, 4, 4), "u1", "73000 square pictures"),
        ("imgBrick", (73_000, 4, 4, 3), "f4", "float32"),
        ("images", (73_000, 4, 4, 3), "u1", "a dataset imgBrick(.|\n)*images"),
    ],
)
def test_other_files(tmp_path, key, shape, dtype, match):
    with h5py.File(tmp_path / "nsd_stimuli.hdf5", "w") as file:
        file.create_dataset(key, shape, dtype, chunks=(1, *shape[1:]))
    with pytest.raises(DataError, match=match):
        next(read_pictures(tmp_path / "nsd_stimuli.hdf5", [0]))


def test_a_group_of_the_right_name(tmp_path):
    with h5py.File(tmp_path / "nsd_stimuli.hdf5", "w") as file:
        file.create_group("imgBrick")
    with pytest.raises(DataError, match="a group imgBrick"):
        next(read_pictures(tmp_path / "nsd_stimuli.hdf5", [0]))


def test_missing(tmp_path):
    with pytest.raises(DataError, match="download"):
        next(read_pictures(tmp_path / "nsd_stimuli.hdf5", [0]))
