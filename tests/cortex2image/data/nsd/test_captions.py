"""Captions by COCO's split."""

import pytest

from cortex2image.data.nsd.stimuli import load_captions
from cortex2image.errors import DataError
from cortex2image.scenes.captions import captions


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
